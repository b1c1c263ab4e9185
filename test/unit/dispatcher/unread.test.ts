import { expect, it } from "vitest";
import type { ClientId, ThreadId, TurnId } from "../../../src/model/ids.ts";
import type { CodexRequest } from "../../../src/model/request.ts";
import type { TurnRecord } from "../../../src/model/turn.ts";
import { ActorBench } from "../../fixtures/actor-bench.ts";
import type { ScriptedProcess } from "../../fixtures/scripted-codex.ts";

const u1 = "u1" as TurnId;

/** Written to Codex; it shortens the conversation before it reads the message. */
async function compacting(bench: ActorBench, turn = 1): Promise<ClientId> {
  await bench.until(() => bench.codex.processes.at(-1)?.started.length === turn, "turn/start");
  bench.codex.last.emit({ kind: "turnStarted", turnId: `u${turn}` as TurnId });
  await bench.until(() => bench.store.record.turn?.turnId === `u${turn}`, "turn id");
  return bench.codex.last.started[turn - 1]?.clientId ?? ("" as ClientId);
}

/** A turn whose message Codex has, and its client id. */
async function running(bench: ActorBench): Promise<ClientId> {
  await bench.claim();
  bench.say("work");
  const clientId = await compacting(bench);
  bench.codex.last.emit({ kind: "delivered", turnId: u1, clientId });
  await bench.until(() => bench.store.record.turn?.delivered === true, "delivery");
  return clientId;
}

/** What the next process finds on disk. */
function remembers(bench: ActorBench, history: readonly TurnRecord[]): void {
  const spawn = bench.codex.spawn.bind(bench.codex);
  bench.codex.spawn = async () => {
    const session = await spawn();
    bench.codex.last.history = [...history];
    return session;
  };
}

function record(clientIds: readonly ClientId[]): TurnRecord {
  return { turnId: u1, status: "interrupted", clientIds, messages: [], actions: [] };
}

const inputs = ({ started }: ScriptedProcess) => started.map(({ input }) => input);
const words = (text: string) => [{ type: "text", text }];

it("L2: a turn that died while Codex shortened the conversation, before it read the message, is begun again", async () => {
  const bench = new ActorBench();
  await bench.claim();
  bench.say("wire ada 10");
  await compacting(bench);
  remembers(bench, [record([])]);
  bench.codex.last.die();
  await bench.until(() => bench.codex.processes.length === 2 && bench.codex.last.started.length === 1, "again");
  expect(inputs(bench.codex.last)).toEqual([words("wire ada 10")]);
  expect(bench.store.mail).toHaveLength(1);
  expect(bench.texts()).toEqual([]);
});

it("L2: so after a restart that finds it in the Codex that lives", async () => {
  const bench = new ActorBench();
  await bench.claim();
  bench.say("wire ada 10");
  await compacting(bench);
  await bench.kill();
  bench.codex.last.history = [record([])];
  await bench.claim();
  await bench.until(() => bench.codex.last.started.length === 2, "again");
  expect(inputs(bench.codex.last)).toEqual([words("wire ada 10"), words("wire ada 10")]);
});

it("L4: a message that interrupts lets Codex read the one before first, and interrupts it once", async () => {
  const bench = new ActorBench({ whileBusy: "interrupt" });
  await bench.claim();
  bench.say("one");
  const one = await compacting(bench);
  bench.say("two");
  bench.store.put({ kind: "command", message: bench.message("/queue"), command: { name: "queue", args: "" } });
  await bench.until(() => bench.texts().length === 1, "the command, seen to after the message");
  expect(bench.codex.last.interrupted).toEqual([]);
  bench.codex.last.emit({ kind: "delivered", turnId: u1, clientId: one });
  await bench.until(() => bench.codex.last.interrupted.length === 1, "the interrupt");
  bench.codex.last.emit({ kind: "turnEnded", turnId: u1, outcome: "interrupted" });
  const two = await compacting(bench, 2);
  bench.codex.last.emit({ kind: "delivered", turnId: "u2" as TurnId, clientId: two });
  await bench.until(() => bench.store.mail.length === 0, "an empty mailbox");
  expect(inputs(bench.codex.last)).toEqual([words("one"), words("two")]);
});

it("L4: a stop takes back what was handed to the turn and not read yet, and says so", async () => {
  const bench = new ActorBench();
  await running(bench);
  const later = bench.say("then deploy");
  await bench.until(() => bench.store.ops.some((o) => o.op === "mark" && o.mark === "steered"), "steered");
  bench.store.put({ kind: "edit", message: { ...later, text: "then deploy twice" } });
  await bench.until(() => bench.codex.last.steers.length === 2, "the correction");
  bench.store.put({ kind: "command", message: bench.message("/stop"), command: { name: "stop", args: "" } });
  await bench.until(() => bench.codex.last.interrupted.length === 1, "the interrupt");
  bench.codex.last.emit({ kind: "turnEnded", turnId: u1, outcome: "interrupted" });
  await bench.until(() => bench.store.record.turn === undefined, "end");
  await bench.until(() => bench.store.mail.length === 0, "an empty mailbox");
  expect(bench.store.ops).toContainEqual({ op: "mark", messageId: later.messageId, mark: "dropped" });
  expect(bench.texts().at(-1)).toBe("Stopped before it began. Nothing was sent to Codex.");
  expect(bench.codex.last.started).toHaveLength(1);
});

