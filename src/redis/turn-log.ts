import type { ChatKey } from "../model/ids.ts";
import type { TurnLogEntry } from "../model/turn-log.ts";
import { chats, unpacked } from "./codec.ts";
import type { RedisLink } from "./connection.ts";
import { retention } from "./retention.ts";
import { answered } from "./script-runner.ts";

/** Which records are read. */
export interface TurnQuery {
  /** ms since the epoch of the end of a turn; never further back than 30 days. */
  readonly since: number;
  /** Only of these chats; absent: of all. */
  readonly chat?: (chat: ChatKey) => boolean;
}

const page = 100;

/**
 * Records of turns that ended, chat after chat (in the order of their keys), oldest first; a page at a time, so that any
 * number can be read. A chat's turns that end meanwhile may be among them. Rejects with BridgeError `redisUnavailable`.
 */
export async function* readTurnLog(link: RedisLink, { since, chat: wanted }: TurnQuery): AsyncGenerator<TurnLogEntry> {
  const { redis, keys } = link;
  const [seconds] = await answered(redis.time());
  const from = Math.max(since, Number(seconds) * 1000 - retention.turnLogMs);
  const found = chats(await answered(redis.zrange(keys.turnLogs, `${from}`, "+inf", "BYSCORE")));
  for (const chat of [...found].sort()) {
    if (wanted?.(chat) !== false) yield* turnsOf(link, chat, from);
  }
}

async function* turnsOf({ redis, keys }: RedisLink, chat: ChatKey, from: number): AsyncGenerator<TurnLogEntry> {
  let start = String(from);
  for (;;) {
    const entries = await answered(redis.xrangeBuffer(keys.turnLog(chat), start, "+", "COUNT", page));
    for (const [, [, kept]] of entries) if (kept !== undefined) yield unpacked<TurnLogEntry>(kept);
    const last = entries.at(-1);
    if (last === undefined || entries.length < page) return;
    start = `(${String(last[0])}`;
  }
}
