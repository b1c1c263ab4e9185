import { describe, expect, it } from "vitest";
import { CodexError } from "../../../src/codex/port.ts";
import { createSlots } from "../../../src/dispatcher/slots.ts";
import { BridgeError } from "../../../src/model/errors.ts";
import type { ChatKey, ClientId, ThreadId, TurnId } from "../../../src/model/ids.ts";
import type { CodexRequest } from "../../../src/model/request.ts";
import type { TurnRecord } from "../../../src/model/turn.ts";
import { ActorBench } from "../../fixtures/actor-bench.ts";

const u1 = "u1" as TurnId;

async function started(bench: ActorBench): Promise<ClientId> {
  await bench.claim();
  bench.say("work");
  await bench.until(() => bench.codex.processes.at(-1)?.started.length === 1, "turn/start");
  return bench.codex.last.started[0]?.clientId ?? ("" as ClientId);
}

async function running(bench: ActorBench): Promise<ClientId> {
  const clientId = await started(bench);
  bench.codex.last.begin("u1", clientId);
  await bench.until(() => bench.store.record.turn?.delivered === true, "delivery");
  return clientId;
}

function record(status: TurnRecord["status"], clientIds: readonly ClientId[]): TurnRecord {
  const messages = status === "completed" ? [{ itemId: "m0", text: "Done.", phase: undefined }] : [];
  return { turnId: u1, status, clientIds, messages, actions: [] };
}

const push: CodexRequest = {
  rpcId: 7,
  threadId: "thread-1" as ThreadId,
  turnId: u1,
  itemId: "call-1",
  body: { kind: "command", command: "git push", cwd: "/app" },
};

describe("a Codex that dies", () => {
  it("L2: while a turn waits for its slot, is replaced once, and the message is not called refused", async () => {
    const slots = createSlots(1);
    const bench = new ActorBench({}, { slots });
    await bench.claim();
    bench.say("first");
    await bench.until(() => bench.codex.processes.at(-1)?.started.length === 1, "turn/start");
    bench.codex.last.begin("u1", bench.codex.last.started[0]?.clientId ?? ("" as ClientId));
    bench.codex.last.complete("u1", "One.");
    await bench.until(() => bench.store.record.turn === undefined, "end");
    const other = "telegram~main~2" as ChatKey;
    await slots.acquire(other, () => undefined, new AbortController().signal);
    bench.say("second");
    await bench.until(() => slots.waiting === 1, "the wait for a slot");
    bench.codex.last.die();
    await bench.until(() => bench.actor?.idleSince === undefined && !bench.codex.last.alive, "the death");
    slots.release(other);
    await bench.until(
      () => bench.codex.last.started.length === 1 && bench.codex.processes.length > 1,
      "the second turn",
    );
    expect(bench.codex.processes).toHaveLength(2);
    expect(bench.codex.last.started[0]?.input).toEqual([{ type: "text", text: "second" }]);
    expect(bench.texts().filter((text) => /could not/i.test(text))).toEqual([]);
  });
});