it("L4: a service that ends takes nothing back: what was not read becomes the next turn", async () => {
  const bench = new ActorBench();
  await running(bench);
  bench.say("then deploy");
  await bench.until(() => bench.store.ops.some((o) => o.op === "mark" && o.mark === "steered"), "steered");
  bench.actor?.post({ kind: "interrupt" });
  await bench.until(() => bench.codex.last.interrupted.length === 1, "the interrupt");
  bench.codex.last.emit({ kind: "turnEnded", turnId: u1, outcome: "interrupted" });
  await bench.until(() => bench.codex.last.started.length === 2, "next turn");
  expect(inputs(bench.codex.last).at(-1)).toEqual(words("then deploy"));
});

it("L4: what was handed to a turn that failed is read as it was corrected", async () => {
  const bench = new ActorBench();
  await running(bench);
  const said = bench.say("delete a");
  await bench.until(() => bench.codex.last.steers.length === 1, "steer");
  bench.store.put({ kind: "edit", message: { ...said, text: "delete b" } });
  await bench.until(() => bench.codex.last.steers.length === 2, "correction");
  bench.codex.last.emit({ kind: "turnEnded", turnId: u1, outcome: "failed" });
  const next = await compacting(bench, 2);
  expect(inputs(bench.codex.last).at(-1)).toEqual(words("delete b"));
  bench.codex.last.emit({ kind: "delivered", turnId: "u2" as TurnId, clientId: next });
  await bench.until(() => bench.store.mail.length === 0, "an empty mailbox");
});

it("L2: where no Codex can be asked what it has, each message is kept with a note, and none is sent twice", async () => {
  const bench = new ActorBench();
  await bench.claim();
  bench.say("one");
  await compacting(bench);
  bench.say("two");
  await bench.until(() => bench.store.ops.some((o) => o.op === "mark" && o.mark === "steered"), "steered");
  bench.codex.failSpawns = 1000;
  bench.codex.last.die();
  await bench.until(() => bench.store.record.waiting.length === 2, "both are held");
  expect(bench.texts().filter((text) => text.startsWith("Codex may not have this: "))).toHaveLength(2);
  expect(bench.store.record.waiting.every(({ held }) => held === true)).toBe(true);
  bench.codex.failSpawns = 0;
  bench.tap("Try now");
  await bench.until(() => bench.codex.processes.length === 2 && bench.codex.last.started.length === 1, "by the tap");
  expect(inputs(bench.codex.last)).toEqual([words("two")]);
});

it("L12: a turn that died with a message unread says that it goes on, as it does", async () => {
  const bench = new ActorBench();
  const clientId = await running(bench);
  bench.say("more");
  await bench.until(() => bench.store.ops.some((o) => o.op === "mark" && o.mark === "steered"), "steered");
  remembers(bench, [record([clientId])]);
  bench.codex.last.die();
  await bench.until(() => bench.codex.processes.length === 2 && bench.codex.last.started.length === 1, "next turn");
  expect(() => bench.button("Continue")).toThrow("no button");
});

it("L7: what a broken connection was not asked again says nothing about the next one: the answer is given there", async () => {
  const asked: CodexRequest = {
    rpcId: 7,
    threadId: "thread-1" as ThreadId,
    turnId: u1,
    itemId: "call_1",
    body: { kind: "command", command: "git push", cwd: "/app" },
  };
  const graces: (() => void)[] = [];
  const real = new ActorBench().parts.clock;
  // The time for replayed requests is over when the test says so.
  const bench = new ActorBench(
    {},
    {
      clock: {
        ...real,
        sleep: (ms, signal) => (ms === 1000 ? new Promise((resolve) => graces.push(resolve)) : real.sleep(ms, signal)),
      },
    },
  );
  const clientId = await running(bench);
  bench.codex.last.active = true;
  bench.codex.last.emit({ kind: "request", request: asked });
  await bench.until(() => bench.store.record.requests.length === 1, "card");
  bench.codex.last.history = [{ ...record([clientId]), status: "inProgress" }];
  bench.codex.last.emit({ kind: "disconnected", reason: "cut" });
  await bench.until(() => graces.length === 1, "first resume");
  bench.codex.last.emit({ kind: "disconnected", reason: "cut" });
  await bench.until(() => graces.length === 2, "second resume");
  bench.tap("Approve");
  await bench.until(() => bench.texts("edit").some((text) => text.includes("Telling Codex")), "answered");
  graces[0]?.();
  bench.store.put({ kind: "command", message: bench.message("/queue"), command: { name: "queue", args: "" } });
  await bench.until(() => bench.texts().some((text) => text.includes("Nothing")), "the command, seen to after that");
  bench.codex.last.emit({ kind: "request", request: { ...asked, rpcId: 8 } });
  await bench.until(() => bench.codex.last.answers.length === 1, "the answer");
  expect(bench.codex.last.answers[0]?.request.rpcId).toBe(8);
  expect(bench.texts("edit").some((text) => text.startsWith("Approved"))).toBe(false);
});
