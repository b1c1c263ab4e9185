import { afterAll, beforeAll, expect, it } from "vitest";
import type { RedisLink } from "../../../src/redis/connection.ts";
import { simulateWeek } from "../../fixtures/growth-week.ts";
import { strays } from "../../fixtures/key-walk.ts";
import type { TestRedis } from "../../fixtures/redis.ts";
import { startRedis } from "../../fixtures/redis.ts";

let server: TestRedis;
let link: RedisLink;

beforeAll(async () => {
  server = await startRedis();
  link = await server.link();
  // Nothing here is about the disk.
  await link.redis.config("SET", "appendfsync", "no");
});
afterAll(() => server.stop());

// The whole week of 50 turns a day is `npm run bench -- --only growth`.
it("a week of use leaves memory flat, and every key ends by itself or has an owner who removes it", async () => {
  const found: (readonly string[])[] = [];
  const midTurn = async (): Promise<void> => void found.push(await strays(link));
  const week = await simulateWeek({ link, days: 7, chats: 100, turnsPerDay: 6, midTurn });
  found.push(await strays(link));
  expect(found).toEqual([[], []]);
  const [, second, , , , , last] = week;
  for (const [family, bytes] of Object.entries(last?.left ?? {}))
    expect([family, bytes], family).toEqual([
      family,
      expect.toSatisfy((b: number) => b <= allowed(second?.left[family])),
    ]);
  expect(last?.evening).toBeLessThan((second?.evening ?? 0) * 1.05);
}, 180_000);

it("a key nobody answers for is seen", async () => {
  const other = await server.link();
  const { redis, keys } = other;
  await redis.set(`${keys.prefix}forgotten`, "1", "PX", 60_000);
  await redis.set(keys.note("x"), "1");
  await redis.set(keys.owners, "no set");
  await redis.set(`${keys.queue}:act-default:odd`, "1");
  expect([...(await strays(other))].sort()).toEqual(
    [
      `${keys.queue}:act-default:odd: not one of the queue's`,
      `${keys.prefix}forgotten: not in the table`,
      `${keys.note("x")}: without its time to live`,
      `${keys.owners}: not a set`,
    ].sort(),
  );
});

/** Streams that are bounded by number are cut in whole blocks of their own; everything else is the same to a few bytes. */
function allowed(before = 0): number {
  return before * 1.02 + 120_000 * Number(before > 200_000) + 256;
}
