import type {
  TranscriptChange,
  TranscriptChat,
  TranscriptEntry,
  TranscriptStore,
  TranscriptWrite,
} from "../channel/port.ts";
import type { ChatKey, MessageId } from "../model/ids.ts";
import { decode, decodeMaybe, list } from "./codec.ts";
import type { RedisLink } from "./connection.ts";
import { retention } from "./retention.ts";
import { answered } from "./script-runner.ts";

export interface TranscriptStoreOptions {
  readonly link: RedisLink;
  /** `web~main`. */
  readonly account: string;
  /** Entries kept per chat; default 5000, the oldest go. */
  readonly entryCap?: number;
  /** Changes a page can catch up on; default 5000. */
  readonly changeCap?: number;
  /** Chats kept in the list; default 1000. */
  readonly chatCap?: number;
}

/** The messages of an account that is its own platform. */
export function createTranscriptStore(options: TranscriptStoreOptions): TranscriptStore {
  const { link, account } = options;
  const { redis, keys, subscriber } = link;
  const own = keys.transcripts(account);
  const entry = async (chat: ChatKey, id: string): Promise<TranscriptEntry | undefined> =>
    decodeMaybe(await answered(redis.hget(keys.transcript(chat).all, id)));
  const named = async (members: readonly string[]): Promise<readonly TranscriptEntry[]> => {
    const found = await Promise.all(
      members.map((member) => {
        const [chat = "", id = ""] = member.split(" ");
        return entry(chat as ChatKey, id);
      }),
    );
    return found.filter((one) => one !== undefined);
  };
  return {
    async add(chat, key, write) {
      const added = await put(options, chat, "", key, write);
      if (added === undefined) throw new Error(`entry ${key} of ${chat} is gone`);
      return added;
    },
    change: (chat, id, write) => put(options, chat, id, "", write),
    entry,
    page: (chat, limit, before) => page(link, chat, limit, before),
    async changes(after, limit) {
      const trimmed = Number((await answered(redis.hget(own.count, "trimmed"))) ?? 0);
      if (after < trimmed) return undefined;
      const members = await answered(redis.zrange(own.changes, `(${after}`, "+inf", "BYSCORE", "LIMIT", 0, limit + 1));
      return members.length > limit ? undefined : named(members);
    },
    seq: async () => Number((await answered(redis.hget(own.count, "seq"))) ?? 0),
    chats: () => chats(link, account),
    pending: async () => named(await answered(redis.smembers(own.pending))),
    async taken(chat, id) {
      await answered(redis.srem(own.pending, `${chat} ${id}`));
    },
    async show(chat, slot, frame) {
      const json = frame === undefined ? "" : JSON.stringify(frame);
      await link.run(
        "transcript-frame",
        [keys.transcript(chat).frame, own.running],
        [chat, slot, json, own.heard, retention.frameMs],
      );
    },
    frame: async (chat) => decodeMaybe(await answered(redis.hget(keys.transcript(chat).frame, "json"))),
    onChange: (listener, missed) =>
      subscriber.listen(own.heard, (message) => listener(decode<TranscriptChange>(message)), missed),
  };
}

async function put(
  { link, account, entryCap = 5000, changeCap = 5000, chatCap = 1000 }: TranscriptStoreOptions,
  chat: ChatKey,
  id: MessageId | "",
  key: string,
  { body, title = "", preview = "", endsLive = "", pending = false }: TranscriptWrite,
): Promise<TranscriptEntry | undefined> {
  const { keys, run } = link;
  const of = keys.transcript(chat);
  const own = keys.transcripts(account);
  const reply = await run(
    "transcript-put",
    [
      of.all,
      of.order,
      of.frame,
      keys.transcriptKey(chat, key),
      own.count,
      own.changes,
      own.chats,
      own.titles,
      own.previews,
      own.times,
      own.running,
      own.pending,
    ],
    [
      chat,
      id,
      JSON.stringify(body),
      title,
      preview,
      endsLive,
      pending ? "pending" : "",
      own.heard,
      retention.transcriptKeyMs,
      retention.chatMs,
      entryCap,
      changeCap,
      chatCap,
    ],
  );
  return decodeMaybe(list(reply)[0]);
}

async function page(
  { redis, keys }: RedisLink,
  chat: ChatKey,
  limit: number,
  before: MessageId | undefined,
): ReturnType<TranscriptStore["page"]> {
  const { all, order } = keys.transcript(chat);
  const from = before === undefined ? "+inf" : `(${before}`;
  const ids = await answered(redis.zrange(order, from, "-inf", "BYSCORE", "REV", "LIMIT", 0, limit + 1));
  const wanted = ids.slice(0, limit).reverse();
  const found = wanted.length === 0 ? [] : await answered(redis.hmget(all, ...wanted));
  return {
    entries: found.flatMap((json) => (json === null ? [] : [decode<TranscriptEntry>(json)])),
    more: ids.length > limit,
  };
}

async function chats({ redis, keys }: RedisLink, account: string): Promise<readonly TranscriptChat[]> {
  const own = keys.transcripts(account);
  const [scored, titles, previews, times, running] = await Promise.all([
    answered(redis.zrange(own.chats, "0", "-1", "REV", "WITHSCORES")),
    answered(redis.hgetall(own.titles)),
    answered(redis.hgetall(own.previews)),
    answered(redis.hgetall(own.times)),
    answered(redis.smembers(own.running)),
  ]);
  const live = new Set(running);
  return Array.from({ length: scored.length / 2 }, (_, index): TranscriptChat => {
    const chat = scored[2 * index] ?? "";
    return {
      chat: chat as ChatKey,
      seq: Number(scored[2 * index + 1]),
      at: Number(times[chat] ?? 0),
      title: titles[chat] ?? "",
      preview: previews[chat] ?? "",
      running: live.has(chat),
    };
  });
}
