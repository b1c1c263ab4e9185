import { describe, expect, it } from "vitest";
import {
  judgeLoop,
  judgeRedis,
  loopPart,
  type RedisPace,
  receiverPart,
  redisPart,
  senderPart,
  smoothLoop,
} from "../../../src/telemetry/judges.ts";

const fast: RedisPace = { slow: false, inRow: 0, ms: 0 };
const looked = (...ms: readonly number[]): RedisPace => ms.reduce(judgeRedis, fast);

describe("a slow Redis", () => {
  it.each([
    [[501, 501], false],
    [[501, 501, 501], true],
    [[501, 501, 500, 501, 501], false],
    [[900, 900, 900, 1, 1], true],
    [[900, 900, 900, 1, 1, 900, 1, 1], true],
    [[900, 900, 900, 1, 1, 1], false],
  ])("after looks of %j ms: %s", (ms, slow) => {
    expect(looked(...ms).slow).toBe(slow);
  });

  it("is told with its time, unless something worse is known", () => {
    const pace = looked(700, 800, 912.4);
    expect(redisPart({ state: "ready" }, pace)).toEqual({
      state: "degraded",
      reason: "Redis is slow: 912 ms for a PING",
    });
    const away = { state: "degraded", reason: "Redis does not answer" } as const;
    expect(redisPart(away, pace)).toBe(away);
    expect(redisPart({ state: "ready" }, looked(1))).toEqual({ state: "ready" });
  });
});

describe("the event loop", () => {
  it("is degraded for 30 s after it stood still, and the block is counted once", () => {
    const blocked = judgeLoop(smoothLoop, { at: 10_000, lateMs: 8123, p99Ms: 0 });
    const after = judgeLoop(blocked, { at: 11_000, lateMs: 4, p99Ms: 2 });
    expect(after.blocks).toBe(1);
    expect(loopPart(after, 39_999)).toEqual({ state: "degraded", reason: "the event loop stood still for 8.1 s" });
    expect(loopPart(after, 40_000)).toEqual({ state: "ready" });
  });

  it("is degraded until 30 s after it lagged last", () => {
    const once = judgeLoop(smoothLoop, { at: 10_000, lateMs: 900, p99Ms: 1001 });
    const twice = judgeLoop(once, { at: 20_000, lateMs: 900, p99Ms: 1500 });
    expect(twice.blocks).toBe(0);
    expect(loopPart(twice, 49_999)).toEqual({
      state: "degraded",
      reason: "the event loop lags: 1.5 s (p99 of 10 s)",
    });
    expect(loopPart(twice, 50_000)).toEqual({ state: "ready" });
  });

  it("may be a second late", () => {
    const late = judgeLoop(smoothLoop, { at: 10_000, lateMs: 2999, p99Ms: 1000 });
    expect(loopPart(late, 10_000)).toEqual({ state: "ready" });
  });
});

describe("a receiver", () => {
  const heard = { state: "ready", lastOkAt: 100_000, okWithinMs: 55_000 } as const;

  it("that heard nothing for longer than it may is degraded", () => {
    expect(receiverPart(heard, 155_000)).toEqual({ state: "ready" });
    expect(receiverPart(heard, 155_001)).toEqual({
      state: "degraded",
      reason: "nothing was heard from the platform for 55 s",
    });
  });

  it("keeps a reason of its own, and is not judged where it promised nothing", () => {
    const refused = { state: "failed", reason: "Telegram refuses the bot token" } as const;
    expect(receiverPart({ ...heard, ...refused }, 900_000)).toEqual(refused);
    expect(receiverPart({ state: "ready", lastOkAt: 1 }, 900_000)).toEqual({ state: "ready" });
    expect(receiverPart({ state: "ready", reason: "stands by: another gateway receives" }, 900_000)).toEqual({
      state: "ready",
      reason: "stands by: another gateway receives",
    });
  });
});

describe("a sender", () => {
  it("that leaves something unsent for more than 60 s is stuck, by the account's name", () => {
    const part = (overdueSince: number | undefined, now: number) =>
      senderPart("telegram~main", { state: "ready" }, overdueSince, now);
    expect(part(undefined, 900_000)).toEqual({ state: "ready" });
    expect(part(100_000, 160_000)).toEqual({ state: "ready" });
    expect(part(100_000, 175_000)).toEqual({
      state: "degraded",
      reason: "telegram~main leaves a message unsent for 75 s",
    });
    expect(part(Number.POSITIVE_INFINITY, 900_000)).toEqual({ state: "ready" });
  });

  it("keeps a reason of its own", () => {
    const refused = { state: "failed", reason: "Unauthorized" } as const;
    expect(senderPart("telegram~main", refused, 0, 900_000)).toEqual(refused);
  });
});
