import { describe, expect, it } from "vitest";
import { CodexError } from "../../../src/codex/port.ts";
import { createSlots } from "../../../src/dispatcher/slots.ts";
import type { ChatKey, ClientId, ThreadId, TurnId } from "../../../src/model/ids.ts";
import type { CodexRequest } from "../../../src/model/request.ts";
import { ActorBench } from "../../fixtures/actor-bench.ts";

async function running(bench: ActorBench, text = "add a health endpoint"): Promise<void> {
  await bench.claim();
  bench.say(text);
  await bench.until(() => bench.codex.processes.at(-1)?.started.length === 1, "turn/start");
  bench.codex.last.begin("u1", bench.codex.last.started[0]?.clientId ?? ("" as ClientId));
  await bench.until(() => bench.store.record.turn?.delivered === true, "delivery");
}

function command(item: string, rpcId: number, turnId = "u1"): CodexRequest {
  return {
    rpcId,
    threadId: "thread-1" as ThreadId,
    turnId: turnId as TurnId,
    itemId: item,
    body: { kind: "command", command: "git push", cwd: "/app", reason: "publish", proposedRule: ["git", "push"] },
  };
}

describe("a turn", () => {
  it("answers with one new message that replies to the request and ends the live frame", async () => {
    const bench = new ActorBench();
    await running(bench);
    expect(bench.store.mail).toEqual([]);
    bench.codex.last.complete("u1", "Added `GET /health`.");
    await bench.until(() => bench.store.record.turn === undefined, "end");
    const final = bench.store.ops.find((o) => o.op === "message");
    expect(final).toMatchObject({ replyTo: "1", endsLive: expect.stringMatching(/^t-/) });
    expect(bench.texts()).toEqual(["Added `GET /health`."]);
    expect(bench.texts("endLive")).toEqual(["Done · 42 s"]);
  });

  it("L2: keeps the message until Codex confirmed its delivery", async () => {
    const bench = new ActorBench();
    await bench.claim();
    bench.say("one");
    await bench.until(() => bench.codex.processes.at(-1)?.started.length === 1, "turn/start");
    expect(bench.store.mail).toHaveLength(1);
    bench.codex.last.begin("u1", bench.codex.last.started[0]?.clientId ?? ("" as ClientId));
    await bench.until(() => bench.store.mail.length === 0, "ack");
  });

  it("L2: runs the messages of a chat one after the other, in order, in one process and thread", async () => {
    const bench = new ActorBench({ whileBusy: "queue" });
    await running(bench, "first");
    bench.say("second");
    bench.say("third");
    await bench.until(() => bench.store.record.waiting.length === 2, "waiting");
    bench.codex.last.complete("u1", "1");
    await bench.until(() => bench.codex.last.started.length === 2, "second turn");
    bench.codex.last.begin("u2", bench.codex.last.started[1]?.clientId ?? ("" as ClientId));
    bench.codex.last.complete("u2", "2");
    await bench.until(() => bench.codex.last.started.length === 3, "third turn");
    expect(bench.codex.last.started.map((t) => t.input)).toEqual([
      [{ type: "text", text: "first" }],
      [{ type: "text", text: "second" }],
      [{ type: "text", text: "third" }],
    ]);
    expect(bench.codex.processes).toHaveLength(1);
    expect(bench.codex.last.threads).toEqual([undefined]);
  });

  it("L12: keeps a message that Codex would not take, and runs it when somebody taps", async () => {
    const bench = new ActorBench();
    bench.codex.failSpawns = 3;
    await bench.claim();
    bench.say("one");
    await bench.until(() => bench.texts().some((t) => t.includes("Your message is kept.")), "note");
    expect(bench.store.mail).toHaveLength(1);
    bench.tap("Try now");
    await bench.until(() => bench.codex.processes.at(-1)?.started.length === 1, "turn/start");
    expect(bench.codex.last.started[0]?.input).toEqual([{ type: "text", text: "one" }]);
  });

  it("tells a refusal of app-server and keeps the message", async () => {
    const bench = new ActorBench();
    await running(bench);
    bench.codex.last.complete("u1", "x");
    await bench.until(() => bench.store.record.turn === undefined, "end");
    bench.codex.last.startError = new CodexError("inputTooLarge", "too large");
    bench.say("big");
    await bench.until(() => bench.texts().some((t) => t.includes("1,048,576")), "note");
    bench.tap("Drop");
    await bench.until(() => bench.store.mail.length === 0 && bench.store.record.waiting.length === 0, "drop");
  });

  it("L12: says that a turn failed, why, and how to go on", async () => {
    const bench = new ActorBench();
    await running(bench);
    bench.codex.last.emit({
      kind: "turnEnded",
      turnId: "u1" as TurnId,
      outcome: "failed",
      failure: { reason: "usageLimit", message: "x", retryAt: Date.UTC(2026, 0, 1, 14, 20) },
    });
    await bench.until(() => bench.store.record.turn === undefined, "end");
    expect(bench.texts().at(-1)).toContain("over its limit until 14:20. Your message is kept.\nref 7F3K");
    bench.tap("Try now");
    await bench.until(() => bench.codex.last.started.length === 2, "retry");
  });

  it("drops a first answer that was streamed again after a cut, and counts a repeated one once", async () => {
    const bench = new ActorBench();
    await running(bench);
    const turnId = "u1" as TurnId;
    bench.codex.last.emit(
      { kind: "messageDelta", turnId, itemId: "a", delta: "half" },
      { kind: "retrying", turnId, message: "Reconnecting... 1/2" },
      { kind: "messageCompleted", turnId, itemId: "b", text: "whole", phase: undefined },
      { kind: "retrying", turnId, message: "Reconnecting... 2/2" },
      { kind: "messageCompleted", turnId, itemId: "c", text: "whole", phase: undefined },
      { kind: "turnEnded", turnId, outcome: "completed" },
    );
    await bench.until(() => bench.store.record.turn === undefined, "end");
    expect(bench.texts()).toEqual(["whole"]);
  });
});

