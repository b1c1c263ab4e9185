import { describe, expect, it } from "vitest";
import type { ActorParts } from "../../../src/dispatcher/context.ts";
import { BridgeError } from "../../../src/model/errors.ts";
import type { ClientId, TurnId } from "../../../src/model/ids.ts";
import type { InboundMessage } from "../../../src/model/message.ts";
import { ActorBench } from "../../fixtures/actor-bench.ts";

/** A command as it comes in. */
function send(bench: ActorBench, name: string, args = "", more: Partial<InboundMessage> = {}): InboundMessage {
  const message = bench.message(`/${name} ${args}`, more);
  bench.store.put({ kind: "command", message, command: { name, args } });
  return message;
}

function asNew(bench: ActorBench, args: string, more: Partial<InboundMessage> = {}): InboundMessage {
  return send(bench, "new", args, more);
}

/** An edit into `/new …`. */
function editToNew(bench: ActorBench, message: InboundMessage, args: string): void {
  bench.store.put({
    kind: "edit",
    message: { ...message, text: `/new ${args}` },
    command: { name: "new", args },
  });
}

/** Waits for this turn, and says what Codex was told and in which conversation. */
async function turn(bench: ActorBench, nth: number): Promise<readonly [text: string, threads: number]> {
  await bench.until(() => bench.codex.last.started.length === nth, `turn ${nth}`);
  const { clientId, input } = bench.codex.last.started[nth - 1] ?? { clientId: "" as ClientId, input: [] };
  bench.codex.last.begin(`u${nth}`, clientId);
  await bench.until(() => bench.store.record.turn?.delivered === true, "delivery");
  return [input.map((i) => (i.type === "text" ? i.text : i.type)).join("|"), bench.codex.last.threads.length];
}

/** The next owner, after one that had a conversation: the mail that waits for it is read in one go. */
async function afterDowntime(bench: ActorBench, written: () => void): Promise<void> {
  await working(bench);
  bench.codex.last.complete("u1", "done");
  await bench.until(() => bench.store.record.turn === undefined, "end");
  await bench.kill();
  written();
  await bench.claim();
}

async function working(bench: ActorBench): Promise<void> {
  await bench.claim();
  bench.say("work");
  await bench.until(() => bench.codex.processes.length === 1, "codex");
  await turn(bench, 1);
}

describe("a command that was put off", () => {
  it("L2: [After this turn] runs the files of its message too", async () => {
    const bench = new ActorBench();
    await working(bench);
    asNew(bench, "read this log", { attachments: [{ kind: "file", ref: "f1", name: "log.txt" }] });
    await bench.until(() => bench.texts().includes("A turn is running."), "the question");
    bench.tap("After this turn");
    await bench.until(() => bench.texts().includes("Will do, after this turn."), "the note");
    bench.codex.last.complete("u1", "done");
    expect(await turn(bench, 2)).toEqual(["read this log\n[File log.txt is at /app/.hotline/log.txt]", 2]);
    expect(bench.store.mail).toEqual([]);
  });

  it("L2: its words are kept where its turn cannot start, and [Try now] runs them", async () => {
    let away = false;
    const bench = new ActorBench();
    const resolve: ActorParts["workspace"]["resolve"] = async (binding) => {
      if (away) throw new BridgeError("projectMissing", "/app");
      return bench.parts.workspace.resolve(binding);
    };
    const torn = new ActorBench({}, { workspace: { ...bench.parts.workspace, resolve } });
    await working(torn);
    asNew(torn, "fix the login");
    await torn.until(() => torn.texts().includes("A turn is running."), "the question");
    torn.tap("After this turn");
    await torn.until(() => torn.texts().includes("Will do, after this turn."), "the note");
    away = true;
    torn.codex.last.complete("u1", "done");
    await torn.until(() => torn.store.record.waiting.length === 1, "kept");
    expect(torn.store.mail).toHaveLength(1);
    await torn.kill();
    await torn.claim();
    away = false;
    torn.tap("Try now");
    expect(await turn(torn, 2)).toEqual(["fix the login", 2]);
    expect(torn.store.mail).toEqual([]);
  });
});

