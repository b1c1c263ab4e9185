import { expect, it } from "vitest";
import type { ClientId, ThreadId, TurnId } from "../../../src/model/ids.ts";
import type { CodexRequest } from "../../../src/model/request.ts";
import { ActorBench } from "../../fixtures/actor-bench.ts";

const u1 = "u1" as TurnId;

/** A turn whose request was written to Codex and of which nothing was heard yet. */
async function asked(bench: ActorBench): Promise<ClientId> {
  await bench.claim();
  bench.say("work");
  await bench.until(() => bench.codex.processes.at(-1)?.started.length === 1, "turn/start");
  return bench.codex.last.started[0]?.clientId ?? ("" as ClientId);
}

/** A turn whose message Codex has. */
async function running(bench: ActorBench): Promise<void> {
  const clientId = await asked(bench);
  bench.codex.last.begin("u1", clientId);
  await bench.until(() => bench.store.record.turn?.delivered === true, "delivery");
}

const push: CodexRequest = {
  rpcId: 7,
  threadId: "thread-1" as ThreadId,
  turnId: u1,
  itemId: "call_1",
  body: { kind: "command", command: "git push", cwd: "/app" },
};

it("L2: a turn that only started has not got its message yet: the mail stays until its delivery", async () => {
  const bench = new ActorBench();
  const clientId = await asked(bench);
  bench.codex.last.emit({ kind: "turnStarted", turnId: u1 });
  await bench.until(() => bench.store.record.turn?.turnId === u1, "start");
  expect(bench.store.mail).toHaveLength(1);
  bench.codex.last.emit({ kind: "delivered", turnId: u1, clientId });
  await bench.until(() => bench.store.mail.length === 0, "ack");
});

it("L2: a message that was delivered is not started again when Codex dies: the turn ends and asks", async () => {
  const bench = new ActorBench();
  await running(bench);
  bench.codex.last.die();
  await bench.until(() => bench.store.record.turn === undefined, "end");
  expect(bench.codex.last.started).toEqual([]);
  bench.tap("Continue");
  await bench.until(() => bench.codex.last.started.length === 1, "continue");
  expect(bench.codex.last.started[0]?.input).not.toEqual([{ type: "text", text: "work" }]);
});

it("L3: a process that was given up is not heard any more", async () => {
  const bench = new ActorBench();
  await running(bench);
  const old = bench.codex.last;
  old.alive = false;
  old.emit({ kind: "disconnected", reason: "closed" });
  await bench.until(() => bench.store.record.turn === undefined, "end");
  old.emit({ kind: "request", request: push });
  bench.say("next");
  await bench.until(() => bench.codex.last.started.length === 1, "next turn");
  expect(bench.store.record.requests).toEqual([]);
  expect(bench.texts().filter((t) => t.includes("git push"))).toEqual([]);
});

it("L4: a message for a turn that takes none (review, compact) waits and becomes the next turn, once", async () => {
  const bench = new ActorBench();
  await running(bench);
  bench.codex.last.steerResult = "notSteerable";
  bench.say("more");
  await bench.until(() => bench.store.record.waiting.length === 1, "waiting");
  expect(bench.codex.last.started).toHaveLength(1);
  bench.codex.last.complete("u1", "done");
  await bench.until(() => bench.codex.last.started.length === 2, "next turn");
  expect(bench.codex.last.started[1]?.input).toEqual([{ type: "text", text: "more" }]);
  expect(bench.codex.last.steers).toHaveLength(1);
});

