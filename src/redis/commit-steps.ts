import type { Commit } from "../dispatcher/port.ts";
import type { OutboxBody } from "../model/delivery.ts";
import type { ChatKey } from "../model/ids.ts";
import type { StoredRequest } from "./codec.ts";
import { packed, splitView, textPiece } from "./codec.ts";
import type { Keys } from "./keys.ts";
import { retention } from "./retention.ts";
import type { ScriptArgument } from "./script-runner.ts";

type Step = readonly [name: string, ...ScriptArgument[]];

/**
 * A commit as the arguments of `commit.lua`: name, number of arguments, arguments; what needs memory first. `home`: the
 * Codex home in which the chat's conversation lies from now on, if the commit binds it to one. Pure.
 */
export function commitSteps(keys: Keys, chat: ChatKey, commit: Commit, home: string): readonly ScriptArgument[] {
  const steps: readonly Step[] = [
    ...(commit.ops ?? []).map((body): Step => ["op", JSON.stringify(body), endedSlot(body)]),
    ...stateSteps(commit, home),
    ...(commit.buttons ?? []).map(
      (button): Step => ["keep", keys.button(button.nonce), JSON.stringify(button), retention.buttonMs],
    ),
    ...(commit.asked ?? []).map(({ number, chat: at, request, askedAt }): Step => {
      const stored: StoredRequest = { number, chat: at, request, askedAt };
      return ["ask", keys.request(number), number, JSON.stringify(stored)];
    }),
    ...viewSteps(keys, chat, commit),
    ...logSteps(keys, chat, commit),
    ...(commit.settled ?? []).map(
      ({ number, state }): Step => ["settle", keys.request(number), number, state, retention.requestMs],
    ),
    ...((commit.ack?.length ?? 0) === 0 ? [] : [["ack", ...(commit.ack ?? [])] as Step]),
  ];
  return steps.flatMap(([name, ...args]) => [name, args.length, ...args]);
}

/** The slot whose live frame an operation ends; empty for none. */
function endedSlot(body: OutboxBody): string {
  if (body.op === "endLive") return body.slot;
  return body.op === "message" ? (body.endsLive ?? "") : "";
}

function stateSteps(commit: Commit, home: string): readonly Step[] {
  return [
    ...field("b", commit.binding),
    ...homeSteps(commit.binding, home),
    ...field("t", commit.turn),
    ...field("w", commit.waiting?.length === 0 ? null : commit.waiting),
    ...(commit.process === undefined ? [] : [processStep(commit.process)]),
  ];
}

function homeSteps(binding: Commit["binding"], home: string): readonly Step[] {
  if (binding === undefined) return [];
  return [binding.threadId === undefined ? ["cut", "hn"] : ["put", "hn", home]];
}

function processStep(process: NonNullable<Commit["process"]> | null): Step {
  return process === null ? ["noprocess"] : ["process", JSON.stringify(process), retention.chatMs];
}

function field(name: string, value: unknown): readonly Step[] {
  if (value === undefined) return [];
  return [value === null ? ["cut", name] : ["put", name, JSON.stringify(value)]];
}

/** Turns a chat keeps the records of, however many there were in 30 days. */
const mostTurns = 5000;

function logSteps(keys: Keys, chat: ChatKey, { log }: Commit): readonly Step[] {
  if (log === undefined) return [];
  return [["log", keys.turnLog(chat), keys.turnLogs, packed(log), retention.turnLogMs, mostTurns]];
}

function viewSteps(keys: Keys, chat: ChatKey, commit: Commit): readonly Step[] {
  const steps: Step[] = [];
  const { archive, view } = commit;
  if (archive !== undefined)
    steps.push(["keep", keys.archive(chat, archive.slot), packed(archive), retention.archiveMs]);
  const ended = view !== undefined && (commit.ops ?? []).some((body) => endedSlot(body) === view.slot);
  if (commit.endView === true || ended) steps.push(["endview"]);
  else if (view !== undefined) {
    const split = splitView(view);
    steps.push([
      "view",
      JSON.stringify(split.view),
      view.slot,
      split.openItemId ?? "",
      textPiece(split.openText),
      retention.viewMs,
    ]);
  }
  return steps;
}
