import { describe, expect, it } from "vitest";
import { tlsTrouble, withTlsHint } from "../../../src/redis/tls-trouble.ts";

const failure = (message: string, code?: string): Error => Object.assign(new Error(message), { code });
const wrongVersion = "ssl3_get_record:wrong version number";

describe("why a connection to Redis fails, where that is about TLS", () => {
  it.each([
    ["rediss://r:1", failure("self-signed certificate", "DEPTH_ZERO_SELF_SIGNED_CERT"), "untrusted"],
    ["rediss://r:1", failure("unable to verify", "UNABLE_TO_VERIFY_LEAF_SIGNATURE"), "untrusted"],
    ["rediss://r:1", failure("altnames", "ERR_TLS_CERT_ALTNAME_INVALID"), "otherName"],
    ["rediss://r:1", failure("expired", "CERT_HAS_EXPIRED"), "expired"],
    ["rediss://r:1", failure(wrongVersion, "EPROTO"), "notTls"],
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
    expect(withTlsHint(untrusted, "rediss://r:1")).toMatch(/^self-signed certificate \(.*NODE_EXTRA_CA_CERTS/);
    expect(withTlsHint(failure("no route"), "rediss://r:1")).toBe("no route");
  });
});
