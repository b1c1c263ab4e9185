import type { ChatFacts, InboundEvent } from "../../src/channel/port.ts";
import { type ChatKey, chatKey, type MessageId, type Nonce, type PersonId } from "../../src/model/ids.ts";
import type { InboundMessage, Person } from "../../src/model/message.ts";
import { sanitize } from "../../src/model/text/sanitize.ts";
import { readContent } from "./inbound-content.ts";
import type { WireBotLeft, WireClicked, WireReacted, WireRecalled, WireReceived, WireStored } from "./wire.ts";

/** Whose events these are. */
export interface InboundContext {
  /** Account id of the configuration. */
  readonly account: string;
  readonly appId: string;
  /** Open id of the bot; empty until it is known. */
  readonly botId: string;
}

/** What the platform does not put into the event: names, the chat's title, the message replied to. */
export interface Surroundings {
  readonly name: string;
  readonly title: string;
  readonly parent?: WireStored;
  /** What a merged forward holds. */
  readonly forwarded?: string;
}

/** `feishu:ou_…`. */
function personOf(openId: string, name: string): Person {
  return { id: `feishu:${openId}` as PersonId, name: sanitize(name) };
}

/** Pure. What a received message means to the service; undefined for those of bots and of nobody. */
export function fromMessage(
  event: WireReceived,
  around: Surroundings,
  context: InboundContext,
): InboundEvent | undefined {
  const { message, sender } = event;
  const openId = sender.sender_id?.open_id;
  if (sender.sender_type !== "user" || openId === undefined) return undefined;
  const isPrivate = message.chat_type === "p2p";
  const said =
    around.forwarded === undefined
      ? readContent(message.message_id, message.message_type, message.content)
      : { text: around.forwarded, attachments: [] };
  const mentions = message.mentions ?? [];
  const own = mentions
    .filter((one, at) => (context.botId === "" ? at === 0 : one.id.open_id === context.botId))
    .map((one) => one.key);
  const text = named(withoutOwn(said.text, own), mentions, own);
  const reply = replyOf(event, around, context);
  const read: InboundMessage = {
    messageId: message.message_id as MessageId,
    person: personOf(openId, around.name),
    sentAt: Number(message.create_time) || 0,
    text: sanitize(text.trim()),
    attachments: said.attachments,
    ...(reply === undefined ? {} : { replyTo: reply }),
    ...(message.message_type === "merge_forward" ? { forwardedFrom: around.name } : {}),
  };
  return {
    kind: "message",
    dedupe: `m${message.message_id}`,
    at: {
      chat: keyOf(context, message.chat_id, message.thread_id),
      private: isPrivate,
      title: isPrivate ? around.name : around.title,
      anchor: message.message_id as MessageId,
    },
    message: read,
    addressed: isPrivate || own.length > 0 || reply?.own === true,
  };
}

const placeholder = /@_user_\d+/g;

/** Placeholders of mentions as names; the bot's own go. */
function named(
  text: string,
  mentions: NonNullable<WireReceived["message"]["mentions"]>,
  own: readonly string[],
): string {
  const names = new Map(mentions.map((one) => [one.key, own.includes(one.key) ? "" : `@${one.name}`]));
  return text.replace(placeholder, (key) => names.get(key) ?? key);
}

/** The bot's own mention at the start is the address, no part of the letter. */
function withoutOwn(text: string, own: readonly string[]): string {
  const start = text.trimStart();
  const [key] = start.match(/^@_user_\d+/) ?? [];
  return key !== undefined && own.includes(key) ? start.slice(key.length) : text;
}

function replyOf(event: WireReceived, { parent }: Surroundings, context: InboundContext): InboundMessage["replyTo"] {
  const id = event.message.parent_id;
  if (id === undefined || id === "") return undefined;
  const own = parent?.sender?.sender_type === "app" && parent.sender.id === context.appId;
  const words = parent?.body === undefined ? "" : readContent(id, parent.msg_type, parent.body.content).text;
  return { messageId: id as MessageId, own, ...(words === "" ? {} : { text: sanitize(words) }) };
}

/** Pure. A message taken back. `known`: the message as it was, if it can still be asked for. */
export function fromRecall(event: WireRecalled, known: WireStored | undefined, context: InboundContext): InboundEvent {
  return {
    kind: "recall",
    dedupe: `r${event.message_id}`,
    at: placeOf(event.chat_id, known?.thread_id, context),
    messageId: event.message_id as MessageId,
    of: `m${event.message_id}`,
  };
}

/** Pure. An OK of a person on a message; any other reaction means nothing to the service. */
export function fromReaction(
  event: WireReacted,
  known: WireStored | undefined,
  name: string,
  context: InboundContext,
): InboundEvent | undefined {
  const openId = event.user_id?.open_id;
  if (event.operator_type !== "user" || openId === undefined || event.reaction_type.emoji_type !== "OK")
    return undefined;
  if (known?.chat_id === undefined) return undefined;
  return {
    kind: "ok",
    dedupe: `o${event.message_id}-${openId}-${event.action_time}`,
    at: placeOf(known.chat_id, known.thread_id, context),
    person: personOf(openId, name),
    messageId: event.message_id as MessageId,
  };
}

/** Pure. The bot was taken out of a chat, or the chat is no more. */
export function fromBotLeft(event: WireBotLeft, context: InboundContext): InboundEvent {
  return {
    kind: "gone",
    dedupe: `g${event.event_id ?? event.chat_id}`,
    at: placeOf(event.chat_id, undefined, context),
  };
}

/** Pure. A click. `known`: the card's message, for its topic; a value that is not ours becomes an unknown button. */
export function fromClick(
  event: WireClicked,
  at: { readonly private: boolean; readonly thread: string | undefined; readonly name: string },
  context: InboundContext,
): Extract<InboundEvent, { kind: "tap" }> {
  const { value } = event.action;
  const nonce =
    typeof value === "object" && value !== null && "n" in value && typeof value.n === "string" ? value.n : "";
  return {
    kind: "tap",
    dedupe: `c${event.event_id ?? event.token ?? ""}`,
    at: { ...placeOf(event.context.open_chat_id, at.thread, context), private: at.private },
    person: personOf(event.operator.open_id, at.name),
    nonce: nonce as Nonce,
    messageId: event.context.open_message_id as MessageId,
  };
}

/** A place known by its ids only: as a group, where less is allowed. */
function placeOf(chat: string, thread: string | undefined, context: InboundContext): ChatFacts {
  return { chat: keyOf(context, chat, thread), private: false, title: chat };
}

function keyOf(context: InboundContext, chat: string, thread: string | undefined): ChatKey {
  return chatKey({
    channel: "feishu",
    account: context.account,
    chat,
    ...(thread === undefined || thread === "" ? {} : { topicId: thread }),
  });
}
