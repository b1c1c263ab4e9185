import { describe, expect, it } from "vitest";
import { readArguments } from "../../../src/cli/arguments.ts";
import { sinceMs } from "../../../src/cli/inspect/arguments.ts";
import { chatMatcher, chatNamed } from "../../../src/cli/inspect/chat-name.ts";
import { auditTable, traceText, turnTable } from "../../../src/cli/inspect/show.ts";
import { dateTime, startOfDay, timeOfDay } from "../../../src/lib/date-time.ts";
import { cliWords } from "../../../src/model/catalog/cli.ts";
import { inspectWords } from "../../../src/model/catalog/inspect.ts";
import type { ChatKey, TurnId } from "../../../src/model/ids.ts";

const words = inspectWords.en;
const read = (line: string) => readArguments(line.split(" "), cliWords.en);
const at = Date.UTC(2026, 10, 21, 14, 3, 5, 7);

describe("command line", () => {
  it.each([
    ["turns", { command: "turns", since: "30d", format: "table" }],
    ["turns telegram:1001 --since 12h", { command: "turns", chat: "telegram:1001", since: "12h", format: "table" }],
    ["turns --json --config x", { command: "turns", configFile: "x", since: "30d", format: "json" }],
    ["turns --since 2026-11-01 --out f", { command: "turns", since: "2026-11-01", format: "jsonl", out: "f" }],
    ["audit", { command: "audit", limit: 50, json: false }],
    ["audit --limit 10000 --json", { command: "audit", limit: 10_000, json: true }],
    ["trace web~main~1", { command: "trace", chat: "web~main~1", minutes: 10, json: false }],
    ["trace feishu:oc_1 --minutes 60 --json", { command: "trace", chat: "feishu:oc_1", minutes: 60, json: true }],
    ["trace telegram:-100~45 --off", { command: "wrong", sentence: words.noChatName("telegram:-100~45") }],
    ["trace telegram:-100 --off", { command: "trace", chat: "telegram:-100", minutes: 0, json: false }],
  ])("understands %j", (line, command) => {
    expect(read(line)).toEqual(command);
  });

  it.each([
    ["turns here", words.noChatName("here")],
    ["turns a~b", words.noChatName("a~b")],
    ["turns --since yesterday", words.noDate("yesterday")],
    ["turns --since 2026-02-30", words.noDate("2026-02-30")],
    ["turns --json --jsonl", "choose one of --json and --jsonl"],
    ["turns telegram:1 telegram:2", '"telegram:2" is one argument too many'],
    ["turns --minutes 3", '--minutes does not belong to "turns"'],
    ["audit telegram:1", '"telegram:1" is one argument too many'],
    ["audit --limit 0", "--limit takes a number from 1 to 10000"],
    ["trace", words.whichChat],
    ["trace telegram:1 --minutes 1441", "--minutes takes a number from 1 to 1440"],
    ["trace telegram:1 --minutes 1.5", "--minutes takes a number from 1 to 1440"],
    ["trace telegram:1 --minutes 3 --off", "choose one of --minutes and --off"],
  ])("refuses %j in one sentence", (line, sentence) => {
    expect(read(line)).toEqual({ command: "wrong", sentence });
  });
});

describe("a chat's name", () => {
  it("in full means that chat; in short the chat of every account, with its topics", () => {
    const topic = "telegram~main~-100~45" as ChatKey;
    expect(chatMatcher("telegram~main~-100")?.(topic)).toBe(false);
    expect(chatMatcher("telegram~main~-100~45")?.(topic)).toBe(true);
    expect(chatMatcher("telegram:-100")?.(topic)).toBe(true);
    expect(chatMatcher("feishu:-100")?.(topic)).toBe(false);
  });

  it("in short names a chat of each account of that platform", () => {
    const accounts = ["telegram~main", "telegram~two", "feishu~main"];
    expect(chatNamed("feishu:oc_1", accounts)).toEqual(["feishu~main~oc_1"]);
    expect(chatNamed("telegram:1", accounts)).toEqual(["telegram~main~1", "telegram~two~1"]);
    expect(chatNamed("web:1", accounts)).toEqual([]);
    expect(chatNamed("web~main~1", accounts)).toEqual(["web~main~1"]);
  });
});

