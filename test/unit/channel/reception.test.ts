import { describe, expect, it } from "vitest";
import type { InboundSink } from "../../../src/channel/port.ts";
import { createReception, type ReceiverLease } from "../../../src/channel/reception.ts";
import { silentLogger } from "../../../src/lib/log.ts";
import { createFakeClock } from "../../fixtures/fake-clock.ts";
import { createScriptedChannel } from "../../fixtures/scripted-channel.ts";

const sink: InboundSink = { accept: async () => ({}) };

/** A lease that can be held by somebody else, or out of reach. */
function scriptedLease(others: boolean) {
  const state = { others, away: false, released: 0, hangs: false };
  const answer = <T>(value: T): Promise<T> =>
    state.away ? Promise.reject(new Error("no Redis")) : Promise.resolve(value);
  const lease: ReceiverLease = {
    claim: () => answer(state.others ? { heldMs: 4000 } : { epoch: 1 }),
    renew: () => (state.hangs ? new Promise(() => undefined) : answer(!state.others)),
    async release() {
      state.released += 1;
    },
  };
  return { state, lease };
}

/** `fails`: how often receiving breaks at once. */
function rig({ others = false, fails = 0 } = {}) {
  const clock = createFakeClock();
  const { state, lease } = scriptedLease(others);
  const receiving = { now: 0, begun: 0, lost: 0 };
  const channel = createScriptedChannel(() => clock.now());
  channel.receive = async (_sink, signal) => {
    receiving.begun += 1;
    if (receiving.begun <= fails) throw new Error("broken");
    receiving.now += 1;
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
    receiving.now -= 1;
  };
  const stopping = new AbortController();
  const onLost = (): void => {
    receiving.lost += 1;
  };
  const deps = { channel, lease, sink, clock, log: silentLogger };
  const reception = createReception({ ...deps, onReceiving: () => undefined, onLost });
  const done = reception.run(stopping.signal);
  const end = async (): Promise<void> => {
    stopping.abort();
    await done;
  };
  return { clock, state, receiving, reception, end };
}

describe("receiving for an account", () => {
  it("L3: stands by, as good as ready, while another gateway holds it, and begins when that is gone", async () => {
    const { clock, state, receiving, reception, end } = rig({ others: true });
    await clock.advance(20_000);
    expect(receiving.begun).toBe(0);
    expect(reception.health()).toEqual({ state: "ready", reason: "stands by: another gateway receives" });
    state.others = false;
    await clock.advance(1000);
    expect(receiving).toMatchObject({ now: 1, begun: 1 });
    await end();
    expect(state.released).toBe(1);
  });

  it("L3: ends as soon as the lease is another's, and begins again when it is free", async () => {
    const { clock, state, receiving, reception, end } = rig();
    await clock.advance(5000);
    expect(receiving).toMatchObject({ now: 1, begun: 1 });
    state.others = true;
    await clock.advance(3000);
    expect(receiving).toEqual({ now: 0, begun: 1, lost: 1 });
    expect(reception.health()).toEqual({ state: "ready", reason: "stands by: another gateway receives" });
    state.others = false;
    await clock.advance(3000);
    expect(receiving).toMatchObject({ now: 1, begun: 2 });
    await end();
    // Stopping is no loss.
    expect(receiving).toMatchObject({ now: 0, lost: 1 });
    expect(state.released).toBe(2);
  });

  it("L3: without Redis it ends once the lease may have run out, not before", async () => {
    const { clock, state, receiving, end } = rig();
    await clock.advance(1600);
    state.away = true;
    await clock.advance(3200);
    expect(receiving.now).toBe(1);
    await clock.advance(3200);
    expect(receiving.now).toBe(0);
    state.away = false;
    await clock.advance(3200);
    expect(receiving).toMatchObject({ now: 1, begun: 2 });
    await end();
  });

  it.each([
    ["refuses", true],
    ["does not answer", false],
  ])("L3: a Redis that %s ends it with the lease, to the millisecond", async (_, refuses) => {
    const { clock, state, receiving, end } = rig();
    await clock.advance(1600);
    if (refuses) state.away = true;
    else state.hangs = true;
    await clock.advance(4999);
    expect(receiving.now).toBe(1);
    await clock.advance(1);
    expect(receiving.now).toBe(0);
    await end();
  });

  it("L3: it ends in time, too, when the wall clock is set back meanwhile", async () => {
    const { clock, state, receiving, end } = rig();
    await clock.advance(1600);
    state.away = true;
    clock.set(-3_600_000);
    await clock.advance(6400);
    expect(receiving.now).toBe(0);
    await end();
  });

  it("a channel that fails by itself is begun anew", async () => {
    const { clock, state, receiving, end } = rig({ fails: 2 });
    await clock.advance(10_000);
    expect(receiving).toMatchObject({ now: 1, begun: 3 });
    expect(state.released).toBe(2);
    await end();
  });
});
