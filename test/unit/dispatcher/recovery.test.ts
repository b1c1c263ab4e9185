import { describe, expect, it } from "vitest";
import type { ClientId, TurnId } from "../../../src/model/ids.ts";
import type { TurnRecord } from "../../../src/model/turn.ts";
import { ActorBench } from "../../fixtures/actor-bench.ts";

const u1 = "u1" as TurnId;

async function started(bench: ActorBench): Promise<ClientId> {
  await bench.claim();
  bench.say("work");
  await bench.until(() => bench.codex.processes.at(-1)?.started.length === 1, "turn/start");
  return bench.codex.last.started[0]?.clientId ?? ("" as ClientId);
}

function record(status: TurnRecord["status"], clientId: ClientId, texts: readonly string[] = []): TurnRecord {
  return {
    turnId: u1,
    status,
    clientIds: [clientId],
    messages: texts.map((text, at) => ({ itemId: `m${at}`, text, phase: undefined })),
    actions: [],
  };
}

describe("L8: a restart of the service", () => {
  it("goes on with a living turn: nothing is said, the final comes once and whole", async () => {
    const bench = new ActorBench();
    const clientId = await started(bench);
    bench.codex.last.begin("u1", clientId);
    bench.codex.last.emit({ kind: "messageDelta", turnId: u1, itemId: "m0", delta: "Hel" });
    await bench.until(() => bench.store.updates.some((u) => u.append === "Hel"), "view");
    await bench.kill();
    bench.codex.last.history = [record("inProgress", clientId)];
    await bench.claim();
    await bench.until(() => bench.codex.last.threads.length === 2, "resume");
    bench.codex.last.emit(
      { kind: "messageCompleted", turnId: u1, itemId: "m0", text: "Hello", phase: undefined },
      { kind: "turnEnded", turnId: u1, outcome: "completed" },
    );
    await bench.until(() => bench.store.record.turn === undefined, "end");
    expect(bench.texts()).toEqual(["Hello"]);
    expect(bench.codex.processes).toHaveLength(1);
  });

  it("L11: what streams on of a text that began before is shown once", async () => {
    const bench = new ActorBench();
    const clientId = await started(bench);
    bench.codex.last.begin("u1", clientId);
    bench.codex.last.emit({ kind: "messageDelta", turnId: u1, itemId: "m0", delta: "Hel" });
    await bench.until(() => bench.store.updates.some((u) => u.append === "Hel"), "view");
    bench.codex.last.history = [record("inProgress", clientId)];
    bench.codex.last.emit({ kind: "disconnected", reason: "cut" });
    await bench.until(() => bench.codex.last.threads.length === 2, "resume");
    bench.codex.last.emit({ kind: "messageDelta", turnId: u1, itemId: "m0", delta: "lo" });
    await bench.until(() => bench.store.updates.some((u) => u.append?.endsWith("lo")), "view");
    expect(bench.store.updates.at(-1)).toMatchObject({ openItemId: "m0", append: "Hel … lo", reset: true });
  });

  it("does not end a living turn because its Codex could not be reached at once", async () => {
    const bench = new ActorBench();
    const clientId = await started(bench);
    bench.codex.last.begin("u1", clientId);
    await bench.until(() => bench.store.record.turn?.delivered === true, "delivery");
    await bench.kill();
    bench.codex.last.history = [record("inProgress", clientId)];
    bench.codex.failAttaches = 3;
    await bench.claim();
    await bench.until(() => bench.codex.last.threads.length === 2, "resume");
    bench.codex.last.complete("u1", "Hello");
    await bench.until(() => bench.store.record.turn === undefined, "end");
    expect(bench.texts()).toEqual(["Hello"]);
    expect(bench.codex.processes).toHaveLength(1);
  });

  it("rebuilds the final of a turn that ended while nobody listened", async () => {
    const bench = new ActorBench();
    const clientId = await started(bench);
    bench.codex.last.begin("u1", clientId);
    await bench.until(() => bench.store.record.turn?.delivered === true, "delivery");
    await bench.kill();
    bench.codex.last.active = false;
    bench.codex.last.history = [record("completed", clientId, ["All of it."])];
    await bench.claim();
    await bench.until(() => bench.store.record.turn === undefined, "end");
    expect(bench.texts()).toEqual(["All of it."]);
  });

  it("L2: a steer of which nobody knows whether it arrived is not overtaken by what was written after the restart", async () => {
    const bench = new ActorBench();
    const clientId = await started(bench);
    bench.codex.last.begin("u1", clientId);
    await bench.until(() => bench.store.record.turn?.delivered === true, "delivery");
    bench.codex.last.steerGate = new Promise(() => {});
    bench.say("first");
    await bench.until(() => bench.codex.last.steers.length === 1, "steer");
    await bench.kill();
    bench.codex.last.history = [record("inProgress", clientId)];
    bench.codex.last.steerGate = Promise.resolve();
    await bench.claim();
    bench.say("second");
    bench.store.put({ kind: "command", message: bench.message("/queue"), command: { name: "queue", args: "" } });
    await bench.until(() => bench.texts().length === 1, "the command, seen to after the message");
    bench.codex.last.complete("u1", "done");
    await bench.until(() => bench.codex.last.started.length === 2, "next turn");
    expect(bench.codex.last.started[1]?.input).toEqual([{ type: "text", text: "first" }]);
    expect(bench.codex.last.steers).toHaveLength(1);
  });

  it("L2: a steer of a turn that is started again comes before what was written after it", async () => {
    const bench = new ActorBench();
    await started(bench);
    bench.codex.last.emit({ kind: "turnStarted", turnId: u1 });
    await bench.until(() => bench.store.record.turn?.turnId === u1, "turn id");
    bench.say("first");
    await bench.until(() => bench.store.ops.some((o) => o.op === "mark" && o.mark === "steered"), "steered");
    bench.codex.last.die();
    await bench.until(() => bench.codex.processes.length === 2 && bench.codex.last.started.length === 1, "again");
    bench.codex.last.begin("u2", bench.codex.last.started[0]?.clientId ?? ("" as ClientId));
    await bench.until(() => bench.codex.last.steers.length === 1, "the first steer");
    bench.say("second");
    await bench.until(() => bench.codex.last.steers.length === 2, "the second steer");
    expect(bench.codex.last.steers.map((steer) => steer.input)).toEqual([
      [{ type: "text", text: "first" }],
      [{ type: "text", text: "second" }],
    ]);
  });

  it("L2: starts a turn again that never reached Codex, under the same client id, in the living process", async () => {
    const bench = new ActorBench();
    const clientId = await started(bench);
    await bench.kill();
    await bench.claim();
    await bench.until(() => bench.codex.last.started.length === 2, "again");
    expect(bench.codex.last.started[1]?.clientId).toBe(clientId);
    expect(bench.codex.processes).toHaveLength(1);
  });

  it("L2: starts no turn again whose message Codex had, though its conversation is gone from the disk by now", async () => {
    const bench = new ActorBench();
    const clientId = await started(bench);
    bench.codex.last.begin("u1", clientId);
    await bench.until(() => bench.store.record.turn?.delivered === true, "delivery");
    await bench.kill();
    bench.codex.last.active = false;
    bench.codex.last.history = [];
    await bench.claim();
    await bench.until(() => bench.store.record.turn === undefined, "end");
    expect(bench.codex.last.started).toHaveLength(1);
    expect(bench.texts()).toEqual([expect.stringContaining("The service restarted during this turn")]);
  });
});