describe("a command written behind messages", () => {
  const later = "Will do, after this turn.";

  for (const whileBusy of ["steer", "queue", "interrupt"] as const)
    it(`L2: leaves the conversation only after them, and what follows comes after it (${whileBusy})`, async () => {
      const bench = new ActorBench({ whileBusy });
      await afterDowntime(bench, () => {
        bench.say("one");
        asNew(bench, "two");
        bench.say("three");
      });
      const old = bench.store.record.binding.threadId;
      expect(await turn(bench, 2)).toEqual(["one", 2]);
      expect(bench.store.record.binding.threadId).toBe(old);
      await bench.until(() => bench.texts().includes(later), "the note");
      expect(bench.codex.last.steers).toEqual([]);
      expect(bench.codex.last.interrupted).toEqual([]);
      bench.codex.last.complete("u2", "done");
      expect(await turn(bench, 3)).toEqual(["two", 3]);
      expect(bench.store.record.binding.threadId).not.toBe(old);
      const follows = () => [bench.codex.last.steers.length, bench.store.record.waiting.length];
      if (whileBusy === "steer") await bench.until(() => follows()[0] === 1, "a steer");
      if (whileBusy === "queue") await bench.until(() => follows()[1] === 1, "a note");
      if (whileBusy === "interrupt") await bench.until(() => bench.codex.last.interrupted.length === 1, "an interrupt");
      expect(bench.texts().filter((t) => t === later || t === "A turn is running.")).toEqual([later]);
    });

  it("L2: keeps its place through a restart in the turn before it, and asks nothing", async () => {
    const bench = new ActorBench();
    await afterDowntime(bench, () => {
      bench.say("one");
      asNew(bench, "two");
      bench.say("three");
    });
    await turn(bench, 2);
    await bench.kill();
    await bench.claim();
    bench.say("four");
    await bench.until(() => bench.actor?.snapshot().phase === "running", "the turn");
    bench.codex.last.complete("u2", "done");
    expect(await turn(bench, 3)).toEqual(["two", 4]);
    expect(bench.texts()).not.toContain("A turn is running.");
    await bench.until(() => bench.codex.last.steers.length === 2, "both follow");
    expect(bench.codex.last.steers.map(({ input }) => input)).toEqual(
      ["three", "four"].map((text) => [{ type: "text", text }]),
    );
  });

  it("L2: waits for an album that is still being sent, and lets go of the conversation after it", async () => {
    const bench = new ActorBench();
    await afterDowntime(bench, () => {
      for (const name of ["a.txt", "b.txt"])
        bench.say("", { albumId: "7", attachments: [{ kind: "file", ref: name, name }] });
      send(bench, "new");
    });
    await bench.until(() => bench.actor?.snapshot().phase === "ready", "the chat");
    expect(bench.store.record.binding.threadId).toBeDefined();
    bench.now += 1000;
    const [told, threads] = await turn(bench, 2);
    expect(told).toContain("b.txt");
    expect(threads).toBe(2);
    expect(bench.store.record.binding.threadId).toBeDefined();
    bench.codex.last.complete("u2", "done");
    await bench.until(() => bench.texts().includes("A fresh conversation starts with your next message."), "fresh");
    expect(bench.store.record.binding.threadId).toBeUndefined();
    expect(bench.store.mail).toEqual([]);
  });

  it("L4: is taken back with them by a stop, while what only looks is answered at once", async () => {
    const bench = new ActorBench();
    await afterDowntime(bench, () => {
      bench.say("one");
      asNew(bench, "two");
      bench.say("three");
    });
    await turn(bench, 2);
    send(bench, "queue");
    await bench.until(() => bench.texts().some((t) => t.includes("/new two")), "what waits");
    expect(bench.store.record.turn).toBeDefined();
    send(bench, "stop");
    await bench.until(() => bench.codex.last.interrupted.length === 1, "interrupt");
    bench.codex.last.emit({ kind: "turnEnded", turnId: "u2" as TurnId, outcome: "interrupted" });
    await bench.until(() => bench.store.mail.length === 0, "an empty mailbox");
    await bench.until(() => bench.store.record.turn === undefined, "end");
    expect(bench.codex.last.started).toHaveLength(2);
    expect(bench.store.ops.filter((op) => op.op === "mark" && op.mark === "dropped")).toHaveLength(2);
  });

  it("L4: goes on where the turn before it was stopped by its button before Codex heard of it", async () => {
    let opened = (): void => {};
    const bench = new ActorBench();
    const slots = { ...bench.parts.slots, acquire: () => new Promise<void>((resolve) => (opened = resolve)) };
    const slow = new ActorBench({}, { slots });
    slow.say("one");
    asNew(slow, "");
    await slow.claim();
    await slow.until(() => slow.texts().includes(later), "the note");
    slow.press({ act: "stop", slot: slow.store.record.turn?.slot ?? "" });
    await slow.until(() => slow.texts().at(-1) === "A fresh conversation starts with your next message.", "fresh");
    opened();
    expect(slow.store.mail).toEqual([]);
    expect(slow.codex.processes.flatMap(({ started }) => started)).toEqual([]);
  });

  it("L2: does not wait for a message that only a tap can start", async () => {
    const bench = new ActorBench();
    await afterDowntime(bench, () => bench.say("one"));
    await bench.until(() => bench.codex.last.started.length === 2, "turn/start");
    await bench.kill();
    const { turn: _gone, ...record } = bench.store.record;
    const head = bench.store.mail[0];
    if (head?.mail.kind !== "prompt") throw new Error("no mail");
    const { messageId } = head.mail.message;
    bench.store.record = { ...record, waiting: [{ mailIds: [head.id], messageId, slot: "w-1", held: true }] };
    asNew(bench, "two");
    await bench.claim();
    expect((await turn(bench, 3))[0]).toBe("two");
    expect(bench.store.record.waiting).toHaveLength(1);
  });
});

