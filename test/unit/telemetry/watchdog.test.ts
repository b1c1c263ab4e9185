import { afterEach, describe, expect, it } from "vitest";
import { type Logger, silentLogger } from "../../../src/lib/log.ts";
import { createHealth, type PartHealth } from "../../../src/telemetry/health.ts";
import { createMetrics } from "../../../src/telemetry/metrics.ts";
import { createWatchdog, type Watchdog } from "../../../src/telemetry/watchdog.ts";
import { createFakeClock } from "../../fixtures/fake-clock.ts";

const running: Watchdog[] = [];
afterEach(() => {
  for (const watchdog of running.splice(0)) watchdog.stop();
});

function rig() {
  const clock = createFakeClock();
  const health = createHealth();
  const metrics = createMetrics();
  const lines: [string, string, string?][] = [];
  const note: Logger["warn"] = ({ part, state, reason }) =>
    void lines.push([String(part), String(state), ...(reason === undefined ? [] : [String(reason)])] as never);
  const log = { ...silentLogger, info: note, warn: note };
  const redis = { part: { state: "ready" } as PartHealth, answerMs: 1, pings: 0 };
  let jumped = 0;
  const jumpy = { ...clock, uptime: () => clock.uptime() + jumped };
  const watchdog = createWatchdog({ health, metrics, clock: jumpy, log });
  running.push(watchdog);
  watchdog.start({
    health: () => redis.part,
    ping() {
      redis.pings += 1;
      return clock.sleep(redis.answerMs);
    },
  });
  watchdog.watchLoop();
  const stateOf = (name: string) => health.report().parts.find((part) => part.name === name)?.state;
  return { clock, health, metrics, lines, redis, watchdog, stateOf, freeze: (ms: number) => (jumped += ms) };
}

describe("the watchdog", () => {
  it("tells a slow Redis after three looks, once in the log, and its recovery after three more", async () => {
    const { clock, lines, redis, stateOf, metrics } = rig();
    await clock.advance(5000);
    expect(stateOf("redis")).toBe("ready");
    redis.answerMs = 700;
    await clock.advance(2500);
    expect(stateOf("redis")).toBe("ready");
    await clock.advance(20_000);
    expect(lines).toEqual([["redis", "degraded", "Redis is slow: 700 ms for a PING"]]);
    expect(await metrics.snapshot()).toMatchObject({ 'hotline_part_ready{part="redis"}': 0 });
    redis.answerMs = 1;
    await clock.advance(6000);
    expect(lines.slice(1)).toEqual([["redis", "ready"]]);
    expect(await metrics.snapshot()).toMatchObject({
      'hotline_part_ready{part="redis"}': 1,
      hotline_redis_latency_seconds: 0.001,
    });
  });

  it("asks a Redis that answers nothing once, and counts how long it takes", async () => {
    const { clock, redis, stateOf, metrics } = rig();
    await clock.advance(2000);
    redis.answerMs = 3_600_000;
    const before = redis.pings;
    await clock.advance(9000);
    expect(redis.pings).toBe(before + 1);
    expect(stateOf("redis")).toBe("degraded");
    expect((await metrics.snapshot()).hotline_redis_latency_seconds).toBeGreaterThan(5);
  });

  it("leaves a Redis that is away to those who know why", async () => {
    const { clock, redis, lines } = rig();
    await clock.advance(2000);
    redis.part = { state: "degraded", reason: "Redis does not answer" };
    const before = redis.pings;
    await clock.advance(60_000);
    expect(redis.pings).toBe(before);
    expect(lines).toEqual([["redis", "degraded", "Redis does not answer"]]);
  });

  it("notices after the fact that the event loop stood still, for 30 s", async () => {
    const { clock, freeze, lines, metrics, stateOf } = rig();
    await clock.advance(3000);
    freeze(8000);
    await clock.advance(1000);
    expect(stateOf("event loop")).toBe("degraded");
    expect(lines).toEqual([["event loop", "degraded", "the event loop stood still for 8.0 s"]]);
    expect(await metrics.snapshot()).toMatchObject({
      hotline_event_loop_blocks_total: 1,
      'hotline_event_loop_lag_seconds{stat="max"}': 8,
    });
    await clock.advance(30_000);
    expect(stateOf("event loop")).toBe("ready");
    expect(lines.slice(1)).toEqual([["event loop", "ready"]]);
    expect((await metrics.snapshot()).hotline_event_loop_blocks_total).toBe(1);
  });

  it("logs a part that was never well at its first look, and no other", async () => {
    const { clock, health, lines } = rig();
    health.watch("telegram~main", () => ({ state: "starting", reason: "has not reached Telegram yet" }));
    health.watch("feishu~main", () => ({ state: "failed", reason: "refused" }));
    await clock.advance(5000);
    expect(lines).toEqual([["feishu~main", "failed", "refused"]]);
  });

  it("looks no more once it is stopped", async () => {
    const { clock, redis, watchdog } = rig();
    await clock.advance(2000);
    watchdog.stop();
    const before = redis.pings;
    await clock.advance(10_000);
    expect(redis.pings).toBe(before);
  });
});
