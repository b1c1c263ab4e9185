import { checkCard } from "./card-check.ts";
import type { Answer, Call, Context, Route } from "./context.ts";
import { badCard, invalid, Refusal, tooFrequent } from "./refusal.ts";
import { type Chat, type Message, newId } from "./state.ts";

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const maxText = 150 * 1024;
const maxCard = 30 * 1024;
const send = ["im:message", "im:message:send_as_bot"];
const read = ["im:message", "im:message:readonly"];
const sendFields = ["content", "msg_type", "uuid"];

/** `im/v1/messages`: create, reply, patch, get, list, delete. */
export const messageRoutes: readonly Route[] = [
  {
    method: "im.message.create",
    verb: "POST",
    path: "/open-apis/im/v1/messages",
    body: [...sendFields, "receive_id"],
    query: ["receive_id_type"],
    scopes: send,
    handle: create,
  },
  {
    method: "im.message.reply",
    verb: "POST",
    path: "/open-apis/im/v1/messages/:message_id/reply",
    body: [...sendFields, "reply_in_thread"],
    scopes: send,
    handle: reply,
  },
  {
    method: "im.message.patch",
    verb: "PATCH",
    path: "/open-apis/im/v1/messages/:message_id",
    body: ["content"],
    scopes: ["im:message", "im:message:send_as_bot", "im:message:update"],
    handle: patch,
  },
  {
    method: "im.message.get",
    verb: "GET",
    path: "/open-apis/im/v1/messages/:message_id",
    query: ["user_id_type", "card_msg_content_type"],
    scopes: read,
    handle: get,
  },
  {
    method: "im.message.list",
    verb: "GET",
    path: "/open-apis/im/v1/messages",
    query: [
      "container_id_type",
      "container_id",
      "start_time",
      "end_time",
      "sort_type",
      "page_size",
      "page_token",
      "card_msg_content_type",
    ],
    scopes: ["im:message:readonly", "im:message.group_msg"],
    handle: list,
  },
  {
    method: "im.message.delete",
    verb: "DELETE",
    path: "/open-apis/im/v1/messages/:message_id",
    scopes: ["im:message", "im:message:recall"],
    handle: remove,
  },
];

/** The message a call names. */
export function messageOf(context: Context, call: Call): Message {
  const found = context.world.messages.get(call.path.message_id ?? "");
  if (found === undefined)
    throw new Refusal(230001, "Your request contains an invalid request parameter, ext=invalid message_id");
  return found;
}

function create(context: Context, call: Call): Answer {
  if (call.query.receive_id_type !== "chat_id" && call.query.receive_id_type !== "open_id")
    throw invalid("receive_id_type");
  const target = String(call.body.receive_id ?? "");
  const chat =
    call.query.receive_id_type === "chat_id"
      ? context.world.chats.get(target)
      : [...context.world.chats.values()].find((one) => one.kind === "p2p" && one.members.some((m) => m.id === target));
  if (chat === undefined)
    throw new Refusal(230001, "Your request contains an invalid request parameter, ext=invalid receive_id");
  return write(context, call, chat, undefined, false);
}

function reply(context: Context, call: Call): Answer {
  const parent = messageOf(context, call);
  if (parent.recalled) throw new Refusal(230011, "The message was recalled.");
  return write(context, call, parent.chat, parent, call.body.reply_in_thread === true);
}

