import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ChatKey } from "../../../src/model/ids.ts";
import { createBudgets } from "../../../src/outbox/budget.ts";
import { createHeap } from "../../../src/outbox/heap.ts";
import { createScheduler, type Picked, type Scheduler } from "../../../src/outbox/scheduler.ts";
import { ada, bob, chat, team } from "./harness.ts";

const rate = {
  accountPerSecond: 1000,
  chatPerSecond: 1,
  chatBurst: 3,
  groupPerMinute: 20,
  liveSpacingMs: 1000,
  liveSpacingGroupMs: 3200,
};
const cleo = chat("1003");

function make(more: Partial<typeof rate> = {}): Scheduler {
  const times = { refreshMs: 5000, refreshGroupMs: 10_000 };
  return createScheduler(createBudgets({ ...rate, ...more }), (key) => key === team, times);
}

/** Picks at `now` and ends at once; the time to wait for when there is nothing. */
function step(scheduler: Scheduler, now: number): string | number {
  const pick = scheduler.pick(now);
  if ("waitUntil" in pick) return pick.waitUntil;
  scheduler.finish(pick, "sent", now);
  return `${pick.lane} ${pick.chat.split("~")[2]}`;
}

function picked(scheduler: Scheduler, now: number): Picked {
  const pick = scheduler.pick(now);
  if ("waitUntil" in pick) throw new Error(`nothing before ${pick.waitUntil}`);
  return pick;
}

describe("the fair pick", () => {
  test("takes durable calls by age, then first texts, then the stalest frame", () => {
    const scheduler = make();
    for (const [key, at] of [
      [bob, 1000],
      [ada, 3000],
    ] as const) {
      scheduler.wantLive(key, "changed", "none", at);
      step(scheduler, at);
    }
    scheduler.wantLive(ada, "changed", "none", 5000);
    scheduler.wantLive(bob, "changed", "none", 5000);
    scheduler.wantLive(cleo, "first", "none", 5000);
    scheduler.wantDurable(team, { since: 4000, cost: "message" }, 5000);
    scheduler.wantDurable(chat("5"), { since: 2000, cost: "message" }, 5000);
    const order = Array.from({ length: 6 }, (_, i) => step(scheduler, 5000 + i));
    expect(order).toEqual([
      "durable 5",
      "durable -100",
      "live 1003",
      "live 1002",
      "live 1001",
      Number.POSITIVE_INFINITY,
    ]);
  });

  test("has one call of a chat out at a time, its durable one first", () => {
    const scheduler = make();
    scheduler.wantLive(ada, "first", "none", 0);
    const frame = picked(scheduler, 0);
    scheduler.wantDurable(ada, { since: 0, cost: "message" }, 0);
    scheduler.wantLive(ada, "changed", "none", 0);
    expect(step(scheduler, 0)).toBe(Number.POSITIVE_INFINITY);
    scheduler.finish(frame, "sent", 50);
    expect(step(scheduler, 50)).toBe("durable 1001");
    expect(step(scheduler, 51)).toBe(1050);
    expect(step(scheduler, 1050)).toBe("live 1001");
  });

  test("lets a first text ignore spacing, not budgets", () => {
    const scheduler = make();
    scheduler.wantLive(team, "changed", "edit", 0);
    step(scheduler, 0);
    scheduler.wantLive(team, "changed", "edit", 100);
    expect(step(scheduler, 100)).toBe(3200);
    scheduler.wantLive(team, "first", "edit", 100);
    expect(step(scheduler, 100)).toBe("live -100");
    scheduler.wantDurable(team, { since: 0, cost: "message" }, 100);
    expect(step(scheduler, 100)).toBe("durable -100");
    scheduler.wantLive(team, "first", "edit", 100);
    expect(step(scheduler, 100)).toBe(1000);
  });

  test("repeats a frame without news later than one with", () => {
    const scheduler = make();
    scheduler.wantLive(ada, "changed", "none", 0);
    step(scheduler, 0);
    scheduler.wantLive(ada, "refresh", "none", 0);
    expect(step(scheduler, 0)).toBe(5000);
    scheduler.wantLive(ada, "changed", "none", 300);
    expect(step(scheduler, 300)).toBe(1000);
  });

  test("gives back the budget of a frame that was not sent, and keeps its place", () => {
    const scheduler = make({ accountPerSecond: 1 });
    scheduler.wantLive(ada, "changed", "none", 0);
    scheduler.finish(picked(scheduler, 0), "skipped", 0);
    scheduler.wantLive(bob, "changed", "none", 0);
    expect(step(scheduler, 0)).toBe("live 1002");
  });

  test("waits for backoff and then goes on", () => {
    const scheduler = make();
    scheduler.wantDurable(ada, { since: 0, cost: "message", notBefore: 700 }, 0);
    expect(step(scheduler, 0)).toBe(700);
    expect(step(scheduler, 700)).toBe("durable 1001");
  });

  test("shows typing only when nothing waits and a token is to spare", () => {
    const scheduler = make({ accountPerSecond: 1 });
    scheduler.wantDurable(ada, { since: 0, cost: "message" }, 0);
    expect(scheduler.spare(ada, 0)).toBe(false);
    step(scheduler, 0);
    expect(scheduler.spare(ada, 0)).toBe(false);
    expect(scheduler.spare(ada, 1000)).toBe(true);
  });

  test("forgets a chat whose view ended and whose calls are through", () => {
    const scheduler = make();
    scheduler.wantLive(ada, "first", "none", 0);
    step(scheduler, 0);
    expect(scheduler.size).toBe(1);
    scheduler.endLive(ada);
    expect(scheduler.size).toBe(0);
  });

  test("spaces the frames of n chats by n / rate of itself", () => {
    const scheduler = make({ accountPerSecond: 10 });
    const chats = Array.from({ length: 100 }, (_, i) => chat(`c${i}`));
    const shown = new Map<ChatKey, number[]>(chats.map((key) => [key, []]));
    for (let now = 0; now < 60_000; now += 10) {
      if (now % 100 === 0) for (const key of chats) scheduler.wantLive(key, "changed", "none", now);
      for (let pick = scheduler.pick(now); !("waitUntil" in pick); pick = scheduler.pick(now)) {
        scheduler.finish(pick, "sent", now);
        shown.get(pick.chat)?.push(now);
      }
    }
    for (const times of shown.values()) {
      const gaps = times.slice(1).map((at, i) => at - (times[i] ?? 0));
      expect(Math.max(...gaps)).toBeLessThanOrEqual(10_500);
      expect(Math.min(...gaps)).toBeGreaterThanOrEqual(9500);
    }
  });
});

describe("the heap", () => {
  test("gives everything back by rank, and by age within a rank", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20)), (ranks) => {
        const heap = createHeap<number>();
        for (const [i, rank] of ranks.entries()) heap.push(rank, i);
        const popped: [number, number][] = [];
        for (let top = heap.pop(); top !== undefined; top = heap.pop()) popped.push([top.rank, top.value]);
        const sorted = ranks.map((rank, i): [number, number] => [rank, i]).sort((a, b) => a[0] - b[0] || a[1] - b[1]);
        expect(popped).toEqual(sorted);
      }),
    );
  });
});
