import { expect, it } from "vitest";
import { withBackPressure } from "../../../src/channel/back-pressure.ts";
import type { InboundEvent } from "../../../src/channel/port.ts";
import { silentLogger } from "../../../src/lib/log.ts";
import { createFakeClock } from "../../fixtures/fake-clock.ts";

const event = { kind: "message" } as InboundEvent;

function rig() {
  const clock = createFakeClock();
  const state = { waiting: 0, taken: 0, asked: 0 };
  const sink = withBackPressure(
    {
      async accept() {
        state.taken += 1;
        return {};
      },
    },
    {
      async waiting() {
        state.asked += 1;
        return state.waiting;
      },
      clock,
      log: silentLogger,
      signal: new AbortController().signal,
      limit: 100,
    },
  );
  return { clock, state, sink };
}

it("intake slows down, and refuses nothing, while too many activations wait; it goes on when they are fewer", async () => {
  const { clock, state, sink } = rig();
  state.waiting = 101;
  await sink.accept(event);
  await clock.settle();
  const slowed = sink.accept(event);
  await clock.settle();
  expect(state.taken).toBe(1);
  await clock.advance(1500);
  await slowed;
  expect(state.taken).toBe(2);
  state.waiting = 100;
  const last = sink.accept(event);
  await clock.advance(1500);
  await last;
  await sink.accept(event);
  expect(state.taken).toBe(4);
});

it("a tap does not wait: its person and the platform do", async () => {
  const { clock, state, sink } = rig();
  state.waiting = 101;
  await sink.accept(event);
  await clock.settle();
  await sink.accept({ kind: "tap" } as InboundEvent);
  expect(state.taken).toBe(2);
});

it("the queue is asked also after the wall clock was set back", async () => {
  const { clock, state, sink } = rig();
  await sink.accept(event);
  clock.set(-3_600_000);
  await clock.advance(1000);
  await sink.accept(event);
  expect(state.asked).toBe(2);
});

it("the queue is asked once a second, however much comes in", async () => {
  const { clock, state, sink } = rig();
  for (let n = 0; n < 50; n += 1) await sink.accept(event);
  expect(state.asked).toBe(1);
  await clock.advance(1000);
  for (let n = 0; n < 50; n += 1) await sink.accept(event);
  expect(state.asked).toBe(2);
});