describe("messages during a turn", () => {
  it("L4: steer the running turn and are marked; acked only when delivered", async () => {
    const bench = new ActorBench();
    await running(bench);
    bench.say("use port 8080");
    await bench.until(() => bench.store.ops.some((o) => o.op === "mark" && o.mark === "steered"), "mark");
    expect(bench.codex.last.steers[0]?.input).toEqual([{ type: "text", text: "use port 8080" }]);
    expect(bench.store.mail).toHaveLength(1);
    bench.codex.last.emit({
      kind: "delivered",
      turnId: "u1" as TurnId,
      clientId: bench.codex.last.steers[0]?.clientId,
    });
    await bench.until(() => bench.store.mail.length === 0, "ack");
    expect(bench.codex.last.started).toHaveLength(1);
  });

  it("L4: become the next turn, once, when the running one took no steer any more", async () => {
    const bench = new ActorBench();
    await running(bench);
    bench.codex.last.steerResult = "noActiveTurn";
    bench.say("more");
    await bench.until(() => bench.codex.last.steers.length === 1, "steer");
    bench.codex.last.complete("u1", "done");
    await bench.until(() => bench.codex.last.started.length === 2, "next turn");
    expect(bench.codex.last.started[1]?.input).toEqual([{ type: "text", text: "more" }]);
    expect(bench.codex.last.steers).toHaveLength(1);
  });

  it("L4: become the next turn when a steer was taken but never delivered", async () => {
    const bench = new ActorBench();
    await running(bench);
    bench.say("more");
    await bench.until(() => bench.codex.last.steers.length === 1, "steer");
    bench.codex.last.complete("u1", "done");
    await bench.until(() => bench.codex.last.started.length === 2, "next turn");
    expect(bench.codex.last.started[1]?.input).toEqual([{ type: "text", text: "more" }]);
  });

  it("L4: wait with buttons where the chat queues: steer now, run next, drop", async () => {
    const bench = new ActorBench({ whileBusy: "queue" });
    await running(bench);
    bench.say("a");
    bench.say("b");
    await bench.until(() => bench.store.record.waiting.length === 2, "waiting");
    expect(bench.texts()).toEqual(["Waiting for the running turn.", "Waiting, 1 before this."]);
    bench.tap("Run next");
    await bench.until(() => bench.texts("edit").includes("Runs next."), "note");
    bench.codex.last.complete("u1", "1");
    await bench.until(() => bench.codex.last.started.length === 2, "next turn");
    expect(bench.codex.last.started[1]?.input).toEqual([{ type: "text", text: "b" }]);
  });

  it("L4: interrupt the turn where the chat says so", async () => {
    const bench = new ActorBench({ whileBusy: "interrupt" });
    await running(bench);
    bench.say("no, this");
    await bench.until(() => bench.codex.last.interrupted.length === 1, "interrupt");
    bench.codex.last.emit({ kind: "turnEnded", turnId: "u1" as TurnId, outcome: "interrupted" });
    await bench.until(() => bench.codex.last.started.length === 2, "next turn");
    expect(bench.texts()[0]).toBe("Interrupted for your new message.");
  });

  it("an edit of a waiting message replaces its text; of the running one it corrects", async () => {
    const bench = new ActorBench({ whileBusy: "queue" });
    await running(bench, "one");
    const waiting = bench.say("two");
    await bench.until(() => bench.store.record.waiting.length === 1, "waiting");
    bench.store.put({ kind: "edit", message: { ...waiting, text: "two, better" } });
    bench.store.put({ kind: "edit", message: { ...bench.message("one, corrected"), messageId: "1" as never } });
    await bench.until(() => bench.codex.last.steers.length === 1, "correction");
    expect(bench.codex.last.steers[0]?.input).toEqual([{ type: "text", text: "Corrected: one, corrected" }]);
    bench.codex.last.emit({
      kind: "delivered",
      turnId: "u1" as TurnId,
      clientId: bench.codex.last.steers[0]?.clientId,
    });
    bench.codex.last.complete("u1", "1");
    await bench.until(() => bench.codex.last.started.length === 2, "next turn");
    expect(bench.codex.last.started[1]?.input).toEqual([{ type: "text", text: "two, better" }]);
    bench.codex.last.begin("u2", bench.codex.last.started[1]?.clientId ?? ("" as ClientId));
    await bench.until(() => bench.store.mail.length === 0, "all acked");
  });
});