describe("a Codex that does not answer", () => {
  it("L2: turn/start: the process ends and the message is looked for before it is started again", async () => {
    const bench = new ActorBench();
    await bench.claim();
    bench.say("first");
    await bench.until(() => bench.codex.processes.at(-1)?.started.length === 1, "turn/start");
    bench.codex.last.begin("u1", bench.codex.last.started[0]?.clientId ?? ("" as ClientId));
    bench.codex.last.complete("u1", "One.");
    await bench.until(() => bench.store.record.turn === undefined, "end");
    bench.codex.last.startError = new CodexError("timeout", "turn/start was not answered");
    bench.say("second");
    await bench.until(() => bench.codex.processes.length === 2 && bench.codex.last.started.length === 1, "again");
    expect(bench.codex.processes[0]?.alive).toBe(false);
    expect(bench.codex.last.started[0]?.input).toEqual([{ type: "text", text: "second" }]);
    expect(bench.texts()).toEqual(["One."]);
  });

  it("to a stop: the chat is told after 5 s, and [Restart Codex] ends it", async () => {
    const bench = new ActorBench();
    await running(bench);
    bench.store.put({ kind: "command", message: bench.message("/stop"), command: { name: "stop", args: "" } });
    await bench.until(() => bench.codex.last.interrupted.length === 1, "interrupt");
    bench.now += 5000;
    bench.actor?.post({ kind: "tick" });
    await bench.until(() => bench.texts().includes("Codex does not answer the stop."), "question");
    bench.actor?.post({ kind: "tick" });
    bench.tap("Restart Codex");
    await bench.until(() => bench.store.record.turn === undefined, "end");
    expect(bench.texts().filter((t) => t === "Codex does not answer the stop.")).toHaveLength(1);
    expect(bench.texts().at(-1)).toContain("Stopped after");
  });

  it("L4: to a steer: the next one waits for it, and both arrive in order", async () => {
    const bench = new ActorBench();
    await running(bench);
    let answer = (): void => {};
    bench.codex.last.steerGate = new Promise((resolve) => {
      answer = () => resolve();
    });
    bench.say("a");
    bench.say("b");
    await bench.until(() => bench.codex.last.steers.length === 1, "first steer");
    expect(bench.store.record.turn?.steers).toHaveLength(1);
    answer();
    await bench.until(() => bench.codex.last.steers.length === 2, "second steer");
    expect(bench.codex.last.steers.map((s) => s.input)).toEqual([
      [{ type: "text", text: "a" }],
      [{ type: "text", text: "b" }],
    ]);
  });

  it("L2: to a steer, for good: what was written later waits for the turn's end, so that the order holds", async () => {
    const bench = new ActorBench();
    const clientId = await running(bench);
    bench.codex.last.steerGate = Promise.reject(new CodexError("timeout", "no answer"));
    bench.codex.last.steerGate.catch(() => undefined);
    bench.say("a");
    await bench.until(() => bench.codex.last.steers.length === 1, "first steer");
    bench.say("b");
    await bench.until(() => bench.actor?.snapshot() !== undefined && bench.store.mail.length === 2, "mail");
    bench.codex.last.history = [record("completed", [clientId])];
    bench.codex.last.complete("u1", "Done.");
    await bench.until(() => bench.codex.last.started.length === 2, "the next turn");
    expect(bench.codex.last.steers).toHaveLength(1);
    expect(bench.codex.last.started[1]?.input).toEqual([{ type: "text", text: "a" }]);
  });
});

describe("a Codex that dies again and again", () => {
  it("L12: before it has the message: the message is kept, and the chat is told after the third death", async () => {
    const bench = new ActorBench();
    await started(bench);
    for (let death = 1; death <= 4; death += 1) {
      bench.codex.last.die();
      if (death < 4)
        await bench.until(
          () => bench.codex.processes.length === death + 1 && bench.codex.last.started.length === 1,
          `start ${death + 1}`,
        );
    }
    await bench.until(() => bench.store.record.turn === undefined, "end");
    expect(bench.texts().at(-1)).toContain("Your message is kept.");
    expect(bench.store.record.waiting).toMatchObject([{ held: true }]);
  });

  it("L12: goes on by itself only three times", async () => {
    const bench = new ActorBench({ recovery: "continue" });
    await started(bench);
    for (let death = 1; death <= 4; death += 1) {
      const process = bench.codex.last;
      const clientId = process.started[0]?.clientId ?? ("" as ClientId);
      process.begin(`u${death}`, clientId);
      await bench.until(() => bench.store.record.turn?.delivered === true, `delivery ${death}`);
      process.die();
      await bench.until(() => bench.store.record.turn?.clientId !== clientId, `end ${death}`);
      if (death < 4) await bench.until(() => bench.codex.last.started.length === 1, `continue ${death}`);
    }
    expect(bench.store.record.turn).toBeUndefined();
    const last = bench.store.ops.findLast((op) => op.op === "message");
    expect(JSON.stringify(last)).toContain('"label":"Continue"');
  });
});

describe("a project folder that is gone", () => {
  it("L12: ends the turn it was working on, with the reason, and its Codex", async () => {
    const bench = new ActorBench();
    const clientId = await running(bench);
    await bench.kill();
    bench.codex.last.active = true;
    bench.codex.last.history = [record("inProgress", [clientId])];
    const { resolve } = bench.parts.workspace;
    const parts = bench.parts as { workspace: typeof bench.parts.workspace };
    parts.workspace = {
      ...bench.parts.workspace,
      resolve: async () => {
        throw new BridgeError("projectMissing", "no such folder");
      },
    };
    await bench.claim();
    await bench.until(() => bench.store.record.turn === undefined, "end");
    expect(bench.texts().at(-1)).toContain("The project folder is no longer there.");
    expect(bench.codex.last.alive).toBe(false);
    parts.workspace = { ...parts.workspace, resolve };
    bench.say("again");
    await bench.until(() => bench.codex.processes.length === 2 && bench.codex.last.started.length === 1, "next turn");
  });
});

