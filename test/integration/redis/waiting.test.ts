import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { connectWatched } from "../../../src/cli/wiring.ts";
import { type Logger, silentLogger } from "../../../src/lib/log.ts";
import { connectRedis } from "../../../src/redis/connection.ts";
import { createHealth } from "../../../src/telemetry/health.ts";
import { startRedis, type TestRedis } from "../../fixtures/redis.ts";

let server: TestRedis;

beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.stop());

/** A place where Redis answers once `open` is called. */
function closedDoor(name: string) {
  const socketPath = join(server.dataDir, name);
  return { target: { socketPath }, open: () => symlink(server.socketPath, socketPath) };
}

it("what a start waits for is said, and again each minute it lasts", async () => {
  const door = closedDoor("a.sock");
  let now = 0;
  let attempts = 0;
  const warnings: unknown[] = [];
  const logger: Logger = { ...silentLogger, warn: (fields, event) => void warnings.push([event, fields]) };
  const connecting = connectRedis({
    target: door.target,
    logger,
    clock: { uptime: () => now },
    onAway: (reason) => {
      attempts += reason === undefined ? 0 : 1;
    },
  });
  await expect.poll(() => attempts).toBeGreaterThan(3);
  const away = ["redis cannot be reached", { reason: expect.stringContaining("ENOENT") }];
  expect(warnings).toEqual([away]);
  now = 59_000;
  const before = attempts;
  await expect.poll(() => attempts, { timeout: 5000 }).toBeGreaterThan(before + 1);
  expect(warnings).toHaveLength(1);
  now = 60_000;
  await expect.poll(() => warnings, { timeout: 5000 }).toEqual([away, away]);
  await door.open();
  (await connecting).close();
});

it("a service that waits for Redis names it, with the last reason", async () => {
  const door = closedDoor("b.sock");
  const health = createHealth();
  const connecting = connectWatched(door.target, silentLogger, health);
  await expect
    .poll(() => health.report().parts)
    .toEqual([{ name: "redis", state: "starting", reason: expect.stringMatching(/^waits for Redis: .*ENOENT/) }]);
  expect(health.report().ready).toBe(false);
  await door.open();
  const link = await connecting;
  expect(health.report().parts[0]?.reason).toBe("Redis is asked");
  link.close();
});