describe("stopping", () => {
  it("ends the turn and the terminals it had started, not earlier ones", async () => {
    const bench = new ActorBench();
    await running(bench);
    const turnId = "u1" as TurnId;
    bench.codex.last.emit({
      kind: "action",
      turnId,
      action: { id: "call_1", kind: "command", label: "npm start", state: "running" },
    });
    bench.codex.last.terminalList = [
      { processId: "9", itemId: "call_1", command: "npm start" },
      { processId: "8", itemId: "call_0", command: "old" },
    ];
    await bench.until(() => bench.store.updates.some((u) => u.view?.actions.length === 1), "action shown");
    bench.store.put({ kind: "command", message: bench.message("/stop"), command: { name: "stop", args: "" } });
    await bench.until(() => bench.codex.last.interrupted.length === 1, "interrupt");
    bench.codex.last.emit({ kind: "turnEnded", turnId, outcome: "interrupted", durationMs: 42_000 });
    await bench.until(() => bench.codex.last.endedTerminals.length === 1, "terminal");
    expect(bench.codex.last.endedTerminals).toEqual(["9"]);
    expect(bench.texts().at(-1)).toBe("Stopped after 42 s.");
  });

  it("before Codex heard of it keeps it from ever running", async () => {
    const bench = new ActorBench({}, {});
    bench.codex.failSpawns = 2;
    await bench.claim();
    bench.say("one");
    bench.store.put({ kind: "command", message: bench.message("/stop"), command: { name: "stop", args: "" } });
    await bench.until(() => bench.texts().includes("Stopped before it began. Nothing was sent to Codex."), "note");
    expect(bench.store.mail).toEqual([]);
    expect(bench.codex.processes.flatMap((p) => p.started)).toEqual([]);
  });

  it("while Codex is starting keeps the message from ever running", async () => {
    const bench = new ActorBench({ whileBusy: "queue" });
    bench.codex.failSpawns = 1;
    await bench.claim();
    bench.say("one");
    await bench.until(() => bench.store.record.turn !== undefined, "turn asked for");
    bench.store.put({ kind: "command", message: bench.message("/stop"), command: { name: "stop", args: "" } });
    await bench.until(() => bench.texts().includes("Stopped before it began. Nothing was sent to Codex."), "note");
    expect(bench.store.mail).toEqual([]);
    bench.say("two");
    await bench.until(() => bench.codex.processes.at(-1)?.started.length === 1, "next turn");
    expect(bench.codex.last.started[0]?.input).toEqual([{ type: "text", text: "two" }]);
    expect(bench.codex.processes).toHaveLength(1);
  });

  it("says so when nothing runs", async () => {
    const bench = new ActorBench();
    await bench.claim();
    bench.store.put({ kind: "command", message: bench.message("/stop"), command: { name: "stop", args: "" } });
    await bench.until(() => bench.texts().includes("Nothing is running."), "note");
  });
});

