import type { PartHealth } from "./health.ts";

/** A round trip to Redis that takes longer is slow, ms. */
const slowRedisMs = 500;
/** So many in a row make Redis slow, or well again. */
const redisLooks = 3;

/** How Redis answered lately: `inRow` looks that say otherwise than `slow`; `ms` of the newest. */
export interface RedisPace {
  readonly slow: boolean;
  readonly inRow: number;
  readonly ms: number;
}

/** Pure. What a further look (a PING's ms, or how long one is unanswered) makes of it. */
export function judgeRedis(before: RedisPace, ms: number): RedisPace {
  const otherwise = ms > slowRedisMs !== before.slow;
  const inRow = otherwise ? before.inRow + 1 : 0;
  return inRow >= redisLooks ? { slow: !before.slow, inRow: 0, ms } : { slow: before.slow, inRow, ms };
}

/** Pure. The part as it is, but degraded while Redis is slow. */
export function redisPart(part: PartHealth, pace: RedisPace): PartHealth {
  if (part.state !== "ready" || !pace.slow) return part;
  return { state: "degraded", reason: `Redis is slow: ${Math.round(pace.ms)} ms for a PING` };
}

/** The loop stood still for so long: a lease lives 5 s and is renewed every 1.6 s. */
const blockMs = 3000;
const laggingMs = 1000;
/** After trouble the loop must run well for this long, ms. */
const loopRestMs = 30_000;

/** How the event loop ran. Times of one monotonic clock, ms. */
export interface LoopPace {
  /** Degraded before this time. */
  readonly badUntil: number;
  /** What was wrong last. */
  readonly trouble: string;
  /** Times it stood still since the start. */
  readonly blocks: number;
}

/** The loop as it began. */
export const smoothLoop: LoopPace = { badUntil: Number.NEGATIVE_INFINITY, trouble: "", blocks: 0 };

/** Pure. A look at the time `at` that came `lateMs` later than meant; `p99Ms`: delay over the last 10 s. */
export function judgeLoop(
  before: LoopPace,
  { at, lateMs, p99Ms }: { readonly at: number; readonly lateMs: number; readonly p99Ms: number },
): LoopPace {
  const badUntil = at + loopRestMs;
  if (lateMs >= blockMs) {
    const trouble = `the event loop stood still for ${seconds(lateMs)} s`;
    return { badUntil, trouble, blocks: before.blocks + 1 };
  }
  if (p99Ms <= laggingMs) return before;
  return { ...before, badUntil, trouble: `the event loop lags: ${seconds(p99Ms)} s (p99 of 10 s)` };
}

/** Pure. The event loop as a part of the service. */
export function loopPart(pace: LoopPace, at: number): PartHealth {
  return at < pace.badUntil ? { state: "degraded", reason: pace.trouble } : { state: "ready" };
}

/** What is known of a receiver; see `ChannelHealth` of the channel's port. */
export interface ReceiverHealth extends PartHealth {
  readonly lastOkAt?: number;
  readonly okWithinMs?: number;
}

/** Pure. A receiver that says it is well, but heard nothing for longer than it may, is not. `now` in ms since the epoch. */
export function receiverPart(health: ReceiverHealth, now: number): PartHealth {
  const { state, reason, lastOkAt, okWithinMs } = health;
  const silentMs = lastOkAt === undefined ? 0 : now - lastOkAt;
  if (state === "ready" && okWithinMs !== undefined && silentMs > okWithinMs)
    return { state: "degraded", reason: `nothing was heard from the platform for ${seconds(silentMs)} s` };
  return reason === undefined ? { state } : { state, reason };
}

/** Something that may be sent is sent within this time, ms. */
const stuckMs = 60_000;

/** Pure. A sender that says it is well, but leaves something unsent that nothing holds up since `overdueSince`, is stuck. */
export function senderPart(
  account: string,
  health: PartHealth,
  overdueSince: number | undefined,
  now: number,
): PartHealth {
  const { state, reason } = health;
  const waitedMs = overdueSince === undefined ? 0 : now - overdueSince;
  if (state === "ready" && waitedMs > stuckMs)
    return { state: "degraded", reason: `${account} leaves a message unsent for ${seconds(waitedMs)} s` };
  return reason === undefined ? { state } : { state, reason };
}

function seconds(ms: number): string {
  return ms < 10_000 ? (ms / 1000).toFixed(1) : String(Math.round(ms / 1000));
}
