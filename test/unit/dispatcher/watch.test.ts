import { describe, expect, it } from "vitest";
import type { ClientId, ThreadId, TurnId } from "../../../src/model/ids.ts";
import { ActorBench } from "../../fixtures/actor-bench.ts";

const minute = 60_000;
const u1 = "u1" as TurnId;

async function running(bench: ActorBench): Promise<void> {
  await bench.claim();
  bench.say("work");
  await bench.until(() => bench.codex.processes.at(-1)?.started.length === 1, "turn/start");
  bench.codex.last.begin("u1", bench.codex.last.started[0]?.clientId ?? ("" as ClientId));
  await bench.until(() => bench.store.record.turn?.delivered === true, "delivery");
}

/** Lets the actor look at the clock. */
async function tick(bench: ActorBench, ms: number): Promise<void> {
  bench.now += ms;
  bench.actor?.post({ kind: "tick" });
  const seen = bench.store.commits.length;
  await new Promise((resolve) => setImmediate(resolve));
  await bench.until(() => bench.store.commits.length >= seen, "the tick");
}

describe("a turn without progress", () => {
  it("is not killed: the chat is asked, once, and again only after [Wait]", async () => {
    const bench = new ActorBench();
    await running(bench);
    bench.codex.last.emit({
      kind: "action",
      turnId: u1,
      action: { id: "c", kind: "command", label: "npm test", state: "running" },
    });
    await bench.until(() => bench.store.updates.some((u) => u.view?.actions.length === 1), "action");
    await tick(bench, 10 * minute);
    await bench.until(() => bench.texts().includes("No sign of progress for 10 min (running: npm test)."), "question");
    await tick(bench, 10 * minute);
    bench.tap("Wait");
    await bench.until(() => bench.store.mail.length === 0, "tap");
    await tick(bench, 10 * minute);
    await bench.until(
      () => bench.texts().filter((t) => t.startsWith("No sign of progress")).length === 2,
      "second question",
    );
    expect(bench.codex.last.interrupted).toEqual([]);
    expect(bench.codex.last.alive).toBe(true);
  });

  it("is marked in the snapshot for as long as it shows no sign of progress", async () => {
    const bench = new ActorBench();
    await running(bench);
    const since = bench.now;
    bench.now += 10 * minute - 1;
    expect(bench.actor?.snapshot().turn?.stalledSince).toBeUndefined();
    bench.now += 1;
    expect(bench.actor?.snapshot().turn?.stalledSince).toBe(since);
    bench.codex.last.emit({ kind: "messageDelta", turnId: u1, itemId: "m", delta: "on it" });
    await bench.until(() => bench.actor?.snapshot().turn?.stalledSince === undefined, "progress");
  });

  it("[Restart Codex] ends the process; the turn ends visibly", async () => {
    const bench = new ActorBench();
    await running(bench);
    await tick(bench, 10 * minute);
    await bench.until(() => bench.texts().some((t) => t.startsWith("No sign of progress")), "question");
    bench.tap("Restart Codex");
    await bench.until(() => bench.store.record.turn === undefined, "end");
    expect(bench.texts().at(-1)).toContain("Codex stopped during this turn");
    expect(bench.codex.processes).toHaveLength(2);
  });
});

it("an approval without an answer is reminded of after 10 min and 1 h, and never expires", async () => {
  const bench = new ActorBench();
  await running(bench);
  bench.codex.last.emit({
    kind: "request",
    request: {
      rpcId: 0,
      threadId: "thread-1" as ThreadId,
      turnId: u1,
      itemId: "c",
      body: { kind: "command", command: "git push" },
    },
  });
  await bench.until(() => bench.store.record.requests.length === 1, "card");
  await tick(bench, 10 * minute);
  await bench.until(() => bench.texts().includes("#1 has been waiting for an answer for 10 min."), "first reminder");
  await tick(bench, 20 * minute);
  await tick(bench, 30 * minute);
  await bench.until(() => bench.texts().includes("#1 has been waiting for an answer for 60 min."), "second reminder");
  await tick(bench, 24 * 60 * minute);
  expect(bench.texts().filter((t) => t.startsWith("#1 has been waiting"))).toHaveLength(2);
  expect(bench.texts().filter((t) => t.startsWith("No sign of progress"))).toEqual([]);
  bench.tap("Approve");
  await bench.until(() => bench.codex.last.answers.length === 1, "answer");
});

it("a turn over its limit is stopped, and says so", async () => {
  const bench = new ActorBench({ maxTurnMs: 30 * minute });
  await running(bench);
  await tick(bench, 30 * minute);
  await bench.until(() => bench.codex.last.interrupted.length === 1, "interrupt");
  bench.codex.last.emit({ kind: "turnEnded", turnId: u1, outcome: "interrupted" });
  await bench.until(() => bench.texts().includes("This turn ran into its limit of 30 min and was stopped."), "note");
});

describe("an idle chat", () => {
  it("is parked: its process ends, its lease is given back", async () => {
    const bench = new ActorBench();
    await running(bench);
    bench.codex.last.complete("u1", "done");
    await bench.until(() => bench.store.record.turn === undefined, "end");
    await tick(bench, 10 * minute);
    await bench.done;
    expect(bench.codex.last.alive).toBe(false);
    expect(bench.store.owner).toBeUndefined();
    expect(bench.store.record.process).toBeUndefined();
  });

  it("with a terminal still running is not parked", async () => {
    const bench = new ActorBench();
    await running(bench);
    bench.codex.last.complete("u1", "done");
    await bench.until(() => bench.store.record.turn === undefined, "end");
    bench.codex.last.terminalList = [{ processId: "9", command: "npm start" }];
    await tick(bench, 10 * minute);
    await tick(bench, minute);
    expect(bench.codex.last.alive).toBe(true);
    expect(bench.store.owner).toBeDefined();
  });
});

describe("[Try again at …]", () => {
  async function limited(): Promise<ActorBench> {
    const bench = new ActorBench();
    await running(bench);
    const retryAt = bench.now + 20 * minute;
    bench.codex.last.emit({
      kind: "turnEnded",
      turnId: u1,
      outcome: "failed",
      failure: { reason: "usageLimit", message: "", retryAt },
    });
    await bench.until(() => bench.store.record.turn === undefined, "end");
    bench.tap("Try again at 00:36");
    await bench.until(() => bench.texts().includes("Will try again at 00:36. /stop forgets it."), "note");
    return bench;
  }

  it("waits for its time, a restart in between included", async () => {
    const bench = await limited();
    await bench.kill();
    await bench.claim();
    await tick(bench, 10 * minute);
    expect(bench.codex.last.started).toHaveLength(1);
    await tick(bench, 10 * minute);
    await bench.until(() => bench.codex.last.started.length === 2, "the retry");
  });

  it("is forgotten on /stop", async () => {
    const bench = await limited();
    bench.store.put({ kind: "command", message: bench.message("/stop"), command: { name: "stop", args: "" } });
    await bench.until(() => bench.store.mail.length === 0, "stop");
    await tick(bench, 20 * minute);
    expect(bench.codex.last.started).toHaveLength(1);
  });
});
