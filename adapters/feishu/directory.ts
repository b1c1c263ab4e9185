import type { Logger } from "../../src/lib/log.ts";
import { isTold } from "./errors.ts";
import { readContent } from "./inbound-content.ts";
import type { FeishuCall } from "./requests.ts";
import { readAllStored, readChatInfo, readStored, readUserInfo, type WireStored } from "./wire.ts";

/** Cards as they were sent, instead of a stub that asks for a newer client. */
const asSent = { card_msg_content_type: "user_card_content" };
/** Entries kept of each kind, the oldest go first. */
const capacity = 5000;
/** A lookup beside an event may take this long, ms: the platform wants the event acknowledged within 3 s. */
const patienceMs = 800;
/** Characters of a message of ours that a reply quotes. */
const maxQuote = 1000;

/** What events do not carry: names, kinds of chats, messages replied to. Best effort, remembered. */
export interface Directory {
  /** Name of a person; part of their id where the app may not know it. */
  name(openId: string): Promise<string>;
  chat(chatId: string): Promise<{ readonly private: boolean; readonly title: string }>;
  message(messageId: string): Promise<WireStored | undefined>;
  /** A message that came in: its chat is known from now on. */
  seen(message: WireStored, isPrivate: boolean): void;
  /** A message of our own: replies to it are meant for us, and quote it. `content`: of the card. */
  sent(messageId: string, content: string | undefined): void;
  /** What a merged forward holds, a line for each message. */
  forwarded(messageId: string): Promise<string | undefined>;
}

/** See {@link Directory}. */
export function createDirectory(deps: {
  readonly appId: string;
  readonly call: FeishuCall;
  readonly log: Logger;
}): Directory {
  const names = new Map<string, string>();
  const chats = new Map<string, { readonly private: boolean; readonly title: string }>();
  const messages = new Map<string, WireStored>();

  async function ask<T>(
    path: string,
    read: (data: unknown) => T | undefined,
    query?: Readonly<Record<string, string>>,
  ) {
    try {
      const request = { method: "GET" as const, path, ...(query === undefined ? {} : { query }) };
      return read(await deps.call(request, AbortSignal.timeout(patienceMs)));
    } catch (error) {
      if (!isTold(error)) throw error;
      deps.log.debug({ err: error }, "lookup beside an event fails");
      return undefined;
    }
  }

  return {
    async name(openId) {
      const known = names.get(openId);
      if (known !== undefined) return known;
      const told = await ask(`/open-apis/contact/v3/users/${openId}`, readUserInfo, { user_id_type: "open_id" });
      return told === undefined ? `user …${openId.slice(-4)}` : keep(names, openId, told.user.name);
    },
    async chat(chatId) {
      const known = chats.get(chatId);
      if (known !== undefined) return known;
      const told = await ask(`/open-apis/im/v1/chats/${chatId}`, readChatInfo);
      if (told === undefined) return { private: false, title: chatId };
      return keep(chats, chatId, { private: told.chat_mode === "p2p", title: told.name });
    },
    async message(messageId) {
      const known = messages.get(messageId);
      if (known !== undefined) return known;
      const told = await ask(`/open-apis/im/v1/messages/${messageId}`, readStored, asSent);
      return told === undefined ? undefined : keep(messages, messageId, told);
    },
    seen(message, isPrivate) {
      keep(messages, message.message_id, message);
      if (isPrivate && message.chat_id !== undefined) keep(chats, message.chat_id, { private: true, title: "" });
    },
    sent(messageId, content) {
      const words = content === undefined ? "" : readContent(messageId, "interactive", content).text;
      keep(messages, messageId, {
        message_id: messageId,
        msg_type: "text",
        sender: { id: deps.appId, sender_type: "app" },
        ...(words === "" ? {} : { body: { content: JSON.stringify({ text: words.slice(0, maxQuote) }) } }),
      });
    },
    async forwarded(messageId) {
      const items = await ask(`/open-apis/im/v1/messages/${messageId}`, readAllStored);
      const children = items?.filter((item) => item.upper_message_id !== undefined) ?? [];
      if (children.length === 0) return undefined;
      const lines = children.map(async (item) => {
        const from = item.sender?.sender_type === "user" ? await this.name(item.sender.id) : "bot";
        return `${from}: ${readContent(item.message_id, item.msg_type, item.body?.content ?? "").text}`;
      });
      return (await Promise.all(lines)).join("\n");
    },
  };
}

function keep<T>(map: Map<string, T>, key: string, value: T): T {
  map.delete(key);
  map.set(key, value);
  const [oldest] = map.keys();
  if (map.size > capacity && oldest !== undefined) map.delete(oldest);
  return value;
}
