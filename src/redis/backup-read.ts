import type { ChatKey } from "../model/ids.ts";
import { accountKey, chatAddress } from "../model/ids.ts";
import { type BackupEntry, readCommand, readValue } from "./backup-entry.ts";
import type { RedisLink } from "./connection.ts";
import { type FamilyName, familyOf, type KeyFamily, keyFamilies } from "./key-families.ts";
import type { Keys } from "./keys.ts";
import { retention } from "./retention.ts";
import { answered } from "./script-runner.ts";

/** Fields of a chat's state that say who lives; nobody does after a restore. */
const livingFields = new Set(["own", "exp", "p", "pn", "ct", "vt"]);
/** Keys read in one transaction. */
const batch = 50;

interface Asked {
  readonly key: string;
  readonly family: KeyFamily;
}

interface Reading {
  readonly link: Pick<RedisLink, "redis" | "keys">;
  readonly families: readonly KeyFamily[];
  /** When each chat was read, ms since the epoch on Redis's clock. */
  readonly readAt: Map<string, number>;
  /** Requests that were read with their chat. */
  readonly requests: Set<string>;
}

/**
 * Everything of an installation that a backup holds, while it may be in use. All keys of a chat are of one moment, and what
 * tells that an event was taken ({@link KeyFamily.backup} `token`) is there if and only if it was taken before that moment:
 * after a restore nothing is run twice, and what came later may come again. No more than one chat is in memory.
 */
export async function* readInstallation(link: Pick<RedisLink, "redis" | "keys">): AsyncGenerator<BackupEntry> {
  const reading: Reading = { link, families: keyFamilies(link.keys), readAt: new Map(), requests: new Set() };
  for (const chat of await chatsOf(reading)) yield* readChat(reading, chat);
  for await (const asked of scan(reading, ["token", "rest"]))
    for (const { entry, family, at } of await readKeys(link, asked))
      if (belongs(reading, entry, family, at)) yield entry;
}

async function chatsOf(reading: Reading): Promise<ReadonlySet<ChatKey>> {
  const found = new Set<ChatKey>();
  for await (const asked of scan(reading, ["chat"]))
    for (const { key, family } of asked) found.add(chatIn(family, key) as ChatKey);
  return found;
}

async function* scan(
  { link: { redis, keys }, families }: Reading,
  kinds: readonly KeyFamily["backup"][],
): AsyncGenerator<readonly Asked[]> {
  let cursor = "0";
  do {
    const [next, found] = await answered(redis.scan(cursor, "MATCH", `${keys.prefix}*`, "COUNT", 500));
    cursor = next;
    const asked = found.flatMap((key): readonly Asked[] => {
      const family = familyOf(families, key);
      return family !== undefined && kinds.includes(family.backup) ? [{ key, family }] : [];
    });
    for (let from = 0; from < asked.length; from += batch) yield asked.slice(from, from + batch);
  } while (cursor !== "0");
}

async function* readChat(reading: Reading, chat: ChatKey): AsyncGenerator<BackupEntry> {
  const { link, families } = reading;
  const { redis, keys } = link;
  const named = (name: FamilyName): KeyFamily => families.find((family) => family.name === name) as KeyFamily;
  const own = ownKeys(keys, chat).map(([name, key]): Asked => ({ key, family: named(name) }));
  const share: Asked = {
    key: keys.transcripts(accountKey(chatAddress(chat))).pending,
    family: named("transcripts.pending"),
  };
  for (;;) {
    const open = await answered(redis.zrange(keys.openRequests(chat), "0", "-1"));
    const requests = open.map((n): Asked => ({ key: `${keys.parts.request}${n}`, family: named("request") }));
    const found = await readKeys(link, [...own, share, ...requests]);
    const now = found.find(({ family }) => family.name === "openRequests")?.entry.value ?? [];
    // One was asked or settled in between: what was read is not of one moment.
    if (now.filter((_, at) => at % 2 === 0).join() !== open.join()) continue;
    reading.readAt.set(chat, found[0]?.at ?? 0);
    for (const { entry, family } of found) {
      if (family.name === "request") reading.requests.add(entry.key);
      yield family.name === "state" ? atRest(entry) : family === share.family ? shareOf(entry, chat) : entry;
    }
    return;
  }
}

