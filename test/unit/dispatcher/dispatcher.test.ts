import { expect, it } from "vitest";
import { createDispatcher } from "../../../src/dispatcher/dispatcher.ts";
import type { ChatKey } from "../../../src/model/ids.ts";
import type { Activations, RunOutcome } from "../../../src/queue/port.ts";
import { ActorBench } from "../../fixtures/actor-bench.ts";
import { MemoryChatStore } from "../../fixtures/memory-chat-store.ts";

/** A Redis that answers claims only when it is told to. */
class SlowClaims extends MemoryChatStore {
  claims = 0;
  private readonly waiting: (() => void)[] = [];

  override async claim(): ReturnType<MemoryChatStore["claim"]> {
    this.claims += 1;
    await new Promise<void>((resolve) => this.waiting.push(resolve));
    return super.claim();
  }

  answer(): void {
    for (const resolve of this.waiting.splice(0)) resolve();
  }
}

/** Hands jobs to the dispatcher as a queue does, the same one twice if asked to. */
function scriptedQueue() {
  const running: Promise<RunOutcome>[] = [];
  let give = (_chat: ChatKey): void => {};
  const activations: Activations = {
    wake: async () => undefined,
    async consume(run) {
      give = (chat) => void running.push(run(chat, new AbortController().signal));
    },
    counts: async () => ({ waiting: 0, active: running.length }),
    forget: async () => undefined,
    hold: async () => undefined,
    holds: async () => false,
    close: async () => void (await Promise.all(running)),
  };
  return { activations, running, give: (chat: ChatKey) => give(chat) };
}

it("a chat whose claim is answered only after the stop began is let go, and the stop comes to its end", async () => {
  const store = new SlowClaims("telegram~main~1001" as ChatKey);
  const bench = new ActorBench({}, { store });
  const queue = scriptedQueue();
  const still = { now: () => 0, uptime: () => 0, sleep: () => new Promise<void>(() => {}) };
  const dispatcher = createDispatcher({
    ...bench.parts,
    clock: still,
    activations: queue.activations,
    maxProcesses: 8,
  });
  await dispatcher.start();
  queue.give(bench.chat);
  const stopped = dispatcher.stop("keep");
  store.answer();
  await stopped;
  expect(dispatcher.snapshot()).toEqual([]);
});

it("L3: a job handed out twice while the chat is being claimed is one claim and one actor, and a stop ends both", async () => {
  const store = new SlowClaims("telegram~main~1001" as ChatKey);
  const bench = new ActorBench({}, { store });
  const queue = scriptedQueue();
  const dispatcher = createDispatcher({ ...bench.parts, activations: queue.activations, maxProcesses: 8 });
  await dispatcher.start();
  queue.give(bench.chat);
  queue.give(bench.chat);
  store.answer();
  await bench.until(() => dispatcher.snapshot().length === 1, "an actor");
  expect(store.claims).toBe(1);
  await dispatcher.stop("keep");
  expect(await Promise.all(queue.running)).toEqual([{ outcome: "done" }, { outcome: "done" }]);
});
