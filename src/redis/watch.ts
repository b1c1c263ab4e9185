import type { Clock } from "../lib/clock.ts";
import type { ChatKey } from "../model/ids.ts";
import type { TraceLine } from "../model/trace.ts";
import { decode } from "./codec.ts";
import type { RedisLink } from "./connection.ts";
import { retention } from "./retention.ts";
import { answered } from "./script-runner.ts";
import { redisNow } from "./traces.ts";

/** What whoever watches a chat reads: its lines, and how many before the next one were dropped. */
export type Watched = { readonly line: TraceLine } | { readonly dropped: number };

const pollMs = 200;
const page = 500;

/** Lets every process tell of the chat for `ms` from now, at most a day. Of an earlier trace that is over, nothing is left. */
export async function watchChat(link: RedisLink, chat: ChatKey, ms: number): Promise<void> {
  const { redis, keys } = link;
  const now = await redisNow(link);
  if (Number((await answered(redis.zscore(keys.watched, chat))) ?? 0) <= now)
    await answered(redis.del(keys.trace(chat)));
  await answered(redis.zremrangebyscore(keys.watched, "-inf", now));
  await answered(redis.zadd(keys.watched, now + ms, chat));
  await answered(redis.pexpire(keys.watched, retention.watchedMs));
  await answered(redis.publish(keys.watchedChanged, chat));
}

/** Ends the trace of a chat. False: there was none. */
export async function unwatchChat(link: RedisLink, chat: ChatKey): Promise<boolean> {
  const { redis, keys } = link;
  const removed = await answered(redis.zrem(keys.watched, chat));
  await answered(redis.publish(keys.watchedChanged, chat));
  return removed > 0;
}

/**
 * The lines of a watched chat as they come, those before included; ends when its time is over or somebody ended it.
 * Rejects with the signal's reason, or BridgeError `redisUnavailable`.
 */
export async function* watchedLines(
  link: RedisLink,
  chat: ChatKey,
  clock: Clock,
  signal: AbortSignal,
): AsyncGenerator<Watched> {
  const { redis, keys } = link;
  const seen = new Map<string, number>();
  let after = "-";
  for (;;) {
    const until = Number((await answered(redis.zscore(keys.watched, chat))) ?? 0);
    const over = until <= (await redisNow(link));
    const entries = await answered(redis.xrange(keys.trace(chat), after, "+", "COUNT", page));
    for (const [, fields] of entries) yield* told(seen, fields);
    const last = entries.at(-1);
    if (last !== undefined) after = `(${last[0]}`;
    if (entries.length === page) continue;
    if (over) return;
    await clock.sleep(pollMs, signal);
  }
}

/** `s, source, n, number, l, line`. */
function* told(seen: Map<string, number>, fields: readonly string[]): Generator<Watched> {
  const [, source = "", , number = "0", , json = "{}"] = fields;
  const before = seen.get(source);
  const at = Number(number);
  if (before !== undefined && at <= before) return;
  const dropped = before === undefined ? 0 : at - before - 1;
  if (dropped > 0) yield { dropped };
  seen.set(source, at);
  yield { line: decode<TraceLine>(json) };
}