describe("approvals", () => {
  it("L7: the card says approved only after app-server resolved it, then shows the exit", async () => {
    const bench = new ActorBench();
    await running(bench);
    bench.codex.last.emit({ kind: "request", request: command("call_1", 0) });
    await bench.until(() => bench.texts().some((t) => t.includes("git push")), "card");
    bench.tap("Approve");
    await bench.until(() => bench.codex.last.answers.length === 1, "answer");
    expect(bench.texts("edit").filter((t) => t.includes("Approved"))).toEqual([]);
    bench.codex.last.emit({ kind: "requestResolved", threadId: "thread-1" as ThreadId, rpcId: 0 });
    await bench.until(
      () => bench.texts("edit").some((t) => t.startsWith("Approved once by @owner · 00:16")),
      "verdict",
    );
    bench.codex.last.emit({
      kind: "action",
      turnId: "u1" as TurnId,
      action: { id: "call_1", kind: "command", label: "git push", state: "done", exitCode: 0, durationMs: 1200 },
    });
    await bench.until(() => bench.texts("edit").some((t) => t.includes("exit 0, 1.2 s")), "exit");
    expect(bench.store.mail).toEqual([]);
    expect(bench.store.record.requests).toEqual([]);
  });

  it("two open at once stay apart", async () => {
    const bench = new ActorBench();
    await running(bench);
    bench.codex.last.emit(
      { kind: "request", request: command("call_1", 0) },
      { kind: "request", request: command("call_2", 1) },
    );
    await bench.until(() => bench.store.record.requests.length === 2, "cards");
    bench.tap("Decline");
    await bench.until(() => bench.codex.last.answers.length === 1, "answer");
    expect(bench.codex.last.answers[0]).toMatchObject({
      request: { itemId: "call_2" },
      answer: { decision: "decline" },
    });
  });

  it("L7: a request that ends with its turn is called ended, not decided", async () => {
    const bench = new ActorBench();
    await running(bench);
    bench.codex.last.emit({ kind: "request", request: command("call_1", 0) });
    await bench.until(() => bench.store.record.requests.length === 1, "card");
    bench.codex.last.emit(
      { kind: "turnEnded", turnId: "u1" as TurnId, outcome: "interrupted" },
      { kind: "requestResolved", threadId: "thread-1" as ThreadId, rpcId: 0 },
    );
    await bench.until(
      () => bench.texts("edit").some((t) => t.startsWith("This request ended with the turn.")),
      "verdict",
    );
    expect(bench.store.record.requests).toEqual([]);
  });

  it("L8: survive the service: replayed with a recorded answer, it is sent again", async () => {
    const bench = new ActorBench();
    await running(bench);
    bench.codex.last.emit({ kind: "request", request: command("call_1", 0) });
    await bench.until(() => bench.store.record.requests.length === 1, "card");
    await bench.kill();
    bench.tap("Approve");
    const codex = bench.codex.last;
    codex.history = [
      {
        turnId: "u1" as TurnId,
        status: "inProgress",
        clientIds: [codex.started[0]?.clientId ?? ("" as ClientId)],
        messages: [],
        actions: [],
      },
    ];
    await bench.claim();
    await bench.until(() => codex.threads.length === 2, "resume");
    codex.emit({ kind: "request", request: command("call_1", 0) });
    await bench.until(() => codex.answers.length === 1, "answer");
    codex.emit({ kind: "requestResolved", threadId: "thread-1" as ThreadId, rpcId: 0 });
    await bench.until(() => bench.texts("edit").some((t) => t.startsWith("Approved once")), "verdict");
    expect(bench.texts().filter((t) => t.includes("Codex asks to run"))).toHaveLength(1);
  });
});

it("a turn that waits for a slot says so in one note, which changes when it begins", async () => {
  const slots = createSlots(1);
  await slots.acquire("telegram~main~2" as ChatKey, () => undefined, new AbortController().signal);
  const bench = new ActorBench({}, { slots });
  await bench.claim();
  bench.say("work");
  await bench.until(() => bench.texts("edit").includes("Waiting for a free slot (0 before you)."), "note");
  slots.release("telegram~main~2" as ChatKey);
  await bench.until(() => bench.codex.processes.at(-1)?.started.length === 1, "turn/start");
  expect(bench.texts("edit").at(-1)).toBe("A slot is free; working on it.");
});
