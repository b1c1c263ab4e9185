import { createHash, randomInt, randomUUID, timingSafeEqual } from "node:crypto";
import type { PersonId } from "../model/ids.ts";
import type { Person } from "../model/message.ts";
import type { Reply } from "./codec.ts";
import { maybe } from "./codec.ts";
import type { RedisLink } from "./connection.ts";
import { retention } from "./retention.ts";
import { answered } from "./script-runner.ts";

/** No `I L O U 0 1`: nothing that can be mistaken for something else on a phone. */
const alphabet = "ABCDEFGHJKMNPQRSTVWXYZ23456789";
const triesPerHour = 10;

/** `K7QM-2F9D`. */
export function ownerCode(): string {
  const letters = Array.from({ length: 8 }, () => alphabet.charAt(randomInt(alphabet.length))).join("");
  return `${letters.slice(0, 4)}-${letters.slice(4)}`;
}

/** People who own the service by claim. */
export async function owners({ redis, keys }: RedisLink): Promise<readonly PersonId[]> {
  return (await answered(redis.smembers(keys.owners))) as PersonId[];
}

/** The open code of an account, made on first call; undefined when the service has an owner. */
export async function claimCode({ redis, keys }: RedisLink, account: string): Promise<string | undefined> {
  if ((await answered(redis.scard(keys.owners))) > 0) return undefined;
  await answered(redis.hsetnx(keys.claims, account, ownerCode()));
  return (await answered(redis.hget(keys.claims, account))) ?? undefined;
}

/** Makes a code that was shown to somebody already the account's open one; nothing when the service has an owner. */
export async function offerClaimCode({ redis, keys }: RedisLink, account: string, code: string): Promise<void> {
  if ((await answered(redis.scard(keys.owners))) > 0) return;
  await answered(redis.hset(keys.claims, account, code));
}

/**
 * True once for the right code (case and dash do not matter). Every try counts before it is compared: 10 wrong
 * ones lock the account's code for the rest of the hour that began with the first, also against the right one.
 */
export async function claimOwnership(
  { run, keys }: RedisLink,
  account: string,
  code: string,
  person: Person,
): Promise<boolean> {
  const reply = await run(
    "claim-try",
    [keys.claimTries(account), keys.claims, keys.owners],
    [account, retention.claimWindowMs, triesPerHour],
  );
  const open = maybe(reply as Reply);
  if (open === undefined || !timingSafeEqual(digest(open), digest(code))) return false;
  const taken = await run(
    "claim-take",
    [keys.owners, keys.claims, keys.claimTries(account), keys.claimed(randomUUID())],
    [account, open, person.id, retention.noteMs],
  );
  return taken === 1;
}

function digest(code: string): Buffer {
  return createHash("sha256")
    .update(code.toUpperCase().replace(/[^A-Z0-9]/g, ""))
    .digest();
}