function write(context: Context, call: Call, chat: Chat, parent: Message | undefined, inThread: boolean): Answer {
  if (!chat.botInside) throw new Refusal(230002, "The bot can not be outside the group.");
  const uuid = call.body.uuid;
  if (uuid !== undefined && (typeof uuid !== "string" || uuid.length === 0 || uuid.length > 50)) throw invalid("uuid");
  const known = typeof uuid === "string" ? context.world.uuids.get(uuid) : undefined;
  if (known !== undefined && context.now() - known.at < hourMs) return wireOf(context, known.message);
  const type = String(call.body.msg_type ?? "");
  const content = contentOf(context, type, call.body.content);
  if (!context.rates.take(`chat ${chat.id}`, 5, 1000))
    throw new Refusal(230020, "This operation triggers the frequency limit.");
  const topic = parent?.threadId ?? (inThread || chat.kind === "topic" ? newId("omt") : undefined);
  const root = parent?.root ?? parent;
  const message: Message = {
    id: newId("om"),
    chat,
    at: context.now(),
    from: undefined,
    type,
    content: content.text,
    versions: [],
    ...(parent === undefined ? {} : { parent }),
    ...(root === undefined ? {} : { root }),
    ...(topic === undefined ? {} : { threadId: topic }),
    ...(content.cardId === undefined ? {} : { cardId: content.cardId }),
    mentions: [],
    children: [],
    reactions: [],
    recalled: false,
  };
  context.world.add(chat, message);
  const entity = content.cardId === undefined ? undefined : context.world.cards.get(content.cardId);
  if (entity !== undefined) entity.message = message;
  if (typeof uuid === "string") context.world.uuids.set(uuid, { message, at: context.now() });
  return wireOf(context, message);
}

/** Content the platform takes; an interactive one may name a card entity, which can be sent once. */
function contentOf(
  context: Context,
  type: string,
  value: unknown,
): { readonly text: string; readonly cardId?: string } {
  if (typeof value !== "string" || value === "")
    throw new Refusal(230001, "Your request contains an invalid request parameter, ext=content is empty");
  const limit = type === "text" ? maxText : maxCard;
  if (Buffer.byteLength(value) > limit)
    throw new Refusal(230025, "The length of the message content reaches its limit.");
  const parsed = json(value);
  switch (type) {
    case "text":
      if (typeof parsed.text !== "string" || parsed.text === "") throw invalid("text");
      return { text: value };
    case "post":
      checkPost(parsed);
      return { text: value };
    case "interactive":
      return interactive(context, parsed, value);
    case "image":
    case "file": {
      const key = String(parsed[`${type}_key`] ?? "");
      if (context.world.files.get(key)?.own !== true)
        throw new Refusal(230001, `Your request contains an invalid request parameter, ext=invalid ${type}_key`);
      const file = context.world.files.get(key);
      return { text: type === "file" ? JSON.stringify({ file_key: key, file_name: file?.name }) : value };
    }
    default:
      throw invalid(`msg_type ${type}`);
  }
}

function interactive(
  context: Context,
  parsed: Readonly<Record<string, unknown>>,
  value: string,
): { readonly text: string; readonly cardId?: string } {
  if (parsed.type !== "card") {
    checkCard(parsed);
    return { text: value };
  }
  const cardId = String((parsed.data as { readonly card_id?: unknown } | undefined)?.card_id ?? "");
  const entity = context.world.cards.get(cardId);
  if (entity === undefined) throw badCard(300301, "card not found");
  if (entity.message !== undefined) throw badCard(300305, "card entity has been sent");
  return { text: value, cardId };
}

function checkPost(parsed: Readonly<Record<string, unknown>>): void {
  const body = (parsed.zh_cn ?? parsed.en_us) as { readonly content?: unknown } | undefined;
  if (!Array.isArray(body?.content)) throw invalid("post content");
  for (const line of body.content) if (!Array.isArray(line)) throw invalid("post paragraph");
}

function patch(context: Context, call: Call): Answer {
  const message = messageOf(context, call);
  if (message.from !== undefined || message.type !== "interactive")
    throw new Refusal(230001, "Your request contains an invalid request parameter, ext=not a card of this app");
  if (message.cardId !== undefined)
    throw new Refusal(230001, "Your request contains an invalid request parameter, ext=card entity");
  if (message.recalled) throw new Refusal(230011, "The message was recalled.");
  if (context.now() - message.at > 14 * dayMs)
    throw new Refusal(230031, "The message is outdated and can not be updated.");
  const { content } = call.body;
  if (typeof content !== "string") throw invalid("content");
  if (Buffer.byteLength(content) > maxCard)
    throw new Refusal(230025, "The length of the message content reaches its limit.");
  checkCard(json(content));
  if (!context.rates.take(`patch ${message.id}`, 5, 1000))
    throw new Refusal(230020, "This operation triggers the frequency limit.");
  message.versions.push(message.content);
  message.content = content;
  return {};
}

