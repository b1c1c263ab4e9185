/** Codes of a certificate nobody here vouches for. */
const untrusted: ReadonlySet<string> = new Set([
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
]);
/** Codes and words of a server that closes on what it cannot read. */
const closed = /\bECONNRESET\b|\bEPIPE\b|socket hang up|Connection is closed|Protocol error/i;

/**
 * Why a connection fails, where it is about TLS. `untrusted`: the certificate is of an authority Node does not know;
 * `otherName`: it is another host's; `expired`; `notTls`: `rediss://`, and the server does not speak it; `perhapsNotTls`: the
 * same, perhaps, where nothing was said for the time of a connect; `perhapsTls`: a plain `redis://` was hung up on, as a server does that speaks TLS alone.
 */
export type TlsTrouble = "untrusted" | "otherName" | "expired" | "notTls" | "perhapsNotTls" | "perhapsTls";

/** See {@link TlsTrouble}; undefined when it is about something else. Pure. */
export function tlsTrouble(error: unknown, url: string): TlsTrouble | undefined {
  const code = error instanceof Error ? String(Reflect.get(error, "code") ?? "") : "";
  const message = error instanceof Error ? error.message : String(error);
  if (untrusted.has(code)) return "untrusted";
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") return "otherName";
  if (code === "CERT_HAS_EXPIRED") return "expired";
  const secure = url.startsWith("rediss:");
  if (secure && /wrong version number|packet length too long|before secure TLS connection/i.test(message))
    return "notTls";
  if (secure && code === "ETIMEDOUT") return "perhapsNotTls";
  if (!secure && url.startsWith("redis:") && closed.test(`${code} ${message}`)) return "perhapsTls";
  return undefined;
}

/** What mends each, for a log or an operator. */
export const tlsHints: Readonly<Record<TlsTrouble, string>> = {
  untrusted:
    "its certificate is of an authority Node does not know; start with NODE_EXTRA_CA_CERTS=/path/ca.pem in the environment",
  otherName: "its certificate is for another host name; write redis.url with the name in the certificate",
  expired: "its certificate has expired; renew it on the Redis server",
  notTls: "this port does not speak TLS; write redis://, or the TLS port, in redis.url",
  perhapsNotTls: "does that port speak TLS? If not, write redis:// in redis.url",
  perhapsTls: "if this port speaks TLS, write rediss:// in redis.url",
};
