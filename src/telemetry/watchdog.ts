import { monitorEventLoopDelay } from "node:perf_hooks";
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/log.ts";
import type { Health, PartHealth } from "./health.ts";
import { judgeLoop, judgeRedis, type LoopPace, loopPart, type RedisPace, redisPart, smoothLoop } from "./judges.ts";
import type { Metrics } from "./metrics.ts";

/** Redis as the watchdog looks at it. */
export interface WatchedRedis {
  ping(): Promise<void>;
  /** As the connection has it. */
  health(): PartHealth;
}

/** What the watchdog needs. */
export interface WatchdogDeps {
  readonly health: Health;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Looks every second at what can stall in silence, and tells each change of a part once in the log. One per process; it
 * adds the parts `redis` and `event loop`, and reads every other part of the registry.
 */
export interface Watchdog {
  /** Looks from now on; `redis` is a part from now on. Once only. */
  start(redis: WatchedRedis): void;
  /** The event loop is a part from now on. */
  watchLoop(): void;
  stop(): void;
}

/** Between two looks, ms. */
const lookMs = 1000;
/** The delay of the event loop is told over this many looks. */
const loopLooks = 10;
/** The delay of the event loop is measured this often, ms. */
const resolutionMs = 50;

/** See {@link Watchdog}. */
export function createWatchdog(deps: WatchdogDeps): Watchdog {
  const { health, metrics, clock, log } = deps;
  const stopping = new AbortController();
  const { signal } = stopping;
  const loop = createLoopWatch(metrics);
  const changes = createChanges(health, log);

  async function watch(redis: RedisWatch): Promise<void> {
    for (let before = clock.uptime(); !signal.aborted; ) {
      await clock.sleep(lookMs, signal).catch(() => undefined);
      if (signal.aborted) return;
      const at = clock.uptime();
      loop.look(at, at - before - lookMs);
      before = at;
      redis.look();
      changes.look();
    }
  }

  return {
    start(watched) {
      const redis = createRedisWatch(watched, clock, log);
      metrics.read("hotline_redis_latency_seconds", () => redis.latency());
      metrics.read("hotline_part_ready", () =>
        health.report().parts.map(({ name, state }) => ({ labels: { part: name }, value: state === "ready" ? 1 : 0 })),
      );
      health.watch("redis", () => redis.part());
      void watch(redis);
    },
    watchLoop: () => health.watch("event loop", () => loopPart(loop.pace(), clock.uptime())),
    stop() {
      stopping.abort(new Error("the service stops"));
      loop.stop();
    },
  };
}

interface RedisWatch {
  look(): void;
  part(): PartHealth;
  latency(): readonly { readonly value: number }[];
}

/** One PING at a time; one that is out counts as long as it is out. While Redis is away, which is told otherwise, nothing is judged. */
function createRedisWatch(redis: WatchedRedis, clock: Clock, log: Logger): RedisWatch {
  let pace: RedisPace = { slow: false, inRow: 0, ms: 0 };
  let askedAt: number | undefined;
  let answeredMs: number | undefined;
  const ask = (): void => {
    const at = clock.uptime();
    askedAt = at;
    redis
      .ping()
      .then(() => {
        answeredMs = clock.uptime() - at;
      })
      .catch((error: unknown) => log.debug({ error }, "redis is not asked"))
      .finally(() => {
        askedAt = undefined;
      });
  };
  return {
    look() {
      const away = redis.health().state !== "ready";
      const ms = askedAt === undefined ? answeredMs : clock.uptime() - askedAt;
      answeredMs = undefined;
      if (!away && ms !== undefined) pace = judgeRedis(pace, ms);
      if (!away && askedAt === undefined) ask();
    },
    part: () => redisPart(redis.health(), pace),
    latency: () => [{ value: (askedAt === undefined ? pace.ms : clock.uptime() - askedAt) / 1000 }],
  };
}

interface LoopWatch {
  look(at: number, lateMs: number): void;
  pace(): LoopPace;
  stop(): void;
}

function createLoopWatch(metrics: Metrics): LoopWatch {
  const delay = monitorEventLoopDelay({ resolution: resolutionMs });
  delay.enable();
  let pace = smoothLoop;
  let looks = 0;
  let told = lagOf(delay);
  metrics.read("hotline_event_loop_lag_seconds", () =>
    Object.entries(told).map(([stat, ms]) => ({ labels: { stat }, value: ms / 1000 })),
  );
  return {
    look(at, lateMs) {
      const { blocks } = pace;
      looks += 1;
      const over = looks % loopLooks === 0;
      if (over) told = lagOf(delay);
      // What one look saw must not wait for the end of its window.
      else if (lateMs > told.max) told = { ...told, max: lateMs };
      if (over) delay.reset();
      pace = judgeLoop(pace, { at, lateMs, p99Ms: over ? told.p99 : 0 });
      if (pace.blocks > blocks) metrics.count("hotline_event_loop_blocks_total");
    },
    pace: () => pace,
    stop: () => void delay.disable(),
  };
}

/** ms beyond the interval, which the histogram includes; an empty one has seen no delay. */
function lagOf(delay: ReturnType<typeof monitorEventLoopDelay>) {
  const ms = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e6 - resolutionMs);
  return { p50: ms(delay.percentile(50)), p99: ms(delay.percentile(99)), max: ms(delay.max) };
}

/** Tells a part that becomes better or worse once, however often it is looked at. */
function createChanges(health: Health, log: Logger): { look(): void } {
  const known = new Map<string, PartHealth["state"]>();
  return {
    look() {
      for (const { name, state, reason } of health.report().parts) {
        const before = known.get(name);
        known.set(name, state);
        const well = state === "ready" || state === "starting";
        if (before === state || (before === undefined && well)) continue;
        const facts = { part: name, state, ...(reason === undefined ? {} : { reason }) };
        if (well) log.info(facts, "part changes");
        else log.warn(facts, "part changes");
      }
    },
  };
}