function get(context: Context, call: Call): Answer {
  const message = messageOf(context, call);
  const asSent = call.query.card_msg_content_type === "user_card_content";
  const children = message.children.map((child) => ({ ...wireOf(context, child), upper_message_id: message.id }));
  return { items: [wireOf(context, message, asSent), ...children] };
}

function list(context: Context, call: Call): Answer {
  const {
    container_id_type: kind,
    container_id: id = "",
    start_time: start = "0",
    page_size: size = "20",
    page_token: token,
  } = call.query;
  const all = [...context.world.messages.values()].filter((m) =>
    kind === "thread" ? m.threadId === id : kind === "chat" && m.chat.id === id,
  );
  if (kind !== "thread" && !context.world.chats.has(id)) throw invalid("container_id");
  if (Number(size) > 50) throw invalid("page_size");
  const since = all.filter((m) => m.at >= Number(start) * 1000 && !m.recalled);
  if (call.query.sort_type === "ByCreateTimeDesc") since.reverse();
  const asSent = call.query.card_msg_content_type === "user_card_content";
  const from = Number(token ?? "0");
  const items = since.slice(from, from + Number(size)).map((m) => wireOf(context, m, asSent));
  const next = from + items.length;
  return { items, has_more: next < since.length, ...(next < since.length ? { page_token: String(next) } : {}) };
}

function remove(context: Context, call: Call): Answer {
  const message = messageOf(context, call);
  if (message.from !== undefined) throw new Refusal(230026, "No permission to recall this message.");
  message.recalled = true;
  return {};
}

/** A message as the platform tells it. */
function wireOf(context: Context, message: Message, asSent = true): Readonly<Record<string, unknown>> {
  return {
    message_id: message.id,
    ...(message.root === undefined ? {} : { root_id: message.root.id }),
    ...(message.parent === undefined ? {} : { parent_id: message.parent.id }),
    ...(message.threadId === undefined ? {} : { thread_id: message.threadId }),
    msg_type: message.type,
    create_time: String(message.at),
    update_time: String(message.at),
    deleted: message.recalled,
    updated: message.versions.length > 0,
    chat_id: message.chat.id,
    sender: {
      id: message.from?.id ?? context.appId,
      id_type: message.from === undefined ? "app_id" : "open_id",
      sender_type: message.from === undefined ? "app" : "user",
      tenant_key: "tenant",
    },
    body: { content: contentTold(message, asSent) },
    mentions: message.mentions.map(({ key, id, name }) => ({
      key,
      id,
      id_type: "open_id",
      name,
      tenant_key: "tenant",
    })),
  };
}

/** The history tells cards of version 2.0 only to those who ask for them as they were sent. */
function contentTold(message: Message, asSent: boolean): string {
  if (message.recalled) return "This message was recalled";
  if (asSent || message.type !== "interactive") return message.content;
  return JSON.stringify({ title: null, elements: [[{ tag: "text", text: "请升级至最新版本客户端，以查看内容" }]] });
}

function json(value: string): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(value);
    if (typeof parsed === "object" && parsed !== null && !Array.isArray(parsed))
      return parsed as Record<string, unknown>;
  } catch {
    // told below, in the platform's words
  }
  throw new Refusal(230001, "Your request contains an invalid request parameter, ext=content is not a string of JSON");
}

/** Gateway limits of one interface: 50 a second, 1000 a minute. */
export function gateway(context: Context, method: string): void {
  if (!context.rates.take(`s ${method}`, 50, 1000)) throw tooFrequent(50, 1);
  if (!context.rates.take(`m ${method}`, 1000, 60_000)) throw tooFrequent(1000, 60);
}
