import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { offerCodes, takeOfferedCodes } from "../../../src/cli/claim-file.ts";
import type { RedisLink } from "../../../src/redis/connection.ts";
import { startRedis, type TestRedis } from "../../fixtures/redis.ts";
import { node, person } from "../redis/samples.ts";

let server: TestRedis;
let link: RedisLink;
let ingress: ReturnType<typeof node>["ingress"];
let dataDir: string;

beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.stop());
beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), "hotline-codes-"));
  link = await server.link();
  ingress = node(link, "a").ingress;
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

const file = (): string => join(dataDir, "owner-codes.json");

describe("a code shown before the service ran", () => {
  it("is the one that owns it, also where a start had made another, and is forgotten then", async () => {
    await ingress.claimCode("telegram~main");
    await offerCodes(dataDir, { "telegram~main": "K7QM-2F9D", "feishu~main": "ABCD-EFGH" });
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    await takeOfferedCodes(dataDir, link);
    expect(await ingress.claimCode("telegram~main")).toBe("K7QM-2F9D");
    expect(await ingress.claimCode("feishu~main")).toBe("ABCD-EFGH");
    expect(existsSync(file())).toBe(false);
    await takeOfferedCodes(dataDir, link);
    expect(await ingress.claim("telegram~main", "k7qm2f9d", person("ada"))).toBe(true);
  });

  it("is worth nothing once somebody owns the service", async () => {
    const code = (await ingress.claimCode("telegram~main")) ?? "";
    await ingress.claim("telegram~main", code, person("ada"));
    await offerCodes(dataDir, { "telegram~main": "K7QM-2F9D" });
    await takeOfferedCodes(dataDir, link);
    expect(await ingress.claimCode("telegram~main")).toBeUndefined();
    expect(await ingress.claim("telegram~main", "K7QM-2F9D", person("eve"))).toBe(false);
    expect(existsSync(file())).toBe(false);
  });

  it("that was cut off half-way leaves the service to make its own", async () => {
    writeFileSync(file(), '{"telegram~main":"K7');
    await takeOfferedCodes(dataDir, link);
    expect(await ingress.claimCode("telegram~main")).toMatch(/^[A-Z2-9]{4}-[A-Z2-9]{4}$/);
    expect(existsSync(file())).toBe(false);
  });
});
