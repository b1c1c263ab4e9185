import type { ChatFacts } from "../../../src/channel/port.ts";
import { silentLogger } from "../../../src/lib/log.ts";
import type { OutboxBody } from "../../../src/model/delivery.ts";
import type { ChatKey, MessageId, Nonce, PersonId, RequestNumber, ThreadId, TurnId } from "../../../src/model/ids.ts";
import { chatKey } from "../../../src/model/ids.ts";
import type { Mail, Person } from "../../../src/model/message.ts";
import type { ButtonRecord, RequestRecord } from "../../../src/model/request.ts";
import type { TurnLogEntry } from "../../../src/model/turn-log.ts";
import type { TurnView } from "../../../src/model/view.ts";
import { emptyView } from "../../../src/model/view.ts";
import { createChatStore } from "../../../src/redis/chat-store.ts";
import type { RedisLink } from "../../../src/redis/connection.ts";
import { createIngressStore } from "../../../src/redis/ingress-store.ts";

export const account = "telegram~main";

let chats = 0;

/** A chat no other test has. */
export function newChat(): ChatKey {
  return chatKey({ channel: "telegram", account: "main", chat: String(1000 + ++chats) });
}

export function facts(chat: ChatKey): ChatFacts {
  return { chat, private: true, title: "Ada" };
}

export function person(name: string): Person {
  return { id: `telegram:${name}` as PersonId, name: `@${name}` };
}

export function prompt(text: string): Mail {
  return {
    kind: "prompt",
    message: { messageId: text as MessageId, person: person("ada"), sentAt: 0, text, attachments: [] },
  };
}

export function textOf(mail: Mail): string {
  return mail.kind === "prompt" ? mail.message.text : mail.kind;
}

export function final(text: string, endsLive?: string): OutboxBody {
  return {
    op: "message",
    content: { pieces: [{ as: "markdown", text }] },
    ...(endsLive === undefined ? {} : { endsLive }),
  };
}

export function finalText(body: OutboxBody | undefined): string | undefined {
  return body?.op === "message" ? body.content.pieces.map((piece) => piece.text).join("") : undefined;
}

export function request(chat: ChatKey, number: number): RequestRecord {
  return {
    number: number as RequestNumber,
    chat,
    state: "pending",
    askedAt: 1,
    request: {
      rpcId: 7,
      threadId: "thread" as ThreadId,
      turnId: "turn" as TurnId,
      itemId: "item",
      body: { kind: "command", command: "rm -rf build" },
    },
  };
}

export function button(chat: ChatKey, nonce: string): ButtonRecord {
  return { nonce: nonce as Nonce, chat, act: { act: "stop", slot: "t-1" } };
}

/** A view with one message that still grows. */
export function growing(slot: string, itemId: string, text = ""): TurnView {
  return {
    ...emptyView(slot, 1, "en"),
    phase: "working",
    messages: [{ itemId, phase: "final", text, complete: false }],
  };
}

/** Stores of one node, and the wake-ups it was asked for. */
export function node(
  link: RedisLink,
  name: string,
  options: {
    readonly leaseMs?: number;
    readonly cap?: number;
    readonly keepersOf?: (chat: ChatKey) => Promise<readonly string[]>;
  } = {},
) {
  const woken: ChatKey[] = [];
  const wake = async (chat: ChatKey): Promise<void> => {
    woken.push(chat);
  };
  return {
    woken,
    chats: createChatStore({
      link,
      node: name,
      logger: silentLogger,
      ...(options.leaseMs === undefined ? {} : { leaseMs: options.leaseMs }),
    }),
    ingress: createIngressStore({
      link,
      logger: silentLogger,
      wake,
      ...(options.cap === undefined ? {} : { mailboxCap: options.cap }),
      ...(options.keepersOf === undefined ? {} : { keepersOf: options.keepersOf }),
    }),
  };
}

/** The lease of a chat nobody else holds. */
export async function owned(chats: ReturnType<typeof node>["chats"], chat: ChatKey) {
  const claimed = await chats.claim(chat);
  if (!("lease" in claimed)) throw new Error(`${chat} is not to be had: ${JSON.stringify(claimed)}`);
  return claimed;
}

/** Everything under a prefix, byte for byte. */
export async function dump({ redis }: RedisLink, prefix: string): Promise<Readonly<Record<string, string>>> {
  const keys = (await redis.keys(`${prefix}:*`)).sort();
  const entries = await Promise.all(
    keys.map(async (key) => [key, (await redis.dumpBuffer(key))?.toString("base64") ?? ""] as const),
  );
  return Object.fromEntries(entries);
}

/** Waits for a condition; fails after `ms`. */
export async function until(condition: () => boolean | Promise<boolean>, ms = 15_000): Promise<void> {
  const end = Date.now() + ms;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error("the condition did not come true");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** The record of a turn that ended. */
export function endedTurn(chat: ChatKey, slot: string): TurnLogEntry {
  return {
    version: 1,
    chat,
    slot,
    outcome: "completed",
    steers: [],
    plan: [],
    commands: [],
    approvals: [],
    times: { asked: 1, taken: 2, ended: 3 },
  };
}
