import { describe, expect, it } from "vitest";
import { endReason } from "../../../src/redis/embedded.ts";
import { embeddedFiles } from "../../../src/redis/embedded-files.ts";
import { serverArguments } from "../../../src/redis/embedded-server.ts";
import { unfitness } from "../../../src/redis/fitness.ts";
import { createLanes } from "../../../src/redis/lanes.ts";
import { ownerCode } from "../../../src/redis/owner-claims.ts";

const info = (version: string, policy: string, cluster = "0"): string =>
  `# Server\r\nredis_version:${version}\r\n# Memory\r\nmaxmemory_policy:${policy}\r\n# Cluster\r\ncluster_enabled:${cluster}\r\n`;

describe("fitness", () => {
  it.each([
    ["6.2.0", "noeviction", "0", undefined],
    ["7.0.15", "noeviction", "0", undefined],
    ["10.0.0", "noeviction", "0", undefined],
    ["6.0.16", "noeviction", "0", /version is 6\.0\.16/],
    ["5.9.9", "noeviction", "0", /version/],
    ["7.2.4", "allkeys-lru", "0", /maxmemory-policy is allkeys-lru/],
    ["7.2.4", "noeviction", "1", /cluster/],
  ])("judges %s with %s, cluster %s", (version, policy, cluster, reason) => {
    const judged = unfitness(info(version, policy, cluster));
    if (reason === undefined) expect(judged).toBeUndefined();
    else expect(judged).toMatch(reason);
  });

  it("a server that tells nothing is unfit", () => {
    expect(unfitness("")).toMatch(/unknown/);
  });
});

describe("embedded files", () => {
  it("keeps the socket beside the data while its path is short", () => {
    expect(embeddedFiles("/srv/hotline", "/run/user/1").socket).toBe("/srv/hotline/redis/redis.sock");
  });

  it("moves it to the runtime folder, one per data folder, when the path is long in bytes", () => {
    const [one, two] = ["é", "ü"].map((letter) => embeddedFiles(`/srv/${letter.repeat(45)}`, "/run/user/1").socket);
    expect(one).toMatch(/^\/run\/user\/1\/hotline-[0-9a-f]{12}\/redis\.sock$/);
    expect(two).not.toBe(one);
  });

  it("L1: the server listens on no port and confirms nothing that is not on disk", () => {
    const line = serverArguments(embeddedFiles("/srv/hotline", "/run")).join(" ");
    for (const part of [
      "--port 0",
      "--appendonly yes",
      "--appendfsync always",
      "--aof-load-truncated yes",
      "--maxmemory-policy noeviction",
    ])
      expect(line).toContain(part);
  });
});

describe("end of the embedded server", () => {
  it("names a full disk, else quotes the log", () => {
    const full =
      "Error writing to the AOF file: No space left on device | Can't recover from AOF write error. Exiting...";
    expect(endReason("/srv/redis", full)).toBe("the disk is full: the embedded Redis cannot write to /srv/redis");
    expect(endReason("/srv/redis", "Out Of Memory")).toMatch(/started again \(its log ends: Out Of Memory\)/);
  });
});

describe("lanes", () => {
  it("tasks of one key run one after the other, also after a failure; other keys do not wait", async () => {
    const lanes = createLanes();
    const order: string[] = [];
    let open = (): void => undefined;
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const first = lanes.run("a", async () => {
      await gate;
      order.push("first");
      throw new Error("broken");
    });
    const second = lanes.run("a", async () => order.push("second"));
    await lanes.run("b", async () => order.push("other"));
    open();
    await expect(first).rejects.toThrow("broken");
    await second;
    expect(order).toEqual(["other", "first", "second"]);
  });
});

describe("owner code", () => {
  it("has no letters that look alike", () => {
    const codes = Array.from({ length: 500 }, ownerCode);
    expect(codes.every((code) => /^[^ILOU01]{4}-[^ILOU01]{4}$/.test(code))).toBe(true);
    expect(new Set(codes).size).toBe(500);
  });
});
