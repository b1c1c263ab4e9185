import { describe, expect, it } from "vitest";
import { absenceOf, type StrandedChat, strandingOf, type WatchedWorker } from "../../../src/channel/absence.ts";
import { createOnce } from "../../../src/channel/once.ts";
import { createStrandedWatch } from "../../../src/channel/stranded.ts";
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
  leaving: false,
  seenAt: 95,
  until: 100,
  ...change,
});
const dead = worker({ living: false });
const other = worker({ home: "h-2", host: "desk" });

describe("why nobody serves a chat", () => {
  it.each<[string, StrandedChat, readonly WatchedWorker[], ReturnType<typeof strandingOf>]>([
    ["a worker of its pool lives", { chat }, [worker()], undefined],
    ["no worker of its pool lives", { chat }, [dead], { outage: "pool-default-100", seenAt: 95, elsewhere: false }],
    ["no worker was ever heard of", { chat }, [], { outage: "pool-default-0", elsewhere: false }],
    ["the worker with its home lives", { chat, home: "h-1" }, [worker()], undefined],
    [
      "its home is silent, and nobody else serves the pool",
      { chat, home: "h-1" },
      [dead],
      { outage: "h-1-100", host: "laptop", seenAt: 95, elsewhere: false },
    ],
    [
      "its home is silent, and another serves the pool",
      { chat, home: "h-1" },
      [dead, other],
      { outage: "h-1-100", host: "laptop", seenAt: 95, elsewhere: true },
    ],
    ["one of two workers on its home lives", { chat, home: "h-1" }, [dead, worker({ host: "b" })], undefined],
    [
      "its home is silent, and another worker on it serves other pools",
      { chat, home: "h-1" },
      [dead, worker({ pools: ["far"], host: "b" })],
      { outage: "h-1-100", host: "laptop", seenAt: 95, elsewhere: false },
    ],
    [
      "its project went to another machine",
      { chat, home: "h-1" },
      [worker({ pools: ["far"] }), other],
      { outage: "moved-h-1-default", moved: true, elsewhere: true },
    ],
    [
      "its project went to another machine that is away",
      { chat, home: "h-1" },
      [worker({ pools: ["far"] }), { ...other, living: false }],
      { outage: "pool-default-100", seenAt: 95, elsewhere: false },
    ],
    ["nobody is known to have its home", { chat, home: "h-9" }, [other], undefined],
  ])("%s", (_, stranded, workers, expected) => {
    expect(strandingOf(stranded, "default", workers)).toEqual(expected);
  });
});

describe("who is away for somebody who waits for an answer", () => {
  it("a machine that stopped as asked and may be back at once is", () => {
    const leaving = worker({ leaving: true });
    expect(strandingOf({ chat, home: "h-1" }, "default", [leaving])).toBeUndefined();
    expect(absenceOf({ chat, home: "h-1" }, "default", [leaving])).toMatchObject({ host: "laptop", leaving: true });
    expect(absenceOf({ chat, home: "h-1" }, "default", [dead])).toMatchObject({ host: "laptop", leaving: false });
    expect(absenceOf({ chat, home: "h-1" }, "default", [worker()])).toBeUndefined();
  });
});

