import { randomUUID } from "node:crypto";
import type { Clock } from "../lib/clock.ts";
import type { ChatKey } from "../model/ids.ts";
import type { TraceLine } from "../model/trace.ts";
import { decode } from "./codec.ts";
import type { RedisLink } from "./connection.ts";
import { retention } from "./retention.ts";
import { answered } from "./script-runner.ts";
import { redisNow, type Watcher, watchedChat } from "./traces.ts";

/** What whoever watches a chat reads: its lines, and how many before the next one were dropped. */
export type Watched = { readonly line: TraceLine } | { readonly dropped: number };

const pollMs = 200;
const page = 500;

/**
 * Lets every process tell of the chat for `ms` from now, at most a day, and answers who watches. Of earlier traces that are
 * over, nothing is left.
 */
export async function watchChat(link: RedisLink, chat: ChatKey, ms: number): Promise<Watcher> {
  const { redis, keys } = link;
  const now = await redisNow(link);
  await answered(redis.zremrangebyscore(keys.watched, "-inf", now));
  if ((await watchersOf(link, chat)).length === 0) await answered(redis.del(keys.trace(chat)));
  const watcher: Watcher = `${chat} ${randomUUID()}`;
  await answered(redis.zadd(keys.watched, now + ms, watcher));
  await answered(redis.pexpire(keys.watched, retention.watchedMs));
  await answered(redis.publish(keys.watchedChanged, chat));
  return watcher;
}

/** Ends the traces of a chat, or the one of `watcher` alone. False: there was none. */
export async function unwatchChat(link: RedisLink, chat: ChatKey, watcher?: Watcher): Promise<boolean> {
  const { redis, keys } = link;
  const gone = watcher === undefined ? await watchersOf(link, chat) : [watcher];
  const removed = gone.length === 0 ? 0 : await answered(redis.zrem(keys.watched, ...gone));
  await answered(redis.publish(keys.watchedChanged, chat));
  return removed > 0;
}

async function watchersOf({ redis, keys }: RedisLink, chat: ChatKey): Promise<readonly string[]> {
  return (await answered(redis.zrange(keys.watched, "0", "-1"))).filter((watcher) => watchedChat(watcher) === chat);
}

/**
 * What an operator should know of a chat that is named: where it is kept when it moved, and whether anything ever came from
 * it.
 */
export async function namedChat(
  { redis, keys }: RedisLink,
  chat: ChatKey,
): Promise<{ readonly chat: ChatKey; readonly known: boolean }> {
  const moved = ((await answered(redis.get(keys.moved(chat)))) ?? chat) as ChatKey;
  return { chat: moved, known: (await answered(redis.exists(keys.state(moved)))) === 1 };
}

/**
 * The lines of a watched chat as they come, those before included; ends when the time of `watcher` is over or somebody ended it.
 * Rejects with the signal's reason, or BridgeError `redisUnavailable`.
 */
export async function* watchedLines(
  link: RedisLink,
  watcher: Watcher,
  clock: Clock,
  signal: AbortSignal,
): AsyncGenerator<Watched> {
  const { redis, keys } = link;
  const chat = watchedChat(watcher);
  const seen = new Map<string, number>();
  let after = "-";
  for (;;) {
    const until = Number((await answered(redis.zscore(keys.watched, watcher))) ?? 0);
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
