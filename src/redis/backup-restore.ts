import { BridgeError } from "../model/errors.ts";
import type { ChatKey } from "../model/ids.ts";
import { accountKey, chatAddress } from "../model/ids.ts";
import { type BackupEntry, writeCommands } from "./backup-entry.ts";
import type { RedisLink } from "./connection.ts";
import { familyOf, type KeyFamily, keyFamilies } from "./key-families.ts";
import { answered } from "./script-runner.ts";

/** Commands per round trip. */
const commandsAtOnce = 500;

type Link = Pick<RedisLink, "redis" | "keys">;

/** What an installation holds, as its operator counts it. */
export interface Holdings {
  readonly chats: number;
  readonly owners: number;
  /** Keys of what a backup would hold, open owner claims aside: a service that ran once and met nobody has none. */
  readonly keys: number;
}

/** Writes a backup into an installation, entry by entry. Nobody else may use it meanwhile. */
export interface Restore {
  write(entry: BackupEntry): Promise<void>;
  /** Makes the data usable: until then no service starts on it. */
  end(): Promise<Holdings>;
}

/** Counts. */
export async function holdings(link: Link): Promise<Holdings> {
  const families = keyFamilies(link.keys);
  let chats = 0;
  let keys = 0;
  for await (const found of pages(link.redis, `${link.keys.prefix}*`))
    for (const key of found) {
      const family = familyOf(families, key);
      if (family === undefined || family.backup === "none" || family.name.startsWith("claim")) continue;
      keys++;
      if (family.name === "state") chats++;
    }
  return { chats, owners: await answered(link.redis.scard(link.keys.owners)), keys };
}

/**
 * Empties the installation and marks it as not whole. `data`: the format of what will be written, `source`: its name.
 * Chats come back as nobody's; those with unread mail or a running turn are flagged, those with something unsent are pending.
 */
export async function beginRestore(
  link: Link,
  { data, version, source }: { readonly data: number; readonly version: string; readonly source: string },
): Promise<Restore> {
  const { redis, keys } = link;
  await answered(redis.hset(keys.format, "restoring", source));
  await empty(link);
  const families = keyFamilies(keys);
  let tx = redis.pipeline();
  const flush = async (): Promise<void> => {
    const full = tx;
    tx = redis.pipeline();
    for (const [error] of (await answered(full.exec())) ?? []) if (error !== null) throw error;
  };
  return {
    async write(entry) {
      const key = `${keys.prefix}${entry.key}`;
      const family = familyOf(families, key);
      if (family === undefined || family.backup === "none" || family.type !== entry.type)
        throw new BridgeError("backupUnfit", `the backup holds ${entry.key}, which this version does not know`);
      for (const [name, ...args] of writeCommands(key, entry)) tx.call(name, ...args);
      for (const [name, ...args] of flags(link, family, key, entry)) tx.call(name, ...args);
      if (tx.length >= commandsAtOnce) await flush();
    },
    async end() {
      await flush();
      const done = redis.multi().hset(keys.format, "n", data, "by", version).hdel(keys.format, "restoring");
      const found = await holdings(link);
      await answered(done.exec());
      return found;
    },
  };
}

/** What must be known of a chat besides its own keys. */
function flags(
  { keys }: Link,
  family: KeyFamily,
  key: string,
  { value }: BackupEntry,
): readonly (readonly [string, ...(string | number)[]])[] {
  const chat = family.pattern.exec(key)?.[1] as ChatKey;
  const running = family.name === "state" && value.some((field, at) => at % 2 === 0 && field === "t");
  if (running || (family.name === "mailbox" && value.length > 0)) return [["ZADD", keys.scheduled, Date.now(), chat]];
  if (family.name === "outbox" && value.length > 0)
    return [["SADD", keys.pending(accountKey(chatAddress(chat))), chat]];
  return [];
}

/** Activations of the chats that were here go, too. */
async function empty({ redis, keys }: Link): Promise<void> {
  for (const pattern of [`${keys.prefix}*`, `${keys.queue}:*`])
    for await (const found of pages(redis, pattern)) {
      const gone = found.filter((key) => key !== keys.format);
      if (gone.length > 0) await answered(redis.unlink(...gone));
    }
}

/** Keys, some hundred at a time. */
async function* pages(redis: Link["redis"], pattern: string): AsyncGenerator<readonly string[]> {
  let cursor = "0";
  do {
    const [next, found] = await answered(redis.scan(cursor, "MATCH", pattern, "COUNT", 500));
    cursor = next;
    yield found;
  } while (cursor !== "0");
}