describe("an approval", () => {
  it("L7: applied before the service died, in a turn that completed meanwhile, gets its verdict", async () => {
    const bench = new ActorBench();
    const clientId = await running(bench);
    bench.codex.last.emit({ kind: "request", request: push });
    await bench.until(() => bench.texts().some((t) => t.includes("git push")), "card");
    bench.tap("Approve");
    await bench.until(() => bench.codex.last.answers.length === 1, "answer");
    await bench.kill();
    const asked = bench.store.record.requests[0];
    if (asked !== undefined)
      bench.store.record = {
        ...bench.store.record,
        requests: [
          {
            ...asked,
            state: "answering",
            answer: { kind: "decision", decision: "accept" },
            answeredBy: { id: "telegram:1001", name: "@owner" },
            answeredAt: bench.now,
          },
        ],
      };
    bench.codex.last.active = false;
    bench.codex.last.history = [record("completed", [clientId])];
    await bench.claim();
    await bench.until(() => bench.store.record.turn === undefined, "end");
    const card = bench.texts("edit").at(-1) ?? "";
    expect(card).toContain("Approved once by @owner");
    expect(bench.texts("edit").join()).not.toContain("ended with the turn");
  });

  it("a reason Codex takes no more is shown again, with a way to send it", async () => {
    const bench = new ActorBench();
    await running(bench);
    bench.codex.last.emit({ kind: "request", request: push });
    await bench.until(() => bench.texts().some((t) => t.includes("git push")), "card");
    bench.codex.last.steerResult = "notSteerable";
    const number = bench.store.record.requests[0]?.number;
    if (number === undefined) throw new Error("no request");
    bench.store.put({
      kind: "answer",
      person: { id: "telegram:1001" as never, name: "@owner" },
      request: number,
      answer: { kind: "decision", decision: "decline", reason: "use pnpm" },
      at: bench.now,
    });
    await bench.until(() => bench.codex.last.answers.length === 1, "decline");
    expect(bench.texts().at(-1)).toContain("use pnpm");
    expect(JSON.stringify(bench.store.ops)).toContain('"label":"Send as text"');
  });
});

describe("a button of an earlier turn", () => {
  it("[Continue] starts nothing once the chat went on", async () => {
    const bench = new ActorBench();
    await running(bench);
    bench.codex.last.die();
    await bench.until(() => bench.store.record.turn === undefined, "end");
    const stale = bench.button("Continue");
    bench.say("something else");
    await bench.until(() => bench.codex.last.started.length === 1, "next turn");
    bench.codex.last.begin("u2", bench.codex.last.started[0]?.clientId ?? ("" as ClientId));
    bench.codex.last.complete("u2", "Other.");
    await bench.until(() => bench.store.record.turn === undefined, "second end");
    bench.press(stale);
    await bench.until(() => bench.texts().includes("Already went on."), "note");
    expect(bench.codex.last.started).toHaveLength(1);
  });

  it("[Continue] does nothing in a conversation that began since", async () => {
    const bench = new ActorBench();
    await running(bench);
    bench.codex.last.die();
    await bench.until(() => bench.store.record.turn === undefined, "end");
    bench.store.put({ kind: "command", message: bench.message("/new"), command: { name: "new", args: "" } });
    await bench.until(() => bench.store.record.binding.threadId === undefined, "a fresh conversation");
    bench.tap("Continue");
    await bench.until(() => bench.texts().includes("Already went on."), "note");
    expect(bench.codex.last.started).toEqual([]);
  });

  it("[Restart Codex] leaves a later turn alone", async () => {
    const bench = new ActorBench();
    await running(bench);
    bench.press({ act: "restartCodex", slot: "t-other" });
    await bench.until(() => bench.texts().includes("Already went on."), "note");
    expect(bench.codex.last.alive).toBe(true);
  });
});

describe("an edit", () => {
  it("of a stopped turn leaves nothing unread behind", async () => {
    const bench = new ActorBench();
    await bench.claim();
    const first = bench.say("work");
    await bench.until(() => bench.codex.processes.at(-1)?.started.length === 1, "turn/start");
    bench.codex.last.begin("u1", bench.codex.last.started[0]?.clientId ?? ("" as ClientId));
    await bench.until(() => bench.store.record.turn?.delivered === true, "delivery");
    bench.store.put({ kind: "edit", message: { ...first, text: "work harder" } });
    await bench.until(() => bench.codex.last.steers.length === 1, "correction");
    bench.codex.last.emit({ kind: "turnEnded", turnId: u1, outcome: "interrupted" });
    await bench.until(() => bench.store.record.turn === undefined, "end");
    await bench.until(() => bench.store.mail.length === 0, "an empty mailbox");
  });

  it("L2: of a waiting message reaches Codex once when it is steered by its button", async () => {
    const bench = new ActorBench({ whileBusy: "queue" });
    await running(bench);
    const waiting = bench.say("second");
    await bench.until(() => bench.store.record.waiting.length === 1, "waiting");
    bench.store.put({ kind: "edit", message: { ...waiting, text: "second, mended" } });
    bench.tap("Steer now");
    await bench.until(() => bench.codex.last.steers.length > 0, "steer");
    bench.say("third");
    await bench.until(() => bench.store.record.waiting.length === 1, "third waits");
    expect(bench.codex.last.steers.map((s) => s.input)).toEqual([[{ type: "text", text: "second, mended" }]]);
  });
});

