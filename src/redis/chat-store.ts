import type { ProcessRecord } from "../codex/port.ts";
import { type ChatRecord, type ChatStore, type Lease, leaseMs } from "../dispatcher/port.ts";
import type { Logger } from "../lib/log.ts";
import type { Binding, RunningTurn, Waiting } from "../model/chat.ts";
import { BridgeError } from "../model/errors.ts";
import type { ChatKey, MailId, RequestNumber } from "../model/ids.ts";
import { accountKey, chatAddress } from "../model/ids.ts";
import type { Mail, MailItem } from "../model/message.ts";
import type { TurnView } from "../model/view.ts";
import type { Reply } from "./codec.ts";
import { chats, composeView, decode, decodeMaybe, decodeRequest, list, maybe, textPiece, unpacked } from "./codec.ts";
import { commitSteps } from "./commit-steps.ts";
import type { RedisLink } from "./connection.ts";
import { createLanes } from "./lanes.ts";
import { readRequest } from "./requests.ts";
import { retention } from "./retention.ts";
import { answered } from "./script-runner.ts";

export interface ChatStoreOptions {
  readonly link: RedisLink;
  /** See `nodeId`. */
  readonly node: string;
  /** Codex home this node works with, see `homeId`; default: its own, named as the node. */
  readonly home?: string;
  readonly logger: Logger;
  /** Life of a lease that is not renewed, ms; default 5000. */
  readonly leaseMs?: number;
  /** Most chats {@link ChatStore.unowned} answers at once; default 200. */
  readonly sweepLimit?: number;
}

const renewBatch = 200;

interface Context {
  readonly link: RedisLink;
  readonly node: string;
  readonly home: string;
  readonly leaseMs: number;
  /** Chats this node believes to own: heard of again after a doorbell may have been missed. */
  readonly owned: Map<ChatKey, number>;
  /** Makes a write of this process recognizable, should it be sent twice, or asked for again by the same object. */
  token(write: object): string;
}

/**
 * Redis for the actors of one node. Writes of one chat are sent one after the other, in the order of the calls.
 * Unread mail of `renew` counts everything unacked.
 */
export function createChatStore(options: ChatStoreOptions): ChatStore {
  const { link, node } = options;
  let calls = 0;
  const tokens = new WeakMap<object, string>();
  const context: Context = {
    link,
    node,
    home: options.home ?? node,
    leaseMs: options.leaseMs ?? leaseMs,
    owned: new Map(),
    token: (write) => {
      const token = tokens.get(write) ?? String(++calls);
      tokens.set(write, token);
      return token;
    },
  };
  const lanes = createLanes();
  const { run, keys, redis } = link;
  return {
    claim: (chat) => lanes.run(chat, () => claim(context, chat)),
    renew: (leases) => renew(context, leases),
    release: (lease) => lanes.run(lease.chat, () => release(context, lease)),
    handOver: (lease) => lanes.run(lease.chat, () => handOver(context, lease)),
    readMail: (chat, after, limit) => readMail(link, chat, after, limit),
    commit: (lease, commit) => lanes.run(lease.chat, () => writeCommit(context, lease, commit)),
    updateView: (lease, update) => lanes.run(lease.chat, () => writeView(context, lease, update)),
    nextRequestNumber: async () => (await answered(redis.incr(keys.requestCounter))) as RequestNumber,
    request: (number) => readRequest(link, number),
    archived: (chat, slot) => archived(link, chat, slot),
    onDoorbell: (listener) => listen(context, options.logger, listener),
    async unowned(olderThanMs) {
      const { parts, scheduled } = keys;
      return chats(
        await run("unowned", [scheduled], [parts.chat, parts.state, olderThanMs, options.sweepLimit ?? 200]),
      );
    },
    chatsWithProcess: () => chatsWithProcess(link, node),
  };
}

async function archived({ redis, keys }: RedisLink, chat: ChatKey, slot: string): Promise<TurnView | undefined> {
  const kept = await answered(redis.getBuffer(keys.archive(chat, slot)));
  return kept === null ? undefined : unpacked<TurnView>(kept);
}

/** After a reconnect every chat this node owns is reported, as if all doorbells had rung. */
function listen({ link, node, owned }: Context, logger: Logger, listener: (chat: ChatKey) => void): Promise<void> {
  return link.subscriber.listen(
    link.keys.doorbell(node),
    (chat) => listener(chat as ChatKey),
    () => {
      logger.debug({ chats: owned.size }, "doorbells may be missed");
      for (const chat of owned.keys()) listener(chat);
    },
  );
}

async function claim({ link, node, home, leaseMs, owned }: Context, chat: ChatKey): ReturnType<ChatStore["claim"]> {
  const { keys } = link;
  const reply = list(
    await link.run(
      "claim",
      [keys.state(chat), keys.scheduled, keys.view(chat), keys.viewText(chat), keys.openRequests(chat), keys.homes],
      [node, leaseMs, chat, keys.parts.request, keys.parts.moved, retention.chatMs, home],
    ),
  );
  if (reply[0] === 2) return { elsewhere: true };
  if (reply[0] !== 1) return { heldMs: Number(reply[1]) };
  const lease: Lease = { chat, epoch: Number(reply[1]) };
  owned.set(chat, lease.epoch);
  return { lease, record: chatRecord(reply.slice(2)) };
}