function ownKeys(keys: Keys, chat: ChatKey): readonly (readonly [FamilyName, string])[] {
  return [
    ["mailbox", keys.mailbox(chat)],
    ["state", keys.state(chat)],
    ["outbox", keys.outbox(chat)],
    ["progress", keys.progress(chat)],
    ["slots", keys.slots(chat)],
    ["view", keys.view(chat)],
    ["viewText", keys.viewText(chat)],
    ["openRequests", keys.openRequests(chat)],
    ["turnLog", keys.turnLog(chat)],
    ["transcript.all", keys.transcript(chat).all],
    ["transcript.order", keys.transcript(chat).order],
  ];
}

/** The keys that are there, of one moment `at`. */
async function readKeys(
  { redis, keys }: Pick<RedisLink, "redis" | "keys">,
  asked: readonly Asked[],
): Promise<readonly { readonly entry: BackupEntry; readonly family: KeyFamily; readonly at: number }[]> {
  const tx = redis.multi();
  tx.time();
  for (const { key, family } of asked) {
    tx.pttl(key);
    readCommand(tx, family.type, key);
  }
  // The times to live were told between these two: none of them may come out as older than it is.
  tx.time();
  const replies = (await answered(tx.exec()))?.map(([error, reply]) => {
    if (error !== null) throw error;
    return reply;
  });
  const [at, end] = [replies?.[0], replies?.at(-1)].map(millisOf) as [number, number];
  return asked.flatMap(({ key, family }, index) => {
    const ttl = Number(replies?.[1 + 2 * index]);
    if (ttl === -2) return [];
    const value = readValue(family.type, replies?.[2 + 2 * index]);
    const ends = ttl === -1 ? {} : { expiresAt: end + ttl };
    return [{ entry: { key: key.slice(keys.prefix.length), type: family.type, ...ends, value }, family, at }];
  });
}

/** A reply of `TIME`, rounded down to ms. */
function millisOf(reply: unknown): number {
  const [seconds = 0, micros = 0] = ((reply ?? []) as readonly string[]).map(Number);
  return seconds * 1000 + Math.floor(micros / 1000);
}

/** A chat as nobody's. Pure. */
function atRest(entry: BackupEntry): BackupEntry {
  const value = entry.value.filter((_, at) => !livingFields.has(String(entry.value[at - (at % 2)])));
  return { ...entry, value: value as BackupEntry["value"] };
}

function shareOf(entry: BackupEntry, chat: ChatKey): BackupEntry {
  const value = entry.value.filter((member) => typeof member === "string" && member.startsWith(`${chat} `));
  return { ...entry, value: value as BackupEntry["value"] };
}

/** Whether what was read after the chats goes with them. */
function belongs(
  { link: { keys }, readAt, requests }: Reading,
  entry: BackupEntry,
  family: KeyFamily,
  at: number,
): boolean {
  const key = `${keys.prefix}${entry.key}`;
  if (family.backup === "token") {
    const life = family.name === "dedupe" ? retention.dedupeMs : retention.transcriptKeyMs;
    const madeAt = (entry.expiresAt ?? at) - life;
    return madeAt < (readAt.get(chatIn(family, key)) ?? 0);
  }
  // Its chat was read before it was asked.
  const open = family.name === "request" && ["pending", "answering"].includes(fieldOf(entry, "state") ?? "");
  return !open && !requests.has(entry.key);
}

function chatIn(family: KeyFamily, key: string): string {
  return family.pattern.exec(key)?.[1] ?? "";
}

function fieldOf(entry: BackupEntry, field: string): string | undefined {
  const at = entry.value.findIndex((one, index) => index % 2 === 0 && one === field);
  const value = at < 0 ? undefined : entry.value[at + 1];
  return typeof value === "string" ? value : undefined;
}
