import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { TestRedis } from "../../fixtures/redis.ts";
import { startRedis } from "../../fixtures/redis.ts";
import { account, node, person } from "./samples.ts";

let server: TestRedis;
let ingress: ReturnType<typeof node>["ingress"];

beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.stop());
beforeEach(async () => {
  ingress = node(await server.link(), "a").ingress;
});

const code = async (of = account): Promise<string> => (await ingress.claimCode(of)) ?? "";

describe("owner claim", () => {
  it("an account has one code, easy to read, until the service has an owner", async () => {
    expect(await code()).toMatch(/^[A-HJKMNP-TV-Z2-9]{4}-[A-HJKMNP-TV-Z2-9]{4}$/);
    expect(await code()).toBe(await code());
    expect(await code("feishu~main")).not.toBe(await code());
    expect(await ingress.claim(account, await code(), person("ada"))).toBe(true);
    expect(await ingress.claimCode(account)).toBeUndefined();
    expect(await ingress.claimCode("feishu~main")).toBeUndefined();
    expect(await ingress.owners()).toEqual([person("ada").id]);
  });

  it("of many who send the code at once exactly one owns the service", async () => {
    const right = await code();
    const results = await Promise.all(
      Array.from({ length: 8 }, (_, n) => ingress.claim(account, right, person(`p${n}`))),
    );
    expect(results.filter(Boolean)).toHaveLength(1);
    expect(await ingress.owners()).toHaveLength(1);
  });

  it("the code of one account is worth nothing on another", async () => {
    await code();
    expect(await ingress.claim(account, await code("feishu~main"), person("ada"))).toBe(false);
  });

  it("may be typed in lower case and without the dash", async () => {
    expect(await ingress.claim(account, (await code()).toLowerCase().replace("-", ""), person("ada"))).toBe(true);
  });

  it("ten wrong codes lock the account's code for the rest of the hour, also against the right one", async () => {
    const right = await code();
    const guesses = await Promise.all(
      Array.from({ length: 10 }, () => ingress.claim(account, "AAAA-AAAA", person("eve"))),
    );
    expect(guesses).not.toContain(true);
    expect(await ingress.claim(account, right, person("ada"))).toBe(false);
    expect(await ingress.owners()).toEqual([]);
  });

  it("nine wrong codes do not", async () => {
    const right = await code();
    for (let n = 0; n < 9; n++) await ingress.claim(account, "AAAA-AAAA", person("eve"));
    expect(await ingress.claim(account, right, person("ada"))).toBe(true);
  });
});
