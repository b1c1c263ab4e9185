import { tlsHints, tlsTrouble } from "./tls-trouble.ts";

/** Whether what answers speaks another protocol: a web server, for instance. Pure. */
export function isNoRedis(error: unknown): boolean {
  return error instanceof Error && /^Unknown RESP type/.test(error.message);
}

/** Said of what {@link isNoRedis}. */
export const noRedis = "what answers there is no Redis";

/** Why a connection fails, with what mends it where that is about TLS, for a log or an operator. Pure. */
export function connectTrouble(error: Error, url: string | undefined): string {
  if (isNoRedis(error)) return noRedis;
  const trouble = url === undefined ? undefined : tlsTrouble(error, url);
  return trouble === undefined ? error.message : `${error.message} (${tlsHints[trouble]})`;
}

/** Where the operator finds it: `redis.url (127.0.0.1:6379): `; empty for our own server. Pure. */
export function placeOf(url: string | undefined): string {
  if (url === undefined) return "";
  const { host, pathname } = new URL(url);
  return `redis.url (${host === "" ? pathname : host}): `;
}

/** Why a Redis that answers does not let us in, and what to write; undefined when it is about something else. Pure. */
export function refusal(reason: string, url: string | undefined): string | undefined {
  if (/^NOPERM/.test(reason)) return `our user may not do here what the service needs: ${reason}`;
  if (!/^(NOAUTH|WRONGPASS)|invalid password/i.test(reason)) return undefined;
  const { protocol = "redis:", password = "" } = url === undefined ? {} : new URL(url);
  const template = `${protocol}//:PASSWORD@HOST:PORT (with a user of its own, USER:PASSWORD@)`;
  return password === ""
    ? `this Redis wants a password, and none is configured; write ${template}`
    : `this Redis refuses our user name or password; it is written as ${template}`;
}