function chatRecord([binding, process, turn, waiting, view, item, text, requests]: readonly Reply[]): ChatRecord {
  const recorded = decodeMaybe<ProcessRecord>(process);
  const running = decodeMaybe<RunningTurn>(turn);
  const composed = composeView(view, item, text);
  return {
    binding: decodeMaybe<Binding>(binding) ?? {},
    ...(recorded === undefined ? {} : { process: recorded }),
    ...(running === undefined ? {} : { turn: running }),
    waiting: decodeMaybe<readonly Waiting[]>(waiting) ?? [],
    ...(composed === undefined ? {} : { view: composed }),
    requests: list(requests).flatMap((fields) => decodeRequest(list(fields)) ?? []),
  };
}

async function renew(
  { link, node, leaseMs, owned }: Context,
  leases: readonly Lease[],
): Promise<readonly (number | "lost")[]> {
  const result: (number | "lost")[] = [];
  for (let from = 0; from < leases.length; from += renewBatch) {
    const batch = leases.slice(from, from + renewBatch);
    const keys = batch.flatMap(({ chat }) => [link.keys.state(chat), link.keys.mailbox(chat)]);
    const counts = list(await link.run("renew", keys, [node, leaseMs, ...batch.map(({ epoch }) => epoch)]));
    batch.forEach((lease, index) => {
      const unread = Number(counts[index]);
      if (unread < 0) forget(owned, lease);
      result.push(unread < 0 ? "lost" : unread);
    });
  }
  return result;
}

async function release({ link, node, owned }: Context, lease: Lease): Promise<boolean> {
  const { keys } = link;
  const { chat, epoch } = lease;
  const reply = await link.run("release", [keys.state(chat), keys.mailbox(chat), keys.scheduled], [node, epoch, chat]);
  if (reply === 0) return false;
  forget(owned, lease);
  fenced(reply, lease);
  return true;
}

async function handOver({ link, node, owned }: Context, lease: Lease): Promise<void> {
  const { keys } = link;
  const { chat, epoch } = lease;
  const reply = await link.run("hand-over", [keys.state(chat), keys.scheduled], [node, epoch, chat]);
  forget(owned, lease);
  fenced(reply, lease);
}

async function readMail(
  { redis, keys }: RedisLink,
  chat: ChatKey,
  after?: MailId,
  limit?: number,
): Promise<readonly MailItem[]> {
  const from = after === undefined ? "-" : `(${after}`;
  const key = keys.mailbox(chat);
  const entries = await answered(
    limit === undefined ? redis.xrange(key, from, "+") : redis.xrange(key, from, "+", "COUNT", limit),
  );
  return entries.map(([id, fields]) => ({ id: id as MailId, mail: decode<Mail>(fields[1] ?? "") }));
}

async function writeCommit(context: Context, lease: Lease, commit: Parameters<ChatStore["commit"]>[1]): Promise<void> {
  const { run, keys } = context.link;
  const { chat, epoch } = lease;
  const account = accountKey(chatAddress(chat));
  const reply = await run(
    "commit",
    [
      keys.state(chat),
      keys.mailbox(chat),
      keys.outbox(chat),
      keys.pending(account),
      keys.view(chat),
      keys.viewText(chat),
      keys.openRequests(chat),
      keys.processes(context.node),
    ],
    [
      context.node,
      epoch,
      context.token(commit),
      chat,
      keys.dirty(account),
      ...commitSteps(keys, chat, commit, context.home),
    ],
  );
  fenced(reply, lease);
}

async function writeView(
  context: Context,
  lease: Lease,
  update: Parameters<ChatStore["updateView"]>[1],
): Promise<void> {
  const { run, keys } = context.link;
  const { chat, epoch } = lease;
  const reply = await run(
    "update-view",
    [keys.state(chat), keys.view(chat), keys.viewText(chat)],
    [
      context.node,
      epoch,
      context.token(update),
      chat,
      keys.dirty(accountKey(chatAddress(chat))),
      update.view === undefined ? "" : JSON.stringify(update.view),
      update.view?.slot ?? "",
      update.openItemId ?? "",
      textPiece(update.append ?? ""),
      update.reset === true ? "1" : "",
      retention.viewMs,
    ],
  );
  fenced(reply, lease);
}

async function chatsWithProcess({ redis, keys }: RedisLink, node: string): ReturnType<ChatStore["chatsWithProcess"]> {
  const found: { chat: ChatKey; process: ProcessRecord }[] = [];
  for (const chat of chats(await answered(redis.smembers(keys.processes(node))))) {
    const [process, by] = await answered(redis.hmget(keys.state(chat), "p", "pn"));
    const recorded = maybe(process);
    if (recorded !== undefined && by === node) found.push({ chat, process: decode<ProcessRecord>(recorded) });
    else await answered(redis.srem(keys.processes(node), chat));
  }
  return found;
}

function forget(owned: Map<ChatKey, number>, lease: Lease): void {
  if (owned.get(lease.chat) === lease.epoch) owned.delete(lease.chat);
}

function fenced(reply: unknown, lease: Lease): void {
  if (reply !== 1) throw new BridgeError("leaseLost", `the lease of ${lease.chat} (epoch ${lease.epoch}) is lost`);
}
