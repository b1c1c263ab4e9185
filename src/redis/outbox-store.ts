import type { OutboxBody, OutboxOp, Screen } from "../model/delivery.ts";
import { BridgeError } from "../model/errors.ts";
import type { ChatKey, MessageId, OpId } from "../model/ids.ts";
import type { OpProgress, OutboxHead, OutboxStore } from "../outbox/port.ts";
import { createAccountLease } from "./account-lease.ts";
import { chats, composeView, decode, decodeSlots, list, maybe, type Reply } from "./codec.ts";
import type { RedisLink } from "./connection.ts";
import { moveChat } from "./moves.ts";
import { retention } from "./retention.ts";
import type { ScriptArgument, ScriptName } from "./script-runner.ts";
import { answered } from "./script-runner.ts";

export interface OutboxStoreOptions {
  readonly link: RedisLink;
  /** See `nodeId`. */
  readonly node: string;
  /** `telegram~main`. */
  readonly account: string;
  /** Life of a lease that is not renewed, ms; default 5000. */
  readonly leaseMs?: number;
  /** Messages of ours per chat that can still be edited; default 200, the oldest are forgotten. */
  readonly slotCap?: number;
}

/** A turn whose chat has no owner for this long stands still, ms: more than a take-over by the next owner needs. */
const unownedMs = 3000;

/** Redis for the sender of one account. */
export function createOutboxStore(options: OutboxStoreOptions): OutboxStore {
  const { link, account } = options;
  return {
    ...createAccountLease({ ...options, key: link.keys.accountLease(account) }),
    ...writes(options),
    pending: async () => chats(await answered(link.redis.smembers(link.keys.pending(account)))),
    onDirty: (listener) => listen(link, account, listener),
    head: (chat, limit) => head(link, chat, limit),
    live: (chat) => live(link, chat),
    move: (from, to) => moveChat(link, from, to),
  };
}

type Writes = Pick<OutboxStore, "begin" | "done" | "complete" | "remember" | "abandon">;

function writes({ link: { keys, run }, node, account, slotCap = 200 }: OutboxStoreOptions): Writes {
  const limits = [retention.slotMs, slotCap];
  const pending = keys.pending(account);
  const fenced = async (
    name: ScriptName,
    epoch: number,
    itsKeys: readonly string[],
    args: readonly ScriptArgument[],
  ): Promise<void> => {
    const reply = await run(name, [keys.accountLease(account), ...itsKeys], [node, epoch, ...args]);
    if (reply !== 1) throw new BridgeError("leaseLost", `the sender lease of ${account} (epoch ${epoch}) is lost`);
  };
  const progressKeys = (chat: ChatKey): readonly string[] => [keys.progress(chat), keys.slots(chat), keys.outbox(chat)];
  return {
    begin: (epoch, chat, op, calls) =>
      fenced("outbox-progress", epoch, progressKeys(chat), ["begin", op, calls, "", "", ...limits, ""]),
    done(epoch, chat, op, calls, sent, refused = "") {
      const message = sent === undefined ? "" : JSON.stringify(sent.message);
      return fenced("outbox-progress", epoch, progressKeys(chat), [
        "done",
        op,
        calls,
        sent?.slot ?? "",
        message,
        ...limits,
        refused,
      ]);
    },
    complete: (epoch, chat, op) =>
      fenced("outbox-complete", epoch, [keys.outbox(chat), keys.progress(chat), pending], [op, chat]),
    remember: (epoch, chat, slot, message) =>
      fenced("outbox-remember", epoch, [keys.slots(chat)], [slot, JSON.stringify(message), ...limits]),
    abandon(epoch, chat, reason) {
      const itsKeys = [keys.outbox(chat), keys.progress(chat), pending, keys.state(chat)];
      return fenced("outbox-abandon", epoch, itsKeys, [chat, reason, retention.chatMs]);
    },
  };
}

/** After a reconnect every chat with durable operations is reported; live frames come with their next change. */
async function listen(
  link: RedisLink,
  account: string,
  listener: Parameters<OutboxStore["onDirty"]>[0],
): Promise<void> {
  const { subscriber, keys, redis } = link;
  await subscriber.listen(
    keys.dirty(account),
    (message) => listener(message.slice(1) as ChatKey, message.startsWith("d") ? "durable" : "live"),
    () => {
      answered(redis.smembers(keys.pending(account))).then(
        (pending) => {
          for (const chat of chats(pending)) listener(chat, "durable");
        },
        // Only a closed link rejects: there is nobody left to tell.
        () => undefined,
      );
    },
  );
}

async function head({ redis, keys }: RedisLink, chat: ChatKey, limit: number): Promise<OutboxHead> {
  const [entries, slots, progress, [address, anchor]] = await Promise.all([
    answered(redis.xrange(keys.outbox(chat), "-", "+", "COUNT", limit)),
    answered(redis.hgetall(keys.slots(chat))),
    answered(redis.hgetall(keys.progress(chat))),
    answered(redis.hmget(keys.state(chat), "addr", "an")),
  ]);
  const ops = entries.map(
    ([id, fields]): OutboxOp => ({ id: id as OpId, chat, body: decode<OutboxBody>(fields[1] ?? "") }),
  );
  const first = opProgress(progress);
  return {
    ops,
    screen: { slots: decodeSlots(Object.entries(slots).flat()), ...anchorOf(anchor) },
    ...(first !== undefined && first.op === ops[0]?.id ? { progress: first } : {}),
    address: (address ?? chat) as ChatKey,
  };
}

function opProgress({ op, calls, inflight, tries, at, ref }: Readonly<Record<string, string>>): OpProgress | undefined {
  if (op === undefined) return undefined;
  const open = inflight === "1";
  const begun = open && at !== undefined ? { begunAt: Number(at) } : {};
  const refused = ref === undefined ? {} : { refused: ref };
  return { op: op as OpId, calls: Number(calls), inflight: open, tries: Number(tries), ...begun, ...refused };
}

/** The last message a person wrote there, as ingest kept it. */
function anchorOf(reply: Reply): Pick<Screen, "anchor"> {
  const anchor = maybe(reply);
  return anchor === undefined ? {} : { anchor: anchor as MessageId };
}

async function live({ run, keys }: RedisLink, chat: ChatKey): ReturnType<OutboxStore["live"]> {
  const reply = list(
    await run(
      "live",
      [keys.view(chat), keys.viewText(chat), keys.outbox(chat), keys.slots(chat), keys.state(chat)],
      [unownedMs],
    ),
  );
  const view = composeView(reply[0], reply[1], reply[2]);
  if (view === undefined) return undefined;
  const screen = { slots: decodeSlots(list(reply[4])), ...anchorOf(reply[5] ?? null) };
  const silentSince = maybe(reply[6]);
  const seen = silentSince === undefined ? view : { ...view, silentSince: Number(silentSince) };
  return { view: seen, screen, address: (maybe(reply[3]) ?? chat) as ChatKey };
}
