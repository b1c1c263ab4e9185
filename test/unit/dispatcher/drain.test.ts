import { afterEach, describe, expect, it } from "vitest";
import { createDispatcher, type Dispatcher } from "../../../src/dispatcher/dispatcher.ts";
import type { ChatKey, ClientId, ThreadId, TurnId } from "../../../src/model/ids.ts";
import type { RunOutcome } from "../../../src/queue/port.ts";
import { ActorBench } from "../../fixtures/actor-bench.ts";
import { createFakeClock, type FakeClock } from "../../fixtures/fake-clock.ts";

const minute = 60_000;
let clock: FakeClock;
let bench: ActorBench;
let dispatcher: Dispatcher;
let closing = Promise.resolve();

/** A dispatcher with one chat, whose turn runs. */
async function running(): Promise<void> {
  clock = createFakeClock();
  bench = new ActorBench({ stallMs: 0, remindMs: [] }, { clock });
  let run: (chat: ChatKey) => Promise<RunOutcome> = () => Promise.reject(new Error("nobody consumes"));
  const activations = {
    wake: async (chat: ChatKey) => void run(chat),
    consume: async (how: (chat: ChatKey, signal: AbortSignal) => Promise<RunOutcome>) => {
      run = (chat) => how(chat, new AbortController().signal);
    },
    counts: async () => ({ waiting: 0, active: 1 }),
    forget: async () => undefined,
    hold: async () => undefined,
    holds: async () => false,
    close: async () => undefined,
  };
  dispatcher = createDispatcher({ ...bench.parts, activations, maxProcesses: 4 });
  await dispatcher.start();
  bench.say("work");
  await activations.wake(bench.chat);
  await bench.until(() => bench.codex.processes.at(-1)?.started.length === 1, "turn/start");
  bench.codex.last.begin("u1", bench.codex.last.started[0]?.clientId ?? ("" as ClientId));
  await bench.until(() => bench.store.record.turn?.delivered === true, "delivery");
}

afterEach(async () => {
  const stopped = dispatcher.stop("keep");
  await clock.advance(minute);
  await stopped;
  await closing;
});

function drain(): { readonly done: () => boolean } {
  let done = false;
  closing = dispatcher.drain().then(() => {
    done = true;
  });
  return { done: () => done };
}

describe("a drain", () => {
  it("waits for a working turn for as long as it takes", async () => {
    await running();
    const { done } = drain();
    await clock.advance(60 * minute);
    expect(done()).toBe(false);
    bench.codex.last.complete("u1", "Done.");
    await bench.until(() => bench.store.record.turn === undefined, "the end");
    await clock.advance(200);
    expect(done()).toBe(true);
  });

  it("L8: waits ten minutes for one that waits for a person, which then lives on with its request", async () => {
    await running();
    const body = { kind: "command", command: "git push", cwd: "/app" } as const;
    const where = { threadId: "thread-1" as ThreadId, turnId: "u1" as TurnId, itemId: "i1" };
    bench.codex.last.emit({ kind: "request", request: { rpcId: 7, ...where, body } });
    await bench.until(() => bench.store.record.requests.length === 1, "the request");
    const { done } = drain();
    await clock.advance(9 * minute);
    expect(done()).toBe(false);
    await clock.advance(minute + 200);
    expect(done()).toBe(true);
    expect(bench.store.record.turn).toBeDefined();
    expect(bench.store.record.requests).toHaveLength(1);
  });

  it("ends with a stop that does not wait", async () => {
    await running();
    const { done } = drain();
    const stopped = dispatcher.stop("keep");
    await clock.advance(minute);
    await stopped;
    expect(done()).toBe(true);
    expect(bench.store.record.turn).toBeDefined();
  });
});