describe("a reason", () => {
  const decline = (bench: ActorBench, reason: string): void => {
    const request = bench.store.record.requests[0]?.number;
    if (request === undefined) throw new Error("no request");
    const person = { id: "telegram:1001" as never, name: "@owner" };
    const answer = { kind: "decision", decision: "decline", reason } as const;
    bench.store.put({ kind: "answer", person, request, answer, at: bench.now });
  };

  it("L2: is not handed over again after a restart", async () => {
    const bench = new ActorBench();
    const clientId = await running(bench);
    bench.codex.last.emit({ kind: "request", request: push });
    await bench.until(() => bench.texts().some((t) => t.includes("git push")), "card");
    decline(bench, "use pnpm");
    await bench.until(() => bench.codex.last.answers.length === 1, "decline");
    await bench.kill();
    bench.codex.last.active = true;
    bench.codex.last.history = [record("inProgress", [clientId])];
    await bench.claim();
    await bench.until(() => bench.codex.last.threads.length === 2, "resume");
    bench.codex.last.emit({ kind: "request", request: push });
    await bench.until(() => bench.codex.last.answers.length === 2, "the decline again");
    expect(bench.codex.last.steers).toHaveLength(1);
  });

  it("L4: that Codex took to its grave is shown again, with a way to send it", async () => {
    const bench = new ActorBench();
    await running(bench);
    bench.codex.last.emit({ kind: "request", request: push });
    await bench.until(() => bench.texts().some((t) => t.includes("git push")), "card");
    decline(bench, "use pnpm");
    await bench.until(() => bench.codex.last.answers.length === 1, "decline");
    bench.codex.last.die();
    await bench.until(() => bench.store.record.turn === undefined, "end");
    expect(bench.texts().at(-1)).toContain("use pnpm");
  });

  it("does not hold up a stop while Codex hangs", async () => {
    const bench = new ActorBench();
    await running(bench);
    bench.codex.last.emit({ kind: "request", request: push });
    await bench.until(() => bench.texts().some((t) => t.includes("git push")), "card");
    bench.codex.last.steerGate = new Promise(() => {});
    decline(bench, "use pnpm");
    bench.store.put({ kind: "command", message: bench.message("/stop"), command: { name: "stop", args: "" } });
    await bench.until(() => bench.codex.last.interrupted.length === 1, "interrupt");
  });
});

describe("a command by edit", () => {
  const stop = { name: "stop", args: "" };

  it("takes the place of a message that waits; of anything older it is ignored", async () => {
    const bench = new ActorBench({ whileBusy: "queue" });
    await running(bench);
    const waiting = bench.say("pay 10");
    await bench.until(() => bench.store.record.waiting.length === 1, "waiting");
    bench.store.put({ kind: "edit", message: { ...waiting, text: "/stop" }, command: stop });
    await bench.until(() => bench.codex.last.interrupted.length === 1, "interrupt");
    bench.codex.last.emit({ kind: "turnEnded", turnId: u1, outcome: "interrupted" });
    await bench.until(() => bench.store.record.turn === undefined, "end");
    bench.store.put({ kind: "edit", message: { ...waiting, text: "/stop now" }, command: stop });
    await bench.until(() => bench.store.mail.length === 0, "an empty mailbox");
    expect(bench.codex.last.started).toHaveLength(1);
    expect(bench.texts()).not.toContain("Nothing is running.");
  });
});

