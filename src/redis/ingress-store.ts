import { randomUUID } from "node:crypto";
import type { ChatFacts, IngestResult, IngressStore } from "../channel/port.ts";
import type { Logger } from "../lib/log.ts";
import type { Binding } from "../model/chat.ts";
import type { OutboxBody } from "../model/delivery.ts";
import type { ChatKey } from "../model/ids.ts";
import { accountKey, chatAddress } from "../model/ids.ts";
import { roomFor } from "../model/mailbox-room.ts";
import type { Mail } from "../model/message.ts";
import type { ButtonRecord } from "../model/request.ts";
import { decodeMaybe } from "./codec.ts";
import type { RedisLink } from "./connection.ts";
import { withinDeadline } from "./deadline.ts";
import { moveChat } from "./moves.ts";
import { claimCode, claimOwnership, owners } from "./owner-claims.ts";
import { readOpenRequests, readRequest, reserve, reserved, settle, unreserve } from "./requests.ts";
import { retention } from "./retention.ts";
import { answered } from "./script-runner.ts";

export interface IngressStoreOptions {
  readonly link: RedisLink;
  readonly logger: Logger;
  /** Adds the chat's activation. When it fails the sweeper makes up for it. */
  readonly wake: (chat: ChatKey) => Promise<void>;
  /** Nodes that would go on with a chat: while one of them lives, it is not freed from its machine. Default: none. */
  readonly keepersOf?: (chat: ChatKey) => Promise<readonly string[]>;
  /** Unacked mail per chat from which on no more work is taken; default 500. Control mail has 100 more places (`roomFor`). */
  readonly mailboxCap?: number;
  /** How long a call waits while Redis is away, ms; default 5000. Then BridgeError `redisUnavailable`. */
  readonly deadlineMs?: number;
}

/**
 * Redis for the edge. Every call ends within the deadline; a write that was given up may still happen, and handing
 * the event over again is right in both cases (its `dedupe` tells).
 */
export function createIngressStore(options: IngressStoreOptions): IngressStore {
  const { link, logger } = options;
  const { redis, keys, run } = link;
  const deadlineMs = options.deadlineMs ?? 5000;
  const edge = <T>(work: Promise<T>): Promise<T> => withinDeadline(deadlineMs, work);
  // The mail is durable and the chat is flagged: a failed wake-up delays it and must not make the platform resend.
  const wake = (chat: ChatKey): Promise<void> =>
    withinDeadline(deadlineMs, options.wake(chat)).catch((error: unknown) =>
      logger.warn({ chat, reason: String(error) }, "wake-up is left to the sweeper"),
    );
  return {
    async ingest(chat, dedupe, mail, facts) {
      const told = await edge(ingest(link, roomFor(mail, options.mailboxCap ?? 500), chat, dedupe, mail, facts));
      if (told === "dup") return "duplicate";
      if (told === "full") return "full";
      if (told === "wake") await wake(chat);
      return "taken" satisfies IngestResult;
    },
    once: async (chat, dedupe) =>
      (await edge(run("once", [keys.dedupe(chat, dedupe)], [randomUUID(), retention.dedupeMs]))) === 1,
    seen: async (chat, dedupe) => (await edge(answered(redis.exists(keys.dedupe(chat, dedupe))))) === 1,
    resolve: async (chat) => ((await edge(answered(redis.get(keys.moved(chat))))) ?? chat) as ChatKey,
    move: (from, to) => edge(moveChat(link, from, to)),
    button: async (nonce) => decodeMaybe<ButtonRecord>(await edge(answered(redis.get(keys.button(nonce))))),
    request: (number) => edge(readRequest(link, number)),
    openRequests: (chat) => edge(readOpenRequests(link, chat)),
    settle: (request, person, answer, event) => edge(settle(link, wake, request, person, answer, event)),
    reserve: (request, person, question) => edge(reserve(link, request, person, question)),
    reserved: (chat, person) => edge(reserved(link, chat, person)),
    unreserve: (chat, person) => edge(unreserve(link, chat, person)),
    owners: () => edge(owners(link)),
    claimCode: (account) => edge(claimCode(link, account)),
    claim: (account, code, person) => edge(claimOwnership(link, account, code, person)),
    facts: async (chat) => decodeMaybe(await edge(answered(redis.hget(keys.state(chat), "f")))),
    language: async (chat) => decodeMaybe<Binding>(await edge(answered(redis.hget(keys.state(chat), "b"))))?.language,
    say: (chat, body, buttons) => edge(say(link, chat, body, buttons ?? [])),
    async rehome(chat) {
      const keepers = (await options.keepersOf?.(chat)) ?? [];
      const freed =
        (await edge(run("rehome", [keys.state(chat), keys.scheduled, keys.workers], [chat, ...keepers]))) === 1;
      if (freed) await wake(chat);
      return freed;
    },
  };
}

function ingest(
  link: RedisLink,
  cap: number,
  chat: ChatKey,
  dedupe: string,
  mail: Mail,
  facts: ChatFacts,
): Promise<unknown> {
  const { keys } = link;
  return link.run(
    "ingest",
    [keys.dedupe(chat, dedupe), keys.mailbox(chat), keys.state(chat), keys.scheduled],
    [
      randomUUID(),
      retention.dedupeMs,
      cap,
      JSON.stringify(mail),
      JSON.stringify({ title: facts.title, private: facts.private }),
      chat,
      keys.parts.doorbell,
      retention.chatMs,
      facts.anchor ?? "",
    ],
  );
}

async function say(
  { run, keys }: RedisLink,
  chat: ChatKey,
  body: OutboxBody,
  buttons: readonly ButtonRecord[],
): Promise<void> {
  const account = accountKey(chatAddress(chat));
  await run(
    "say",
    [keys.note(randomUUID()), keys.outbox(chat), keys.state(chat), keys.pending(account)],
    [
      retention.noteMs,
      chat,
      JSON.stringify(body),
      keys.dirty(account),
      retention.chatMs,
      retention.buttonMs,
      ...buttons.flatMap((button) => [keys.button(button.nonce), JSON.stringify(button)]),
    ],
  );
}