it("L4: what is written while others wait for a turn that took none is read after them", async () => {
  const bench = new ActorBench();
  await running(bench);
  bench.codex.last.steerResult = "notSteerable";
  bench.say("second");
  bench.say("third");
  await bench.until(() => bench.store.record.waiting.length === 2, "waiting");
  bench.codex.last.steerResult = "steered";
  const next = async (turn: number): Promise<void> => {
    bench.codex.last.complete(`u${turn - 1}`, "done");
    await bench.until(() => bench.codex.last.started.length === turn, "next turn");
    bench.codex.last.begin(`u${turn}`, bench.codex.last.started[turn - 1]?.clientId ?? ("" as ClientId));
    await bench.until(() => bench.store.record.turn?.delivered === true, "delivery");
  };
  await next(2);
  bench.say("fourth");
  await bench.until(() => bench.store.record.waiting.length === 2, "the last one waits, too");
  await next(3);
  await next(4);
  const words = (inputs: readonly { readonly input: unknown }[]) => inputs.map(({ input }) => input);
  expect(words(bench.codex.last.started.slice(1))).toEqual(
    ["second", "third", "fourth"].map((text) => [{ type: "text", text }]),
  );
  expect(words(bench.codex.last.steers)).toEqual([[{ type: "text", text: "second" }]]);
});

it("L4: what is taken back while its file is fetched is not steered; the rest of its album is", async () => {
  const { workspace } = new ActorBench().parts;
  const gates: (() => void)[] = [];
  const fetch: typeof workspace.fetch = async (...asked) => {
    await new Promise<void>((resolve) => gates.push(resolve));
    return workspace.fetch(...asked);
  };
  const bench = new ActorBench({}, { workspace: { ...workspace, fetch } });
  await running(bench);
  const file = (name: string) => ({ attachments: [{ kind: "file", ref: name, name } as const], albumId: "album" });
  bench.say("", file("meant.txt"));
  const wrong = bench.say("", file("secret.txt"));
  const albumIsComplete = (): boolean => {
    bench.now += 100;
    return gates.length === 1;
  };
  await bench.until(albumIsComplete, "the first file is asked for");
  bench.store.put({ kind: "recall", messageId: wrong.messageId });
  await bench.until(() => !bench.store.mail.some(({ mail }) => mail.kind === "recall"), "the recall");
  const fetched = (): boolean => {
    for (const open of gates.splice(0)) open();
    bench.now += 100;
    return bench.codex.last.steers.length > 0;
  };
  await bench.until(fetched, "steer");
  expect(bench.codex.last.steers.map((steer) => steer.input)).toEqual([
    [{ type: "text", text: "[File meant.txt is at /app/.hotline/meant.txt]" }],
  ]);
});

it("L8: an owner that goes away lets go of Codex, and takes nothing of it along", async () => {
  const bench = new ActorBench();
  await running(bench);
  bench.codex.last.emit({ kind: "request", request: push });
  await bench.until(() => bench.store.record.requests.length === 1, "card");
  await bench.kill();
  expect(bench.codex.last.alive).toBe(true);
  expect(bench.codex.last.interrupted).toEqual([]);
  expect(bench.codex.last.answers).toEqual([]);
  expect(bench.store.record).toMatchObject({ turn: { turnId: u1 }, requests: [{ state: "pending" }] });
});

it("L12: a turn whose Codex cannot be had again ends visibly, with a reference", async () => {
  const bench = new ActorBench();
  await running(bench);
  bench.codex.failSpawns = 1000;
  bench.codex.last.die();
  await bench.until(() => bench.store.record.turn === undefined, "end");
  expect(bench.texts()).toEqual([expect.stringMatching(/^Codex stopped unexpectedly\.[\s\S]*\nref 7F3K$/)]);
});

it("L12: a stopped turn says so and keeps its text", async () => {
  const bench = new ActorBench();
  await running(bench);
  bench.codex.last.emit({ kind: "messageDelta", turnId: u1, itemId: "m0", delta: "So far" });
  await bench.until(() => bench.store.updates.some((u) => u.append === "So far"), "text");
  bench.store.put({ kind: "command", message: bench.message("/stop"), command: { name: "stop", args: "" } });
  await bench.until(() => bench.codex.last.interrupted.length === 1, "interrupt");
  bench.codex.last.emit({ kind: "turnEnded", turnId: u1, outcome: "interrupted", durationMs: 3000 });
  await bench.until(() => bench.store.record.turn === undefined, "end");
  expect(bench.texts()).toEqual(["So far\nStopped after 3 s."]);
});
