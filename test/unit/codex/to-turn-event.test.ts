import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { plainCommand } from "../../../src/codex/items.ts";
import { emptyMemory, type Memory, toTurnEvent, toTurnRecord } from "../../../src/codex/to-turn-event.ts";
import type { CodexEvent } from "../../../src/model/turn.ts";

const now = Date.UTC(2026, 10, 21, 5);

function replay(lines: readonly { method: string; params: unknown }[]) {
  let memory: Memory = emptyMemory;
  const events: CodexEvent[] = [];
  const unknown: string[] = [];
  const memories: Memory[] = [];
  for (const { method, params } of lines) {
    const read = toTurnEvent(method, params, { memory, now });
    memory = read.memory;
    memories.push(memory);
    events.push(...read.events);
    if (!read.known) unknown.push(method);
  }
  return { events, unknown, memories };
}

const recorded = readFileSync(new URL("../../fixtures/codex/turn-0.169.0.jsonl", import.meta.url), "utf8")
  .trim()
  .split("\n")
  .map((line): { method: string; params: unknown } => JSON.parse(line));

test("a recorded turn becomes events: one started, one ended, ended last", () => {
  const { events, unknown } = replay(recorded);
  expect(unknown).toEqual(expect.arrayContaining(["thread/status/changed"]));
  expect(new Set(unknown)).toEqual(
    new Set(["thread/status/changed", "thread/readState/changed", "item/reasoning/summaryPartAdded"]),
  );
  const turn = events.filter((e) => e.kind !== "warning");
  expect(turn[0]).toEqual({ kind: "turnStarted", turnId: "turn-1" });
  expect(turn.at(-1)).toMatchObject({ kind: "turnEnded", turnId: "turn-1", outcome: "completed" });
  expect(events).toContainEqual({ kind: "delivered", turnId: "turn-1", clientId: "m-1" });
  expect(events).toContainEqual({ kind: "thinking", turnId: "turn-1", text: "Looking around" });
  expect(events).toContainEqual({
    kind: "plan",
    turnId: "turn-1",
    steps: [
      { step: "look", status: "completed" },
      { step: "test", status: "pending" },
    ],
  });
  const started = events.filter((e) => e.kind === "messageStarted").length;
  const completed = events.filter((e) => e.kind === "messageCompleted");
  expect([started, completed.length]).toEqual([3, 2]);
  expect(completed.map((e) => [e.text, e.phase])).toEqual([
    ["I look.", "commentary"],
    ["Done. ", "final"],
  ]);
  expect(events.filter((e) => e.kind === "retrying")).toHaveLength(1);
});

test("a recorded command and patch become lines of the work log", () => {
  const actions = replay(recorded).events.flatMap((e) => (e.kind === "action" ? [e.action] : []));
  expect(actions.map((a) => [a.kind, a.state])).toEqual([
    ["command", "running"],
    ["command", "failed"],
    ["files", "running"],
    ["files", "done"],
  ]);
  expect(actions[1]).toMatchObject({ label: "printf 'a\\nb\\n'; exit 3", output: "a\nb\n", exitCode: 3 });
  expect(actions[3]).toMatchObject({
    label: "/lab/ws/p.txt",
    files: [{ path: "/lab/ws/p.txt", added: 2, removed: 0 }],
  });
});

test("the changes of a patch are remembered until its turn ends", () => {
  const { memories } = replay(recorded);
  const patch = recorded.findIndex((m) => m.method === "item/started" && JSON.stringify(m).includes("fileChange"));
  expect([...(memories[patch]?.changes.values() ?? [])]).toEqual([
    [{ path: "/lab/ws/p.txt", kind: "add", diff: "one\ntwo\n" }],
  ]);
  expect(memories.at(-1)).toEqual(emptyMemory);
});