describe("L12: a Codex that died", () => {
  it("L2: with an undelivered message: the message is started again, nothing is said", async () => {
    const bench = new ActorBench();
    await started(bench);
    bench.codex.last.die();
    await bench.until(() => bench.codex.processes.length === 2 && bench.codex.last.started.length === 1, "again");
    expect(bench.texts()).toEqual([]);
  });

  it("mid-turn: the partial text is kept, the turn ends visibly, and [Continue] goes on", async () => {
    const bench = new ActorBench();
    const clientId = await started(bench);
    bench.codex.last.begin("u1", clientId);
    bench.codex.last.emit(
      { kind: "messageDelta", turnId: u1, itemId: "m0", delta: "So far" },
      { kind: "action", turnId: u1, action: { id: "c", kind: "command", label: "npm test", state: "running" } },
    );
    await bench.until(() => bench.store.record.turn?.delivered === true, "delivery");
    bench.codex.last.die();
    await bench.until(() => bench.store.record.turn === undefined, "end");
    expect(bench.texts().at(-1)).toBe(
      'So far\nCodex stopped during this turn, after "npm test". What it had done is kept.',
    );
    bench.tap("Continue");
    await bench.until(() => bench.codex.last.started.length === 1, "continue");
  });

  it("after our restart it says so, and waiting messages do not wait for [Continue]", async () => {
    const bench = new ActorBench();
    const clientId = await started(bench);
    bench.codex.last.begin("u1", clientId);
    await bench.until(() => bench.store.record.turn?.delivered === true, "delivery");
    await bench.kill();
    bench.codex.last.die();
    bench.say("and this");
    await bench.claim();
    await bench.until(() => bench.codex.processes.length === 2 && bench.codex.last.started.length === 1, "next turn");
    expect(bench.texts()[0]).toBe(
      "The service restarted during this turn. What it had said and your messages are kept. Already went on.",
    );
    expect(bench.codex.last.started[0]?.input).toEqual([{ type: "text", text: "and this" }]);
  });

  it("messages that wait in line do not wait for [Continue] either", async () => {
    const bench = new ActorBench({ whileBusy: "queue" });
    const clientId = await started(bench);
    bench.codex.last.begin("u1", clientId);
    await bench.until(() => bench.store.record.turn?.delivered === true, "delivery");
    bench.say("in line");
    await bench.until(() => bench.store.record.waiting.length === 1, "waiting");
    bench.codex.last.die();
    await bench.until(() => bench.codex.processes.length === 2 && bench.codex.last.started.length === 1, "next turn");
    expect(bench.texts().at(-1)).toContain("Already went on.");
    expect(bench.codex.last.started[0]?.input).toEqual([{ type: "text", text: "in line" }]);
  });

  it("`recovery: continue` goes on by itself", async () => {
    const bench = new ActorBench({ recovery: "continue" });
    const clientId = await started(bench);
    bench.codex.last.begin("u1", clientId);
    await bench.until(() => bench.store.record.turn?.delivered === true, "delivery");
    bench.codex.last.die();
    await bench.until(() => bench.codex.processes.length === 2 && bench.codex.last.started.length === 1, "continued");
    expect(bench.texts()[0]).toContain("Going on by myself.");
  });
});

