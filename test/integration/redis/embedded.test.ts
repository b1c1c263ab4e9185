import { chmod, mkdir, mkdtemp, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "../../../src/lib/clock.ts";
import { silentLogger } from "../../../src/lib/log.ts";
import type { RedisLink } from "../../../src/redis/connection.ts";
import { connectRedis } from "../../../src/redis/connection.ts";
import type { EmbeddedRedis, EmbeddedRedisOptions } from "../../../src/redis/embedded.ts";
import { createEmbeddedRedis } from "../../../src/redis/embedded.ts";
import { embeddedFiles } from "../../../src/redis/embedded-files.ts";
import { nodeId } from "../../../src/redis/node-id.ts";
import { redisBinary } from "../../fixtures/redis.ts";
import { until } from "./samples.ts";

let folder: string;
const servers: EmbeddedRedis[] = [];
const links: RedisLink[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "hl-embedded-"));
});
afterEach(async () => {
  for (const link of links.splice(0)) link.close();
  for (const server of servers.splice(0)) await server.stop();
  await rm(folder, { recursive: true, force: true });
});

function embedded(options: Partial<EmbeddedRedisOptions> = {}): EmbeddedRedis {
  const server = createEmbeddedRedis({
    dataDir: join(folder, "data"),
    runtimeDir: folder,
    path: process.env.PATH ?? "",
    binary: redisBinary(),
    logger: silentLogger,
    clock: systemClock,
    ...options,
  });
  servers.push(server);
  return server;
}

async function linkTo(server: EmbeddedRedis): Promise<RedisLink> {
  const link = await connectRedis({ target: { socketPath: server.socketPath }, logger: silentLogger });
  links.push(link);
  return link;
}

/** A program that ends like a Redis on a full disk, until the file `full` is gone. */
async function fullDisk(): Promise<string> {
  const script = join(folder, "redis-server");
  await writeFile(join(folder, "full"), "");
  await writeFile(script, `#!/bin/sh\n[ -e "${folder}/full" ] && exit 1\nexec "${redisBinary()}" "$@"\n`);
  await chmod(script, 0o755);
  return script;
}

