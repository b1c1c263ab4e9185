import { describe, expect, it } from "vitest";
import { connectTrouble, isNoRedis, placeOf, refusal } from "../../../src/redis/connect-trouble.ts";
import { tlsTrouble } from "../../../src/redis/tls-trouble.ts";

const failure = (message: string, code?: string): Error => Object.assign(new Error(message), { code });
const wrongVersion = "ssl3_get_record:wrong version number";

describe("why a connection to Redis fails, where that is about TLS", () => {
  it.each([
    ["rediss://r:1", failure("self-signed certificate", "DEPTH_ZERO_SELF_SIGNED_CERT"), "untrusted"],
    ["rediss://r:1", failure("unable to verify", "UNABLE_TO_VERIFY_LEAF_SIGNATURE"), "untrusted"],
    ["rediss://r:1", failure("altnames", "ERR_TLS_CERT_ALTNAME_INVALID"), "otherName"],
    ["rediss://r:1", failure("expired", "CERT_HAS_EXPIRED"), "expired"],
    ["rediss://r:1", failure(wrongVersion, "EPROTO"), "notTls"],
    ["rediss://r:1", failure("connect ETIMEDOUT", "ETIMEDOUT"), "perhapsNotTls"],
    ["redis://r:1", failure("connect ETIMEDOUT", "ETIMEDOUT"), undefined],
    ["redis://r:1", failure("read ECONNRESET", "ECONNRESET"), "perhapsTls"],
    ["redis://r:1", failure("Connection is closed."), "perhapsTls"],
    ["redis://r:1", failure("connect ECONNREFUSED", "ECONNREFUSED"), undefined],
    ["rediss://r:1", failure("read ECONNRESET", "ECONNRESET"), undefined],
    ["unix:///r", failure("Connection is closed."), undefined],
  ])("%s, %s", (url, error, trouble) => {
    expect(tlsTrouble(error, url)).toBe(trouble);
  });

  it("is told with what mends it; any other reason as it is", () => {
    const untrusted = failure("self-signed certificate", "DEPTH_ZERO_SELF_SIGNED_CERT");
    expect(connectTrouble(untrusted, "rediss://r:1")).toMatch(/^self-signed certificate \(.*NODE_EXTRA_CA_CERTS/);
    expect(connectTrouble(failure("no route"), "rediss://r:1")).toBe("no route");
  });
});

describe("what a start says of a Redis it cannot use", () => {
  const wrong = "WRONGPASS invalid username-password pair or user is disabled.";

  it("tells a server that is no Redis", () => {
    const web = failure('Unknown RESP type 72 "H". Please report this.');
    expect(isNoRedis(web)).toBe(true);
    expect(isNoRedis(failure("connect ECONNREFUSED"))).toBe(false);
    expect(connectTrouble(web, "redis://r:1")).toBe("what answers there is no Redis");
  });

  it("names the key and the address, without name and password", () => {
    expect(placeOf("rediss://ada:opensesame@r:1/3")).toBe("redis.url (r:1): ");
    expect(placeOf("unix:///run/redis.sock")).toBe("redis.url (/run/redis.sock): ");
    expect(placeOf(undefined)).toBe("");
  });

  it("tells a password that is missing from one that is wrong, in the address's own scheme", () => {
    expect(refusal("NOAUTH HELLO must be called", "rediss://r:1")).toMatch(
      /wants a password, and none is configured; write rediss:\/\/:PASSWORD@HOST:PORT/,
    );
    expect(refusal(wrong, "redis://:no@r:1")).toMatch(/refuses our user name or password; .* redis:\/\/:PASSWORD@/);
    expect(refusal("NOPERM no permissions", "redis://ada:no@r:1")).toMatch(/^our user may not do here/);
    expect(refusal("LOADING", "redis://r:1")).toBeUndefined();
  });
});