test("unknown methods, shapes and enum values are harmless", () => {
  const read = (method: string, params: unknown) => toTurnEvent(method, params, { memory: emptyMemory, now });
  expect(read("thread/brandNew", { threadId: "t" })).toMatchObject({ known: false, events: [] });
  expect(read("turn/started", { threadId: "t" })).toMatchObject({ known: false, events: [] });
  expect(read("turn/started", null)).toMatchObject({ known: false, events: [] });
  const item = { type: "hologram", id: "i" };
  expect(read("item/started", { threadId: "t", turnId: "u", item })).toMatchObject({ known: true, events: [] });
  const phase = { type: "agentMessage", id: "i", text: "x", phase: "epilogue" };
  expect(read("item/completed", { threadId: "t", turnId: "u", item: phase }).events).toMatchObject([
    { phase: undefined },
  ]);
  const plan = [{ step: "s", status: "postponed" }];
  expect(read("turn/plan/updated", { threadId: "t", turnId: "u", plan }).events).toMatchObject([
    { steps: [{ status: "pending" }] },
  ]);
  const turn = { id: "u", status: "evaporated", items: [] };
  expect(read("turn/completed", { threadId: "t", turn }).events).toMatchObject([{ outcome: "interrupted" }]);
});

test("warnings are told, noise of every start is not", () => {
  const read = (method: string, params: unknown) => toTurnEvent(method, params, { memory: emptyMemory, now }).events;
  expect(read("warning", { threadId: null, message: "careful" })).toEqual([{ kind: "warning", message: "careful" }]);
  expect(read("configWarning", { summary: "Codex could not find bubblewrap on PATH." })).toEqual([]);
  expect(read("model/rerouted", { threadId: "t", turnId: "u", fromModel: "a", toModel: "b" })).toMatchObject([
    { message: "b answers instead of a" },
  ]);
  expect(read("mcpServer/startupStatus/updated", { name: "x", status: "failed", error: "ENOENT" })).toMatchObject([
    { kind: "warning" },
  ]);
  expect(read("mcpServer/startupStatus/updated", { name: "x", status: "ready", error: null })).toEqual([]);
});

test("a reasoning headline is told once it is whole", () => {
  const deltas = ["**Look", "ing**", "\n\nmore", " text"].map((delta) => ({
    method: "item/reasoning/summaryTextDelta",
    params: { threadId: "t", turnId: "u", itemId: "r", summaryIndex: 0, delta },
  }));
  expect(replay(deltas).events).toEqual([{ kind: "thinking", turnId: "u", text: "Looking" }]);
});

test("the end of a long output is kept", () => {
  const item = {
    type: "commandExecution",
    id: "c",
    command: "yes",
    status: "completed",
    aggregatedOutput: `${"y".repeat(9_000)}end`,
  };
  const [event] = toTurnEvent(
    "item/completed",
    { threadId: "t", turnId: "u", item },
    { memory: emptyMemory, now },
  ).events;
  expect(event).toMatchObject({ kind: "action", action: { state: "done" } });
  if (event?.kind !== "action") throw new Error("no action");
  expect(event.action.output).toHaveLength(4_000);
  expect(event.action.output?.endsWith("end")).toBe(true);
});

test("a turn of the history is a record; items it does not know are left out", () => {
  const items = [
    { type: "userMessage", id: "1", clientId: "m-1", content: [] },
    { type: "agentMessage", id: "2", text: "hi", phase: "final_answer" },
    { type: "hologram", id: "3" },
    "not even an item",
  ];
  const turn = {
    id: "u",
    status: "failed",
    items,
    error: { message: "no", codexErrorInfo: "serverOverloaded" },
    startedAt: 5,
    completedAt: 7,
  };
  expect(toTurnRecord(turn, now)).toEqual({
    turnId: "u",
    status: "failed",
    clientIds: ["m-1"],
    messages: [{ itemId: "2", text: "hi", phase: "final" }],
    actions: [],
    failure: { reason: "overloaded", message: "no" },
    startedAt: 5_000,
    endedAt: 7_000,
  });
});

test.for([
  ["/bin/bash -lc ls", "ls"],
  ["/bin/bash -lc 'git push origin main'", "git push origin main"],
  [`/bin/bash -lc "echo 'it'"`, "echo 'it'"],
  ['bash -lc "echo \\"a\\" \\$HOME"', 'echo "a" $HOME'],
  [`/bin/zsh -lc 'a'"'"'b'`, `/bin/zsh -lc 'a'"'"'b'`],
  ["/bin/bash -lc 'a' && rm -rf x", "/bin/bash -lc 'a' && rm -rf x"],
  ['/bin/bash -lc "echo $(x)"', '/bin/bash -lc "echo $(x)"'],
  ["python -c 'x'", "python -c 'x'"],
] as const)("the shell around a command is taken off only where that is exact: %s", ([command, plain]) => {
  expect(plainCommand(command)).toBe(plain);
});
