import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { systemClock } from "../../../src/lib/clock.ts";
import { silentLogger } from "../../../src/lib/log.ts";
import type { RedisLink } from "../../../src/redis/connection.ts";
import { openData } from "../../../src/redis/data-format.ts";
import { type Migration, migrations } from "../../../src/redis/migrations.ts";
import { appear, livingNodes, type Presence } from "../../../src/redis/nodes.ts";
import { retention } from "../../../src/redis/retention.ts";
import { createFakeClock } from "../../fixtures/fake-clock.ts";
import type { TestRedis } from "../../fixtures/redis.ts";
import { startRedis } from "../../fixtures/redis.ts";
import { dump, facts, newChat, node, prompt, until } from "./samples.ts";

let server: TestRedis;
let prefix: string;
let link: RedisLink;
const present: Presence[] = [];

beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.stop());
beforeEach(async () => {
  for (const one of present.splice(0)) await one.leave();
  prefix = server.keyPrefix();
  link = await server.link(prefix);
});

async function open(steps?: readonly Migration[], name = "n-1", on = link): Promise<Presence> {
  const options = { node: name, version: "9.9.9", clock: systemClock, logger: silentLogger };
  const presence = await openData(on, { ...options, ...(steps === undefined ? {} : { steps }) });
  present.push(presence);
  return presence;
}

it("a node whose beat Redis refused once is seen again with the next", async () => {
  const clock = createFakeClock();
  const presence = await appear(link, { node: "n-7", format: 1, version: "1.0.0" }, { clock, logger: silentLogger });
  present.push(presence);
  await link.redis.zrem(link.keys.nodes, "n-7 1 1.0.0");
  await link.redis.config("SET", "min-replicas-to-write", "1");
  await clock.advance(5000);
  await link.redis.ping();
  await link.redis.config("SET", "min-replicas-to-write", "0");
  expect((await livingNodes(link)).map((one) => one.node)).toEqual([]);
  await clock.advance(5000);
  await until(async () => (await livingNodes(link)).some((one) => one.node === "n-7"));
});

const noted = (): Promise<string | null> => link.redis.hget(link.keys.format, "n");

/** Renames a field of the claims, which may have been done already. */
function renames(from: number, done: string[] = []): Migration {
  return {
    from,
    name: `claims ${from}`,
    async run({ redis, keys }) {
      done.push(`from ${from}`);
      await redis.hset(keys.claims, `claim-${from}`, "moved");
    },
  };
}

it("the production list leads from each format to the next, from the first on", () => {
  expect(migrations.map(({ from }) => from)).toEqual(migrations.map((_, at) => at + 1));
});

it("a first start writes the format, a second changes nothing", async () => {
  await (await open()).leave();
  expect(await link.redis.hgetall(link.keys.format)).toEqual({ n: "1", by: "9.9.9" });
  const before = await dump(link, prefix);
  await (await open()).leave();
  expect(await dump(link, prefix)).toEqual(before);
});

it("data without a note of its format counts as the first, and every step is run once and in order", async () => {
  const chat = newChat();
  await node(link, "old").ingress.ingest(chat, "1", prompt("kept"), facts(chat));
  const done: string[] = [];
  const steps = [renames(1, done), renames(2, done)];
  await open(steps);
  await open(steps);
  expect(done).toEqual(["from 1", "from 2"]);
  expect(await noted()).toBe("3");
  expect(await link.redis.xlen(link.keys.mailbox(chat))).toBe(1);
});

it("newer data is refused with the version that wrote it, and nothing is written", async () => {
  await (await open([renames(1)])).leave();
  const before = await dump(link, prefix);
  await expect(open([])).rejects.toMatchObject({
    code: "dataUnfit",
    message: expect.stringContaining("9.9.9 in format 2"),
  });
  expect(await dump(link, prefix)).toEqual(before);
});

it("a restore that was cut off is refused", async () => {
  await link.redis.hset(link.keys.format, "restoring", "monday.backup");
  await expect(open()).rejects.toMatchObject({ code: "dataUnfit", message: expect.stringContaining("monday.backup") });
});

it("of two nodes that start at once one migrates while the other waits", async () => {
  const done: string[] = [];
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const slow: Migration = { ...renames(1, done), run: (to) => held.then(() => renames(1, done).run(to)) };
  const other = await server.link(prefix);
  const opened = new Set<string>();
  const both = [open([slow], "n-1"), open([slow], "n-2", other)].map((one, at) =>
    one.then(() => opened.add(`n-${at + 1}`)),
  );
  await until(async () => (await link.redis.exists(link.keys.formatLock)) === 1);
  expect(opened.size).toBe(0);
  release();
  await Promise.all(both);
  expect(done).toEqual(["from 1"]);
});

it("what a killed node left half-way is done again, from the step it died in", async () => {
  const done: string[] = [];
  const dies: Migration = { ...renames(2), run: () => Promise.reject(new Error("killed")) };
  await expect(open([renames(1, done), dies])).rejects.toThrow("killed");
  expect(await noted()).toBe("2");
  // Killed, it would not have given up its lock either.
  await link.redis.set(link.keys.formatLock, "the dead node's", "PX", retention.formatLockMs);
  const again = open([renames(1, done), renames(2, done)]);
  await link.redis.pexpire(link.keys.formatLock, 1);
  await again;
  expect(done).toEqual(["from 1", "from 2"]);
});

it("a node that was away so long that another migrates writes no format", async () => {
  const froze: Migration = {
    ...renames(1),
    run: async ({ redis, keys }) => void (await redis.set(keys.formatLock, "successor")),
  };
  await expect(open([froze])).rejects.toMatchObject({ code: "redisUnavailable" });
  expect(await noted()).toBe("1");
  expect(await link.redis.get(link.keys.formatLock)).toBe("successor");
});

it("nothing is migrated under a living node of the older format, but for one's own former self", async () => {
  const old = await appear(
    link,
    { node: "n-old", format: 1, version: "0.1.0" },
    { clock: systemClock, logger: silentLogger },
  );
  await expect(open([renames(1)])).rejects.toMatchObject({
    code: "dataUnfit",
    message: expect.stringContaining("n-old"),
  });
  expect(await noted()).toBeNull();
  await open([renames(1)], "n-old");
  await old.leave();
  expect((await livingNodes(link)).map(({ node: name, format }) => [name, format])).toEqual([["n-old", 2]]);
});