describe("a message that was edited into /new", () => {
  it("L2: is that command in its own place, words and files, and both mails go with their turn", async () => {
    const bench = new ActorBench();
    await afterDowntime(bench, () => {
      bench.say("one");
      const message = bench.say("pay ten", { attachments: [{ kind: "file", ref: "f1", name: "bill.pdf" }] });
      bench.say("three");
      bench.store.put({ kind: "edit", message: { ...message, text: "pay fifteen" } });
      editToNew(bench, message, "pay twenty");
    });
    expect(await turn(bench, 2)).toEqual(["one", 2]);
    bench.codex.last.complete("u2", "done");
    await bench.until(() => bench.codex.last.started.length === 3, "turn/start");
    expect(bench.store.mail.map(({ mail }) => mail.kind)).toEqual(["prompt", "prompt", "edit", "edit"]);
    expect(await turn(bench, 3)).toEqual(["pay twenty\n[File bill.pdf is at /app/.hotline/bill.pdf]", 3]);
    await bench.until(() => bench.codex.last.steers.length === 1, "what follows");
    expect(bench.codex.last.steers[0]?.input).toEqual([{ type: "text", text: "three" }]);
    expect(bench.store.mail).toHaveLength(1);
  });

  it("L2: is still unread until its command has happened, wherever the service dies", async () => {
    const bench = new ActorBench();
    await afterDowntime(bench, () => editToNew(bench, bench.say("pay ten"), "pay twenty"));
    await bench.until(() => bench.codex.last.started.length === 2, "turn/start");
    const acked = bench.store.commits.flatMap((c) => c.ack ?? []);
    for (const { id } of bench.store.mail) expect(acked).not.toContain(id);
    expect(bench.store.mail).toHaveLength(2);
    await turn(bench, 2);
    expect(bench.store.commits.at(-1)?.ack).toHaveLength(2);
  });

  it("L4: asks about the running turn where it waits for it, and its words are run", async () => {
    const bench = new ActorBench({ whileBusy: "queue" });
    await working(bench);
    const message = bench.say("pay ten");
    await bench.until(() => bench.store.record.waiting.length === 1, "waiting");
    editToNew(bench, message, "pay twenty");
    await bench.until(() => bench.texts().includes("A turn is running."), "the question");
    expect([bench.store.mail, bench.store.record.waiting]).toEqual([[], []]);
    bench.tap("After this turn");
    await bench.until(() => bench.texts().includes("Will do, after this turn."), "the note");
    bench.codex.last.complete("u1", "done");
    expect(await turn(bench, 2)).toEqual(["pay twenty", 2]);
  });

  it("L2: a /new that waits and is edited runs as it reads now, as a message if it is none any more", async () => {
    const bench = new ActorBench();
    await afterDowntime(bench, () => {
      bench.say("one");
      const message = asNew(bench, "two");
      bench.store.put({ kind: "edit", message: { ...message, text: "two, here" } });
      editToNew(bench, asNew(bench, "three"), "four");
    });
    expect(await turn(bench, 2)).toEqual(["one", 2]);
    await bench.until(() => bench.codex.last.steers.length === 1, "the message");
    bench.codex.last.emit({
      kind: "delivered",
      turnId: "u2" as TurnId,
      clientId: bench.codex.last.steers[0]?.clientId ?? ("" as ClientId),
    });
    bench.codex.last.complete("u2", "done");
    expect(bench.codex.last.steers[0]?.input).toEqual([{ type: "text", text: "two, here" }]);
    expect(await turn(bench, 3)).toEqual(["four", 3]);
    expect(bench.store.mail).toEqual([]);
  });

  it("L4: into /stop ends the turn it waits for, and is not read any more", async () => {
    const bench = new ActorBench({ whileBusy: "queue" });
    await working(bench);
    const message = bench.say("pay ten");
    await bench.until(() => bench.store.record.waiting.length === 1, "waiting");
    bench.store.put({ kind: "edit", message: { ...message, text: "/stop" }, command: { name: "stop", args: "" } });
    await bench.until(() => bench.codex.last.interrupted.length === 1, "interrupt");
    await bench.until(() => bench.store.mail.length === 0, "an empty mailbox");
    expect(bench.store.record.waiting).toEqual([]);
    bench.codex.last.emit({ kind: "turnEnded", turnId: "u1" as TurnId, outcome: "interrupted" });
    await bench.until(() => bench.store.record.turn === undefined, "end");
    expect(bench.codex.last.started).toHaveLength(1);
  });

  it("L4: into /stop takes back what stands behind it, and says no more of that", async () => {
    const bench = new ActorBench({ whileBusy: "queue" });
    let message: InboundMessage | undefined;
    await afterDowntime(bench, () => {
      bench.say("one");
      message = bench.say("pay ten");
      asNew(bench, "two");
    });
    await turn(bench, 2);
    await bench.until(() => bench.store.record.waiting.length === 1, "waiting");
    if (message === undefined) throw new Error("no message");
    const command = { name: "stop", args: "" };
    bench.store.put({ kind: "edit", message: { ...message, text: "/stop" }, command });
    await bench.until(() => bench.codex.last.interrupted.length === 1, "interrupt");
    await bench.until(() => bench.store.mail.length === 0, "an empty mailbox");
    bench.codex.last.emit({ kind: "turnEnded", turnId: "u2" as TurnId, outcome: "interrupted" });
    await bench.until(() => bench.store.record.turn === undefined, "end");
    expect(bench.texts().filter((t) => t === "Will do, after this turn.")).toHaveLength(1);
    expect(bench.codex.last.started).toHaveLength(2);
  });

  it("L12: into one that cannot be done is told so, once, and the chat goes on", async () => {
    const bench = new ActorBench();
    const broken = async (): Promise<never> => {
      throw new BridgeError("projectMissing", "/app");
    };
    const torn = new ActorBench({}, { workspace: { ...bench.parts.workspace, branch: broken } });
    await torn.claim();
    const message = torn.message("pay ten");
    torn.store.put({ kind: "prompt", message });
    torn.store.put({ kind: "edit", message: { ...message, text: "/status" }, command: { name: "status", args: "" } });
    await torn.until(() => torn.texts().length === 1, "the note");
    expect(torn.texts()[0]).toMatch(/\nref 7F3K$/);
    await torn.until(() => torn.store.mail.length === 0, "an empty mailbox");
    torn.say("next");
    await torn.until(() => torn.codex.processes.at(-1)?.started.length === 1, "turn/start");
  });
});
