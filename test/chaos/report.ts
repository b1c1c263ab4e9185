import { laws } from "./judge.ts";
import type { RunResult } from "./run.ts";

/** The verdict of a run as a table, each break and each doubt below it. */
export function report(seed: number, { verdict, evidence, notRun, struck, unsettled, remarks }: RunResult): string {
  const count = (of: (chat: (typeof evidence.chats)[number]) => number): number =>
    evidence.chats.reduce((sum, chat) => sum + of(chat), 0);
  const rows: readonly (readonly [string, number | string])[] = [
    ["chats, each with a real Codex", evidence.chats.length],
    ["messages written", count((chat) => chat.said.length)],
    ["turns the model saw (what is written into a running turn begins none)", count((chat) => chat.turns.length)],
    ["messages of the bot for keeps", count((chat) => chat.shown.length)],
    ["taps on cards", count((chat) => chat.taps.length)],
    ["commands run", count((chat) => [...chat.runs.values()].reduce((sum, runs) => sum + runs, 0))],
    ["faults", struck.length],
    ["taken back by /stop before Codex heard of them, and told so", verdict.withdrawn.length],
    ["sent twice where Telegram let nobody know (explained below)", verdict.ambiguous.length],
    ["NOT COME TO AN END", unsettled.length],
    ...laws.map((law) => [law.toUpperCase(), verdict.findings.filter((one) => one.law === law).length] as const),
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  const counted = new Map<string, number>();
  for (const remark of remarks) counted.set(remark, (counted.get(remark) ?? 0) + 1);
  return [
    `seed ${seed}`,
    ...rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`),
    ...[...notRun].map(([kind, why]) => `not run: ${kind} (${why})`),
    ...verdict.ambiguous.map((line) => `explained: ${line}`),
    ...[...counted].map(([line, times]) => `remark: ${line}${times > 1 ? ` (${times} times)` : ""}`),
    ...unsettled.map((line) => `UNSETTLED: ${line}`),
    ...verdict.findings.map(({ law, chat, what }) => `BROKEN ${law}: ${chat === undefined ? "" : `${chat}: `}${what}`),
    unsettled.length + verdict.findings.length === 0 ? "no law was broken" : "a law was broken",
  ].join("\n");
}