it("L2: a text written after a message with a file waits for that file", async () => {
  let fetched = (): void => {};
  const gate = new Promise<void>((resolve) => {
    fetched = resolve;
  });
  const plain = new ActorBench();
  const bench = new ActorBench(
    {},
    {
      workspace: {
        ...plain.parts.workspace,
        fetch: async () => {
          await gate;
          return { path: "/app/a.csv", name: "a.csv" };
        },
      },
    },
  );
  await running(bench);
  bench.say("first", { attachments: [{ kind: "file", ref: "r", name: "a.csv" }] });
  bench.say("second");
  await bench.until(() => bench.store.mail.length === 2, "mail");
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(bench.codex.last.steers).toEqual([]);
  fetched();
  await bench.until(() => bench.codex.last.steers.length === 2, "both");
  expect(JSON.stringify(bench.codex.last.steers[0]?.input)).toContain("first");
});

it("L12: messages written before /stop do not start after it, and the chat reads so", async () => {
  const bench = new ActorBench();
  await running(bench);
  bench.codex.last.steerGate = new Promise(() => {});
  bench.say("a");
  await bench.until(() => bench.codex.last.steers.length === 1, "a steer that hangs");
  bench.say("b");
  bench.say("c");
  bench.store.put({ kind: "command", message: bench.message("/stop"), command: { name: "stop", args: "" } });
  await bench.until(() => bench.codex.last.interrupted.length === 1, "interrupt");
  expect(bench.store.mail.filter((m) => /"[bc]"/.test(JSON.stringify(m)))).toEqual([]);
  expect(bench.texts().at(-1)).toBe("Stopped before it began. None of these 2 messages was sent to Codex.");
});

it("/new replaces a Codex that opens no thread any more", async () => {
  const bench = new ActorBench();
  await running(bench);
  bench.codex.last.complete("u1", "One.");
  await bench.until(() => bench.store.record.turn === undefined, "end");
  bench.codex.last.threadError = new CodexError("timeout", "thread/start was not answered");
  bench.store.put({ kind: "command", message: bench.message("/new two"), command: { name: "new", args: "two" } });
  await bench.until(() => bench.codex.processes.length === 2 && bench.codex.last.started.length === 1, "a turn");
  expect(bench.codex.processes[0]?.alive).toBe(false);
});

describe("a message that is taken back", () => {
  it("before it was started is dropped", async () => {
    const bench = new ActorBench({ whileBusy: "queue" });
    await running(bench);
    const waiting = bench.say("second");
    await bench.until(() => bench.store.record.waiting.length === 1, "waiting");
    bench.store.put({ kind: "recall", messageId: waiting.messageId });
    await bench.until(() => bench.store.record.waiting.length === 0, "drop");
    expect(bench.store.mail).toEqual([]);
    expect(bench.codex.last.interrupted).toEqual([]);
  });

  it("while Codex works on it stops nothing before a person says so", async () => {
    const bench = new ActorBench();
    await running(bench);
    const messageId = bench.store.record.turn?.messageId;
    if (messageId === undefined) throw new Error("no message");
    bench.store.put({ kind: "recall", messageId });
    await bench.until(() => bench.texts().some((t) => t.startsWith("You took back")), "question");
    expect(bench.codex.last.interrupted).toEqual([]);
    bench.tap("Stop");
    await bench.until(() => bench.codex.last.interrupted.length === 1, "interrupt");
  });
});

it("an OK on a waiting message hands it to the running turn, on any other nothing", async () => {
  const bench = new ActorBench({ whileBusy: "queue" });
  await running(bench);
  const waiting = bench.say("second");
  await bench.until(() => bench.store.record.waiting.length === 1, "waiting");
  const person = { id: "telegram:1001" as never, name: "@owner" };
  bench.store.put({ kind: "ok", person, messageId: "999" as never });
  bench.store.put({ kind: "ok", person, messageId: waiting.messageId });
  await bench.until(() => bench.codex.last.steers.length === 1, "steer");
  expect(bench.codex.last.steers[0]?.input).toEqual([{ type: "text", text: "second" }]);
});

it("a stop beats a slot that comes free at the same moment", async () => {
  const bench = new ActorBench();
  const stopped = AbortSignal.abort(new Error("stopped"));
  await expect(bench.parts.slots.acquire(bench.chat, () => {}, stopped)).rejects.toThrow("stopped");
  expect(bench.parts.slots.working).toBe(0);
});

it("/settings shows what is set, in the same message as it changes", async () => {
  const bench = new ActorBench();
  await bench.claim();
  bench.store.put({ kind: "command", message: bench.message("/settings"), command: { name: "settings", args: "" } });
  await bench.until(() => bench.texts().length === 1, "the overview");
  bench.tap("waits");
  await bench.until(() => bench.store.record.binding.whileBusy === "queue", "the change");
  expect(bench.texts()).toHaveLength(1);
  expect(bench.texts("edit").at(-1)).toContain("waits");
  expect(() => bench.button("✓ waits")).not.toThrow();
});
