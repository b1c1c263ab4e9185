import { execFileSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type FreshClone, freshClone } from "./fresh-clone.ts";

const debian = existsSync("/usr/bin/apt-get") && existsSync("/usr/bin/dpkg");
const SERVER = "echo 'Redis server v=7.2.0 sha=0'";

let clone: FreshClone;

beforeEach(async () => {
  clone = freshClone(["typescript"]);
  await clone.bootstrap("build");
});
afterEach(() => clone.remove());

const unpacked = () => join(clone.dataDir, "redis/bin/redis-server");

test.each(["redis-server", "valkey-server"])("a %s on PATH is enough", async (name) => {
  clone.fakeProgram(name, SERVER);
  expect(await clone.bootstrap("start")).toEqual({ code: 0, output: "" });
});

test("with a Redis configured, start looks for none", async () => {
  const none = { code: 0, output: "" };
  expect(await clone.bootstrap("start", { REDIS_URL: "redis://127.0.0.1:6379" })).toEqual(none);
  clone.put("hotline.yaml", "log: { level: info }\nredis:\n  # ours\n  url: redis://127.0.0.1:6379/0\n");
  expect(await clone.bootstrap("start")).toEqual(none);
  clone.put("hotline.yaml", "redis: { url: redis://127.0.0.1:6379/0 }\n");
  expect(await clone.bootstrap("start")).toEqual(none);
  expect(existsSync(clone.dataDir)).toBe(false);
});

test("without any way to get a server, one sentence names the command", async () => {
  clone.fakeProgram("apt-get", "echo 'E: Unable to locate package' >&2; exit 100");
  clone.put("hotline.yaml", "# redis: { url: none }\nredis: {}\nchannels: { web: { url: no } }\n");
  const run = await clone.bootstrap("start");
  expect(run.code).toBe(1);
  expect(run.output.trimEnd().split("\n").at(-1)).toMatch(/^Redis .*run "[^"]*install[^"]*"/);
  expect(existsSync(unpacked())).toBe(false);
});

describe.skipIf(!debian)("on Debian", () => {
  test("the packages are unpacked into dataDir with the libraries that the host lacks, once", async () => {
    clone.fakeProgram("redis-server", "echo 'Redis server v=6.0.16 sha=0'");
    clone.fakeProgram(
      "dpkg-query",
      'case "$*" in *libjemalloc*|*liblzf*) exit 1;; *) exec /usr/bin/dpkg-query "$@";; esac',
    );
    const first = await clone.bootstrap("test");
    expect(first.output).toContain("Downloading redis-server (2 MB) …\n");
    expect(first.code).toBe(0);
    expect(execFileSync(unpacked(), ["--version"], { encoding: "utf8" })).toMatch(/ v=\d+\.\d+/);
    const files = readdirSync(join(clone.dataDir, "redis/unpacked"), { recursive: true, encoding: "utf8" });
    expect(files.some((name) => name.includes("libjemalloc.so"))).toBe(true);
    expect(files.some((name) => /libc\.so\.6$/.test(name))).toBe(false);
    expect(readdirSync(join(clone.dataDir, "redis")).sort()).toEqual(["bin", "unpacked"]);
    expect(await clone.bootstrap("test")).toEqual({ code: 0, output: "" });
  });
});
