import { describe, expect, test } from "vitest";
import type { Capabilities } from "../../../src/model/delivery.ts";
import type { ChatKey } from "../../../src/model/ids.ts";
import { createBudgets } from "../../../src/outbox/budget.ts";
import { createHeap } from "../../../src/outbox/heap.ts";
import { createScheduler, type Picked, type Scheduler } from "../../../src/outbox/scheduler.ts";
import { chat } from "./harness.ts";

const rate: Capabilities["rate"] = {
  accountPerSecond: 28,
  chatPerSecond: 1,
  chatBurst: 3,
  groupPerMinute: 20,
  liveSpacingMs: 1200,
  liveSpacingGroupMs: 3200,
  liveKeepAliveMs: 20_000,
};
const limits = { accountPerSecond: 30, groupPerMinute: 20 };
const deltaMs = 100;

interface Figures {
  readonly finals: readonly number[];
  readonly firstTexts: readonly number[];
  readonly worstLiveGapMs: number;
  readonly refused: number;
  readonly calls: number;
}

interface Load {
  readonly chats: number;
  /** Length of each stream. */
  readonly streamMs: number;
  readonly groupShare: number;
  readonly forMs: number;
}

/**
 * The production scheduler and budgets on a virtual clock, against a platform that counts calls as they arrive (sliding
 * second per account, sliding minute per group) and refuses the first one too many. Each chat streams again and again.
 */
class Simulation {
  readonly #load: Load;
  readonly #events = createHeap<() => void>();
  readonly #scheduler: Scheduler;
  readonly #arrivals: number[] = [];
  readonly #groupArrivals = new Map<ChatKey, number[]>();
  readonly #finalSince = new Map<ChatKey, number>();
  readonly #firstSince = new Map<ChatKey, number>();
  readonly #shownAt = new Map<ChatKey, number>();
  readonly #finals: number[] = [];
  readonly #firsts: number[] = [];
  #worstGap = 0;
  #refused = 0;
  #calls = 0;
  #now = 0;
  #seed = 7;
  #wakeAt = Number.POSITIVE_INFINITY;

  constructor(load: Load) {
    this.#load = load;
    const times = { refreshMs: 5000, refreshGroupMs: 10_000 };
    this.#scheduler = createScheduler(createBudgets(rate), isGroup, times);
  }

  run(): Figures {
    for (let i = 0; i < this.#load.chats; i++) {
      const key = chat(i < this.#load.chats * this.#load.groupShare ? `-${i + 1}` : String(i + 1));
      this.#events.push(this.#random() * this.#load.streamMs, () => this.#stream(key));
    }
    for (
      let event = this.#events.pop();
      event !== undefined && event.rank <= this.#load.forMs;
      event = this.#events.pop()
    ) {
      this.#now = event.rank;
      event.value();
      this.#pump();
    }
    const gap = Math.max(this.#worstGap, ...[...this.#shownAt.values()].map((at) => this.#now - at));
    return {
      finals: this.#finals,
      firstTexts: this.#firsts,
      worstLiveGapMs: gap,
      refused: this.#refused,
      calls: this.#calls,
    };
  }

  #stream(key: ChatKey): void {
    const end = this.#now + this.#load.streamMs * (0.75 + this.#random() / 2);
    this.#firstSince.set(key, this.#now);
    this.#shownAt.set(key, this.#now);
    const delta = (first: boolean): void => {
      if (this.#now >= end) {
        this.#final(key);
        return;
      }
      this.#scheduler.wantLive(key, first ? "first" : "changed", isGroup(key) ? "edit" : "none", this.#now);
      this.#events.push(this.#now + deltaMs, () => delta(this.#firstSince.has(key)));
    };
    delta(true);
  }

  #final(key: ChatKey): void {
    this.#scheduler.endLive(key);
    this.#firstSince.delete(key);
    this.#shownAt.delete(key);
    this.#finalSince.set(key, this.#now);
    this.#scheduler.wantDurable(key, { since: this.#now, cost: "message" }, this.#now);
  }

  #pump(): void {
    for (;;) {
      const pick = this.#scheduler.pick(this.#now);
      if (!("waitUntil" in pick)) {
        this.#call(pick);
        continue;
      }
      if (pick.waitUntil < this.#wakeAt || this.#wakeAt <= this.#now) {
        this.#wakeAt = pick.waitUntil;
        if (pick.waitUntil < Number.POSITIVE_INFINITY) this.#events.push(pick.waitUntil, () => {});
      }
      return;
    }
  }

  #call(pick: Picked): void {
    this.#calls++;
    const arrivesAt = this.#now + 40;
    this.#events.push(arrivesAt, () => this.#arrive(pick));
    if (pick.lane === "durable") {
      this.#finals.push(this.#now - (this.#finalSince.get(pick.chat) ?? 0));
      this.#events.push(this.#now + 80, () => {
        this.#scheduler.finish(pick, "sent", this.#now);
        this.#stream(pick.chat);
      });
      return;
    }
    const first = this.#firstSince.get(pick.chat);
    if (first !== undefined) this.#firsts.push(this.#now - first);
    this.#firstSince.delete(pick.chat);
    this.#worstGap = Math.max(this.#worstGap, this.#now - (this.#shownAt.get(pick.chat) ?? this.#now));
    this.#shownAt.set(pick.chat, this.#now);
    this.#events.push(this.#now + 80, () => this.#scheduler.finish(pick, "sent", this.#now));
  }

  #arrive(pick: Picked): void {
    const over = counted(this.#arrivals, this.#now, 1000) > limits.accountPerSecond;
    const group = this.#groupArrivals.get(pick.chat) ?? [];
    this.#groupArrivals.set(pick.chat, group);
    const groupOver = isGroup(pick.chat) && counted(group, this.#now, 60_000) > limits.groupPerMinute;
    if (over || groupOver) this.#refused++;
  }

  #random(): number {
    this.#seed = (this.#seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return this.#seed / 2_147_483_648;
  }
}

function isGroup(key: ChatKey): boolean {
  return key.includes("~-");
}

function counted(times: number[], now: number, windowMs: number): number {
  times.push(now);
  while (times[0] !== undefined && times[0] <= now - windowMs) times.shift();
  return times.length;
}

function percentile(values: readonly number[], share: number): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length * share)] ?? Number.NaN;
}

describe("1,000 chats streaming at 30 calls a second", () => {
  const figures = new Simulation({ chats: 1000, streamMs: 60_000, groupShare: 0.2, forMs: 180_000 }).run();

  test("get their finals within 0.3 s (p99)", () => {
    expect(figures.finals.length).toBeGreaterThan(1500);
    expect(percentile(figures.finals, 0.99)).toBeLessThanOrEqual(300);
  });

  test("never run into the platform's limits", () => {
    expect(figures.refused).toBe(0);
    expect(figures.calls).toBeGreaterThan(4500);
  });

  test("see their first text before others see more of theirs", () => {
    expect(percentile(figures.firstTexts, 0.5)).toBeLessThan(15_000);
  });
});

describe("100 chats streaming at 30 calls a second", () => {
  const figures = new Simulation({ chats: 100, streamMs: 60_000, groupShare: 0, forMs: 120_000 }).run();

  test("see new text about every n / rate seconds, none much later than others", () => {
    expect(figures.worstLiveGapMs).toBeLessThan(6000);
    expect(percentile(figures.finals, 0.99)).toBeLessThanOrEqual(300);
    expect(percentile(figures.firstTexts, 0.99)).toBeLessThan(500);
    expect(figures.refused).toBe(0);
  });
});