function watching(first: readonly WatchedWorker[]) {
  const clock = createFakeClock(Date.UTC(2026, 0, 5, 14, 1));
  const store = createMemoryIngressStore(() => clock.now());
  const state = {
    workers: first,
    looks: 0,
    fails: false,
    stall: Promise.resolve(),
    stranded: [{ chat, home: "h-1" }] as StrandedChat[],
  };
  const stopping = new AbortController();
  const watch = createStrandedWatch({
    async workers() {
      if (state.fails) throw new Error("no Redis");
      await state.stall;
      state.looks += 1;
      return state.workers;
    },
    chats: async () => state.stranded,
    route: async () => ({ home: "h-1" }),
    backlog: async () => ({ waiting: 0, running: false }),
    poolOf: async () => "default",
    store,
    once: createOnce(store),
    language: "en",
    timeZone: "UTC",
    nonce: () => "n",
    clock,
    log: silentLogger,
  });
  const done = watch.run(stopping.signal);
  const end = async (): Promise<void> => {
    stopping.abort();
    await done;
  };
  return { clock, store, state, watch, end };
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
    expect(store.notes).toHaveLength(3);
    expect(store.said[2]?.buttons).toEqual([]);
    await end();
  });

  it("changes its note once the machine is back, and says from when to when it was away", async () => {
    const { clock, store, state, end } = watching([worker({ living: false, seenAt: Date.UTC(2026, 0, 5, 14, 0) })]);
    await clock.advance(120_000);
    const note = store.said[0]?.body;
    state.workers = [worker({ until: 200 })];
    state.stranded = [];
    await clock.advance(4000);
    expect(store.said).toHaveLength(2);
    const change = store.said[1]?.body;
    expect(change).toMatchObject({ op: "edit", slot: note?.op === "message" ? note.slot : "none", orSend: true });
    expect(JSON.stringify(change)).toContain("(laptop) did not answer from 14:00 to 14:03. It is back");
    await end();
  });

  it("says of a chat that another machine took over that it did, not that its own is back", async () => {
    const { clock, store, state, end } = watching([dead, other]);
    await clock.advance(20_000);
    state.stranded = [];
    await clock.advance(4000);
    expect(JSON.stringify(store.said[1]?.body)).toContain("Another machine takes over");
    await end();
  });

  it("says of a chat whose project is another machine's now that it may start anew there, and when it is back", async () => {
    const { clock, store, state, watch, end } = watching([worker({ pools: ["far"] }), other]);
    state.stranded = [{ chat, home: "h-1", project: "lib" }];
    await clock.advance(20_000);
    expect(store.notes).toHaveLength(1);
    expect(store.notes[0]).toContain("The project lib is now worked on elsewhere");
    expect(store.said[0]?.buttons.map((b) => b.act)).toEqual([{ act: "rehome" }]);
    expect(await watch.of(chat)).toMatchObject({ moved: true });
    state.workers = [worker(), other];
    state.stranded = [];
    await clock.advance(4000);
    expect(JSON.stringify(store.said[1]?.body)).toContain("The project lib was worked on elsewhere. It is back");
    await end();
  });

  it("does not say that a machine is back because another one works on its Codex home", async () => {
    const { clock, store, state, end } = watching([dead, worker({ pools: ["far"], host: "b" })]);
    await clock.advance(20_000);
    expect(store.notes).toHaveLength(1);
    state.stranded = [];
    await clock.advance(4000);
    expect(store.said).toHaveLength(1);
    await end();
  });

  it("leaves its note as it is while the chat waits for something else by now", async () => {
    const { clock, store, state, end } = watching([dead, { ...other, living: false }]);
    await clock.advance(20_000);
    state.workers = [{ ...dead, until: 300 }, other];
    await clock.advance(4000);
    expect(store.said.map((one) => one.body.op)).toEqual(["message", "message"]);
    await end();
  });

  it("knows nothing of a chat's machine before it had time to hear of it, nor when it could not look", async () => {
    const { clock, state, watch, end } = watching([dead]);
    await clock.advance(9000);
    expect(await watch.of(chat)).toBeUndefined();
    await clock.advance(4000);
    expect(await watch.of(chat)).toMatchObject({ host: "laptop" });
    state.fails = true;
    await clock.advance(8000);
    expect(await watch.of(chat)).toBeUndefined();
    await end();
  });

  it("takes no worker for dead that could not tell of itself while Redis stood still", async () => {
    const { clock, store, state, watch, end } = watching([worker()]);
    await clock.advance(20_000);
    let goOn = (): void => undefined;
    state.stall = new Promise((resolve) => {
      goOn = resolve;
    });
    await clock.advance(6000);
    const asked = watch.of(chat);
    state.workers = [dead];
    goOn();
    await clock.advance(1000);
    expect([await asked, await watch.of(chat)]).toEqual([undefined, undefined]);
    state.workers = [worker({ until: 200 })];
    await clock.advance(20_000);
    expect([await watch.of(chat), store.notes]).toEqual([undefined, []]);
    await end();
  });

  it("answers in a worker's place once it was silent in two looks running, or said itself that it leaves", async () => {
    const { clock, state, watch, end } = watching([worker()]);
    await clock.advance(20_000);
    state.workers = [dead];
    state.stranded = [];
    await clock.advance(2000);
    expect(await watch.of(chat)).toBeUndefined();
    await clock.advance(2000);
    expect(await watch.of(chat)).toMatchObject({ host: "laptop" });
    state.workers = [worker()];
    await clock.advance(2000);
    expect(await watch.of(chat)).toBeUndefined();
    state.workers = [worker({ leaving: true })];
    await clock.advance(2000);
    expect(await watch.of(chat)).toMatchObject({ leaving: true });
    await end();
  });

  it("answers in a worker's place as soon as the chat was told that it is silent", async () => {
    const { clock, store, state, watch, end } = watching([worker()]);
    await clock.advance(20_000);
    state.workers = [dead];
    await clock.advance(2000);
    expect(store.notes).toHaveLength(1);
    expect(await watch.of(chat)).toMatchObject({ host: "laptop" });
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
