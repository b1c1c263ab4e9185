import { describe, expect, it } from "vitest";
import { createOnce } from "../../../src/channel/once.ts";
import { type StrandedChat, strandingOf, type WatchedWorker, watchStranded } from "../../../src/channel/stranded.ts";
import { silentLogger } from "../../../src/lib/log.ts";
import type { ChatKey } from "../../../src/model/ids.ts";
import { createFakeClock } from "../../fixtures/fake-clock.ts";
import { createMemoryIngressStore } from "../../fixtures/memory-ingress-store.ts";

const chat = "telegram~main~1001" as ChatKey;
const worker = (change: Partial<WatchedWorker> = {}): WatchedWorker => ({
  home: "h-1",
  pools: ["default"],
  host: "laptop",
  living: true,
  until: 100,
  ...change,
});
const dead = worker({ living: false });
const other = worker({ home: "h-2", host: "desk" });

describe("why nobody serves a chat", () => {
  it.each<[string, StrandedChat, readonly WatchedWorker[], ReturnType<typeof strandingOf>]>([
    ["a worker of its pool lives", { chat }, [worker()], undefined],
    ["no worker of its pool lives", { chat }, [dead], { outage: "pool-default-100", elsewhere: false }],
    ["no worker was ever heard of", { chat }, [], { outage: "pool-default-0", elsewhere: false }],
    ["the worker with its home lives", { chat, home: "h-1" }, [worker()], undefined],
    [
      "its home is silent, and nobody else serves the pool",
      { chat, home: "h-1" },
      [dead],
      { outage: "h-1-100", host: "laptop", elsewhere: false },
    ],
    [
      "its home is silent, and another serves the pool",
      { chat, home: "h-1" },
      [dead, other],
      { outage: "h-1-100", host: "laptop", elsewhere: true },
    ],
    ["one of two workers on its home lives", { chat, home: "h-1" }, [dead, worker({ host: "b" })], undefined],
    ["nobody is known to have its home", { chat, home: "h-9" }, [other], undefined],
  ])("%s", (_, stranded, workers, expected) => {
    expect(strandingOf(stranded, "default", workers)).toEqual(expected);
  });
});

function watching(first: readonly WatchedWorker[]) {
  const clock = createFakeClock();
  const store = createMemoryIngressStore(() => clock.now());
  const state = { workers: first, looks: 0, fails: false };
  const stopping = new AbortController();
  const done = watchStranded(
    {
      async workers() {
        if (state.fails) throw new Error("no Redis");
        state.looks += 1;
        return state.workers;
      },
      chats: async () => [{ chat, home: "h-1" }],
      poolOf: async () => "default",
      store,
      once: createOnce(store),
      language: "en",
      nonce: () => "n",
      clock,
      log: silentLogger,
    },
    stopping.signal,
  );
  const end = async (): Promise<void> => {
    stopping.abort();
    await done;
  };
  return { clock, store, state, end };
}

describe("the watch over machines", () => {
  it("tells a chat once per outage, and offers another machine where there is one", async () => {
    const { clock, store, state, end } = watching([dead, other]);
    await clock.advance(30_000);
    expect(store.notes).toHaveLength(1);
    expect(store.notes[0]).toContain("(laptop) does not answer");
    expect(store.said[0]?.buttons.map((b) => b.act)).toEqual([{ act: "rehome" }]);
    state.workers = [worker({ until: 200 })];
    await clock.advance(10_000);
    state.workers = [worker({ living: false, until: 300 })];
    await clock.advance(10_000);
    expect(store.notes).toHaveLength(2);
    expect(store.said[1]?.buttons).toEqual([]);
    await end();
  });

  it("looks on when the wall clock is set back", async () => {
    const { clock, store, end } = watching([dead]);
    clock.set(-3_600_000);
    await clock.advance(14_000);
    expect(store.notes).toHaveLength(1);
    await end();
  });

  it("gives machines time to be heard of after its own start, and after a time without Redis", async () => {
    const { clock, store, state, end } = watching([dead]);
    await clock.advance(9000);
    expect(state.looks).toBeGreaterThan(2);
    expect(store.notes).toEqual([]);
    state.fails = true;
    await clock.advance(8000);
    state.fails = false;
    await clock.advance(9000);
    expect(store.notes).toEqual([]);
    await clock.advance(6000);
    expect(store.notes).toHaveLength(1);
    await end();
  });
});
