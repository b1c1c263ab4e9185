import { type LoadedConfig, loadConfig } from "../../../config/load.ts";
import { timeOfDay } from "../../lib/date-time.ts";
import { cliWords } from "../../model/catalog/cli.ts";
import { type InspectWords, inspectWords } from "../../model/catalog/inspect.ts";
import type { ChatKey } from "../../model/ids.ts";
import { controlSocket } from "../control-server.ts";
import type { InspectCommand } from "./arguments.ts";
import { ask } from "./ask.ts";
import { chatNamed } from "./chat-name.ts";
import type { TraceItem } from "./port.ts";
import { traceText } from "./show.ts";

/** What `hotline trace` is told. */
export type TraceOptions = Extract<InspectCommand, { command: "trace" }> & { readonly print: (line: string) => void };

/**
 * Watches a chat: prints its traffic as it comes, one line each, until the time is over or Ctrl-C; then it is off again.
 * With 0 minutes, switches off what somebody else began. 0, or 1 when nothing runs or the chat is not clear. Throws when
 * the service ends meanwhile.
 */
export async function trace(options: TraceOptions): Promise<number> {
  const { configFile, print } = options;
  const config = loadConfig(configFile === undefined ? {} : { file: configFile });
  const words = inspectWords[config.language];
  const chats = chatNamed(options.chat, accountsOf(config));
  const [chat] = chats;
  if (chat === undefined || chats.length > 1) {
    print(words.whichAccount(options.chat, chats.join(", ")));
    return 1;
  }
  const done = options.minutes === 0 ? await switchOff(chat, config, print) : await follow(chat, options, config);
  if (done === undefined) print(cliWords[config.language].notRunning(config.dataDir));
  return done ?? 1;
}

async function switchOff(chat: ChatKey, config: LoadedConfig, print: (line: string) => void): Promise<0 | undefined> {
  const words = inspectWords[config.language];
  const path = `/trace/off?${new URLSearchParams({ chat })}`;
  const answer = await ask(controlSocket(config.runtimeDir), path, { method: "POST" });
  if (answer === undefined) return undefined;
  let said = "";
  for await (const line of answer) said += line;
  print((JSON.parse(said) as { was: boolean }).was ? words.traceOff(chat) : words.traceWasOff(chat));
  return 0;
}

async function follow(chat: ChatKey, options: TraceOptions, config: LoadedConfig): Promise<number | undefined> {
  const words = inspectWords[config.language];
  const interrupt = new AbortController();
  const stop = (): void => interrupt.abort(new Error("interrupted"));
  const signals = ["SIGINT", "SIGTERM"] as const;
  for (const signal of signals) process.once(signal, stop);
  const count = { lines: 0, dropped: 0 };
  try {
    const query = new URLSearchParams({ chat, ms: String(options.minutes * 60_000) });
    const { signal } = interrupt;
    const lines = await ask(controlSocket(config.runtimeDir), `/trace?${query}`, { signal });
    if (lines === undefined) return undefined;
    for await (const json of lines) show(JSON.parse(json) as TraceItem, chat, count, options, config);
  } catch (error) {
    if (!interrupt.signal.aborted) throw error;
  } finally {
    for (const signal of signals) process.off(signal, stop);
  }
  if (!options.json) options.print(words.traced(chat, count.lines, count.dropped));
  return 0;
}

function show(
  item: TraceItem,
  chat: ChatKey,
  count: { lines: number; dropped: number },
  { json, print }: TraceOptions,
  { language, timezone }: LoadedConfig,
): void {
  const words: InspectWords = inspectWords[language];
  if ("until" in item) {
    if (json) return;
    print(words.tracing(item.chat, timeOfDay(item.until, timezone).slice(0, 8)));
    if (item.chat !== chat) print(words.movedChat(chat, item.chat));
    else if (!item.known) print(words.unknownChat(chat));
  } else if ("line" in item) {
    count.lines += 1;
    print(json ? JSON.stringify(item.line) : traceText(item.line, words, timezone));
  } else {
    count.dropped += item.dropped;
    print(json ? JSON.stringify(item) : words.dropped(item.dropped));
  }
}

/** Accounts of the configuration, as keys of chats begin with them. */
function accountsOf({ channels }: LoadedConfig): readonly string[] {
  return [
    ...channels.telegram.map(({ id }) => `telegram~${id}`),
    ...channels.feishu.map(({ id }) => `feishu~${id}`),
    ...(channels.web === false ? [] : ["web~main"]),
  ];
}
