import type { CliWords } from "../model/catalog/cli.ts";
import { type ChatKey, chatAddress } from "../model/ids.ts";
import type { ServiceStatus } from "./app-port.ts";

const minuteMs = 60_000;

/** What a drain waits for, in one line, `now` in ms since the epoch; empty when no turn runs. Pure. */
export function drainLine(
  { turns, requests }: Pick<ServiceStatus, "turns" | "requests">,
  now: number,
  words: CliWords,
): string {
  if (turns.length === 0) return "";
  return words.waitingFor(
    turns.map(({ chat, startedAt }) =>
      words.drainTurn(
        chatName(chat),
        Math.max(0, Math.floor((now - startedAt) / minuteMs)),
        requests.filter((one) => one.chat === chat).map((one) => one.number),
      ),
    ),
  );
}

/** `telegram:1001`; with its account where that is not `main`. */
function chatName(key: string): string {
  const { channel, account, chat, topicId } = chatAddress(key as ChatKey);
  return [channel, ...(account === "main" ? [] : [account]), chat, ...(topicId === undefined ? [] : [topicId])].join(
    ":",
  );
}