describe("embedded redis", () => {
  it("L1: answers on a socket of this user only, and every write is on disk before it is confirmed", async () => {
    const server = embedded();
    await server.start();
    const { redis } = await linkTo(server);
    expect(server.health()).toEqual({ state: "ready" });
    for (const [name, value] of [
      ["port", "0"],
      ["appendonly", "yes"],
      ["appendfsync", "always"],
      ["maxmemory-policy", "noeviction"],
      ["save", ""],
    ])
      expect(await redis.config("GET", name ?? "")).toEqual([name, value]);
    expect((await stat(server.socketPath)).mode & 0o777).toBe(0o700);
    expect((await stat(join(folder, "data", "redis"))).mode & 0o777).toBe(0o700);
  });

  it("L8: a server that outlived the service is adopted with everything it holds", async () => {
    const first = embedded();
    await first.start();
    await (await linkTo(first)).redis.set("k", "v");
    const pid = first.pid();
    first.detach();
    const second = embedded();
    await second.start();
    expect(second.pid()).toBe(pid);
    expect(await (await linkTo(second)).redis.get("k")).toBe("v");
  });

  it("an adopted server that dies is started again", async () => {
    const first = embedded();
    await first.start();
    first.detach();
    const second = embedded();
    await second.start();
    const { redis } = await linkTo(second);
    await redis.set("k", "v");
    const pid = second.pid() ?? 0;
    process.kill(pid, "SIGKILL");
    expect(await redis.get("k")).toBe("v");
    await until(() => second.pid() !== undefined && second.pid() !== pid);
  });

  it("a server that ends by itself is started again with growing pauses, and says so meanwhile", async () => {
    const binary = await fullDisk();
    await rm(join(folder, "full"));
    const server = embedded({ binary });
    await server.start();
    const { redis } = await linkTo(server);
    await redis.set("k", "v");
    await writeFile(join(folder, "full"), "");
    process.kill(server.pid() ?? 0, "SIGTERM");
    await until(() => server.health().state === "degraded");
    expect(server.health().reason).toMatch(/embedded Redis ended/);
    await rm(join(folder, "full"));
    expect(await redis.get("k")).toBe("v");
    expect(server.health().state).toBe("degraded");
    await until(() => server.health().state === "ready");
  });

  it("a torn tail of the append-only file is cut off, not fatal", async () => {
    const first = embedded();
    await first.start();
    const { redis } = await linkTo(first);
    await redis.set("k", "v");
    const aof = join(folder, "data", "redis", "appendonlydir", "appendonly.aof.1.incr.aof");
    await first.stop();
    await writeFile(aof, "*3\r\n$3\r\nSET\r\n$1\r\nx\r\n$100\r\ntorn", { flag: "a" });
    const second = embedded();
    await second.start();
    expect(await (await linkTo(second)).redis.get("k")).toBe("v");
  });

  it("refuses to start with a clear reason: no binary, one that does not run, a foreign server at the socket", async () => {
    const missing = createEmbeddedRedis({
      dataDir: join(folder, "x"),
      runtimeDir: folder,
      path: "",
      logger: silentLogger,
      clock: systemClock,
    });
    await expect(missing.start()).rejects.toThrow(/no redis-server or valkey-server found/);
    await expect(embedded({ binary: await fullDisk() }).start()).rejects.toThrow(
      /does not start: it ended with code 1/,
    );
    const foreign = embedded({ dataDir: join(folder, "foreign") });
    await foreign.start();
    const far = join(folder, "a".repeat(100));
    const files = embeddedFiles(far, folder);
    await mkdir(join(files.socket, ".."), { mode: 0o700 });
    await symlink(foreign.socketPath, files.socket);
    await expect(embedded({ dataDir: far }).start()).rejects.toMatchObject({ code: "redisUnfit" });
  });

  it("a long data folder keeps its socket in the runtime folder, closed to others", async () => {
    const dataDir = join(folder, "d".repeat(100));
    const server = embedded({ dataDir });
    await server.start();
    expect(server.socketPath.startsWith(join(folder, "hotline-"))).toBe(true);
    expect(Buffer.byteLength(server.socketPath)).toBeLessThanOrEqual(100);
    await server.stop();
    await chmod(join(server.socketPath, ".."), 0o755);
    await expect(embedded({ dataDir }).start()).rejects.toThrow(/mode 0700/);
  });

  it("stop ends the server and leaves nothing answering", async () => {
    const server = embedded();
    await server.start();
    const pid = server.pid() ?? 0;
    await server.stop();
    expect(() => process.kill(pid, 0)).toThrow();
    expect(server.health().state).toBe("stopped");
  });

  it("a redis that evicts is refused", async () => {
    const server = embedded();
    await server.start();
    await (await linkTo(server)).redis.config("SET", "maxmemory-policy", "allkeys-lru");
    await expect(linkTo(server)).rejects.toMatchObject({ code: "redisUnfit" });
  });
});

describe("connecting", () => {
  it("a redis that wants a password is refused with that reason, not waited for", async () => {
    const server = embedded();
    await server.start();
    await (await linkTo(server)).redis.config("SET", "requirepass", "sesame");
    await expect(linkTo(server)).rejects.toMatchObject({
      code: "redisUnfit",
      message: expect.stringMatching(/password/),
    });
  });

  it("waits for a redis that is not there yet", async () => {
    const server = embedded();
    const waiting = linkTo(server);
    await server.start();
    expect((await waiting).ready()).toBe(true);
  });
});

describe("node id", () => {
  it("is made once per data folder", async () => {
    const [one, two] = await Promise.all([nodeId(folder), nodeId(folder)]);
    expect(one).toMatch(/^n-[0-9a-f]{12}$/);
    expect(two).toBe(one);
    expect(await nodeId(join(folder, "other"))).not.toBe(one);
  });
});
