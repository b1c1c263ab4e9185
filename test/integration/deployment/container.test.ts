import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Redis } from "ioredis";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ConfigError } from "../../../config/faults.ts";
import { loadConfig } from "../../../config/load.ts";
import { silentLogger } from "../../../src/lib/log.ts";
import { connectRedis } from "../../../src/redis/connection.ts";
import { redisArguments } from "../../arch/deployment/compose-faults.ts";
import { redisBinary } from "../../fixtures/redis.ts";

const ROOT = resolve(import.meta.dirname, "../../..");
const file = join(ROOT, "config/container.yaml");
/** What the Dockerfile and compose.yaml set. */
const inside = {
  HOME: "/home/node",
  HOTLINE_DATA_DIR: "/data/hotline",
  CODEX_HOME: "/codex",
  REDIS_URL: "redis://redis:6379/0",
};

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "hl-container-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("the configuration of the image is right: it listens for a published port, keeps all in volumes, takes channels from outside", () => {
  const config = loadConfig({
    file,
    env: { ...inside, HOTLINE_WEB_TOKEN: "0123456789abcdef0123", TELEGRAM_BOT_TOKEN: "1:a" },
  });
  expect(config.dataDir).toBe("/data/hotline");
  expect(config.codex.home).toBe("/codex");
  expect(config.redis?.url).toBe(inside.REDIS_URL);
  expect(config.projects.default?.path).toBe("/projects");
  expect(config.channels.web).toEqual({ listen: "0.0.0.0:8420", token: "0123456789abcdef0123" });
  expect(config.channels.telegram.map(({ id }) => id)).toEqual(["main"]);
});

test("without a token for the published port it does not start, and says which variable is missing", () => {
  expect(() => loadConfig({ file, env: inside })).toThrow(ConfigError);
  expect(() => loadConfig({ file, env: inside })).toThrow(/HOTLINE_WEB_TOKEN/);
});

test("a Redis started as compose.yaml says is one the service works with, and keeps what it was told", async () => {
  const socket = join(folder, "s");
  const given = redisArguments(readFileSync(join(ROOT, "compose.yaml"), "utf8"));
  const begin = () => spawn(redisBinary(), [...given, "--port", "0", "--unixsocket", socket, "--dir", folder]);
  const kill = async (server: ReturnType<typeof begin>) => {
    const gone = new Promise((done) => server.once("exit", done));
    server.kill("SIGKILL");
    await gone;
    rmSync(socket, { force: true });
  };
  const listens = () => vi.waitFor(() => expect(existsSync(socket)).toBe(true), { timeout: 10_000 });
  const first = begin();
  try {
    await listens();
    // Refused when it is not fit for us.
    const link = await connectRedis({ target: { socketPath: socket }, logger: silentLogger });
    link.close();
    const client = new Redis({ path: socket });
    await client.set("told", "kept");
    client.disconnect();
  } finally {
    await kill(first);
  }
  const second = begin();
  try {
    await listens();
    const client = new Redis({ path: socket });
    expect(await client.get("told")).toBe("kept");
    client.disconnect();
  } finally {
    await kill(second);
  }
});