describe("times", () => {
  it("are shown in the zone of the configuration, and days begin there", () => {
    expect(dateTime(at, "Europe/Berlin")).toBe("2026-11-21 15:03:05");
    expect(timeOfDay(at, "Asia/Shanghai")).toBe("22:03:05.007");
    expect(startOfDay("2026-11-21", "UTC")).toBe(Date.UTC(2026, 10, 21));
    expect(startOfDay("2026-11-21", "Asia/Shanghai")).toBe(Date.UTC(2026, 10, 20, 16));
    expect(startOfDay("2026-07-01", "America/New_York")).toBe(Date.UTC(2026, 6, 1, 4));
    expect(startOfDay("2026-10-25", "Europe/Berlin")).toBe(Date.UTC(2026, 9, 24, 22));
    expect(startOfDay("2026-02-29", "UTC")).toBeUndefined();
  });

  it("since then: a while ago, or the beginning of a day", () => {
    expect(sinceMs("90m", at, "UTC")).toBe(at - 90 * 60_000);
    expect(sinceMs("2d", at, "UTC")).toBe(at - 2 * 86_400_000);
    expect(sinceMs("2026-11-01", at, "UTC")).toBe(Date.UTC(2026, 10, 1));
  });
});

describe("what is shown", () => {
  const turn = {
    version: 1,
    chat: "telegram~main~1" as ChatKey,
    slot: "t-1",
    by: { id: "telegram:1", name: "@ada\u001b[31m" },
    turnId: "u1" as TurnId,
    outcome: "failed",
    code: "rateLimited",
    steers: [],
    plan: [],
    commands: [{ command: "ls", state: "done" }],
    approvals: [],
    diff: { files: 1, added: 2, removed: 3 },
    usage: { input: 1, cachedInput: 0, output: 2, reasoning: 0, total: 3, context: 3 },
    times: { asked: at - 4000, taken: at - 2500, ended: at },
  } as const;

  it("is a table of turns, newest last, without control characters", () => {
    const older = { ...turn, times: { ...turn.times, ended: at - 1000 }, truncated: { commands: 9 } };
    const [head, first, second] = turnTable([turn, older], words, "UTC");
    expect(head).toMatch(/^ {2}ended +chat +asked by +outcome +took +commands +files +tokens +turn$/);
    expect(first).toContain("14:03:04");
    expect(first).toMatch(/ 10 +1 \+2 −3 +3 +u1$/);
    expect(second).toMatch(/2026-11-21 14:03:05 {2}telegram~main~1 {2}@ada \[31m +failed \(rateLimited\) +2\.5 s/);
  });

  it("is a table of decisions, and a line per message of a chat", () => {
    const decision = { at, who: "@ada", what: "#3 git push", chat: "telegram~main~1", result: "accept" };
    expect(auditTable([decision], words, "UTC")[1]).toBe(
      "  2026-11-21 14:03:05  @ada  accept  telegram~main~1  #3 git push",
    );
    const answer = { at, part: "codex", dir: "in", kind: "answer", method: "turn/start", id: 7 } as const;
    expect(traceText({ ...answer, ms: 5, size: 90, facts: { "turn.id": "u1" } }, words, "UTC")).toBe(
      "14:03:05.007 ← codex turn/start #7 answer 5 ms 90 chars turn.id=u1",
    );
    const call = { at, part: "platform", dir: "out", kind: "call", method: "sendMessage" } as const;
    expect(traceText({ ...call, outcome: "rateLimited", ms: 12, facts: { retryAfterMs: 3000 } }, words, "UTC")).toBe(
      "14:03:05.007 → platform sendMessage rateLimited 12 ms retryAfterMs=3000",
    );
  });
});