describe("L3: an owner whose lease is lost", () => {
  it("writes nothing any more and leaves Codex alone", async () => {
    const bench = new ActorBench();
    const clientId = await started(bench);
    bench.codex.last.begin("u1", clientId);
    await bench.until(() => bench.store.record.turn?.delivered === true, "delivery");
    const stale = bench.done;
    await bench.store.claim();
    const ops = bench.store.ops.length;
    bench.codex.last.complete("u1", "late");
    await stale;
    expect(bench.store.ops).toHaveLength(ops);
    expect(bench.codex.last.alive).toBe(true);
  });
});

it("a Redis that is away for a while loses nothing of a turn", async () => {
  const bench = new ActorBench();
  const clientId = await started(bench);
  bench.store.failing = 20;
  bench.codex.last.begin("u1", clientId);
  bench.codex.last.complete("u1", "answer");
  await bench.until(() => bench.store.record.turn === undefined, "end");
  expect(bench.texts()).toEqual(["answer"]);
});

it("L2: a Codex that dies between the preparation of a turn and its start gets the message once", async () => {
  const bench = new ActorBench();
  const first = await started(bench);
  bench.codex.last.begin("u1", first);
  bench.codex.last.complete("u1", "one");
  await bench.until(() => bench.store.record.turn === undefined, "end");
  bench.say("two");
  await bench.until(() => bench.store.record.turn !== undefined, "turn asked for");
  bench.codex.last.die();
  await bench.until(() => bench.codex.processes.length === 2 && bench.codex.last.started.length > 0, "again");
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(bench.codex.last.started.map((t) => t.input)).toEqual([[{ type: "text", text: "two" }]]);
});
