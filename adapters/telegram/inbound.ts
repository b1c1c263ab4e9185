import { createHash } from "node:crypto";
import type { ChatFacts, InboundEvent } from "../../src/channel/port.ts";
import { type ChatKey, chatKey, type MessageId, type Nonce } from "../../src/model/ids.ts";
import { addressed, inboundMessage, person, personOfChat } from "./inbound-message.ts";
import type { Me, WireChat, WireMessage, WireUpdate } from "./wire.ts";

/** Whose updates these are. */
export interface InboundContext {
  /** Account id of the configuration. */
  readonly account: string;
  readonly me: Me;
}

/** Where in a chat something happened, as Telegram says it. */
interface Place {
  readonly chat: WireChat;
  readonly message_thread_id?: number | undefined;
  readonly is_topic_message?: boolean | undefined;
}

/** Pure. What an update means to the service; empty for what it does not route. */
export function inbound(update: WireUpdate, context: InboundContext): readonly InboundEvent[] {
  if (update.message !== undefined) return fromMessage(update.message, context);
  if (update.edited_message !== undefined) return fromEdit(update.edited_message, context);
  if (update.callback_query !== undefined) return fromTap(update.callback_query, context);
  if (update.my_chat_member !== undefined) return fromMembership(update.update_id, update.my_chat_member, context);
  if (update.stopped_message_generation !== undefined)
    return fromStop(update.update_id, update.stopped_message_generation, context);
  return [];
}

function fromMessage(message: WireMessage, context: InboundContext): readonly InboundEvent[] {
  const to = message.migrate_to_chat_id;
  const old = message.migrate_from_chat_id;
  if (to !== undefined) return [moved(facts(message, context), keyOf(to, context))];
  if (old !== undefined)
    return [moved({ ...facts(message, context), chat: keyOf(old, context) }, keyOf(message.chat.id, context))];
  const { from } = message;
  if (from === undefined || !routable(message)) return [];
  const read = inboundMessage(message, from, context.me);
  if (read === undefined) return [];
  return [
    {
      kind: "message",
      dedupe: `m${message.chat.id}-${message.message_id}`,
      at: facts(message, context),
      message: read,
      addressed: addressed(message, context.me),
    },
  ];
}

function fromEdit(message: WireMessage, context: InboundContext): readonly InboundEvent[] {
  const { from } = message;
  // A moving live location edits its message every few seconds and says nothing new.
  if (from === undefined || message.location !== undefined || !routable(message)) return [];
  const read = inboundMessage(message, from, context.me);
  if (read === undefined) return [];
  const hash = createHash("sha256").update(read.text).digest("hex").slice(0, 16);
  const dedupe = `e${message.chat.id}-${message.message_id}-${message.edit_date ?? 0}-${hash}`;
  return [{ kind: "edit", dedupe, at: facts(message, context), message: read }];
}

/** Both service messages of a migration say the same, so they share a key. */
function moved(at: ChatFacts, to: ChatKey): InboundEvent {
  return { kind: "moved", dedupe: `v${at.chat}-${to}`, at, to };
}

/** Business, guest, channel and ephemeral messages live in other id spaces; bots and anonymous admins are nobody. */
function routable(message: WireMessage): boolean {
  return (
    message.chat.type !== "channel" &&
    message.chat.is_direct_messages !== true &&
    message.from?.is_bot === false &&
    message.sender_chat === undefined &&
    message.business_connection_id === undefined &&
    message.guest_query_id === undefined &&
    message.ephemeral_message_id === undefined &&
    message.is_automatic_forward !== true
  );
}

function fromTap(query: NonNullable<WireUpdate["callback_query"]>, context: InboundContext): readonly InboundEvent[] {
  if (query.message === undefined || query.data === undefined || query.from.is_bot) return [];
  return [
    {
      kind: "tap",
      dedupe: tapDedupe(query.id),
      at: facts(query.message, context),
      person: person(query.from),
      nonce: query.data as Nonce,
      messageId: String(query.message.message_id) as MessageId,
    },
  ];
}

/** Dedupe key of a tap; {@link tapQueryId} reads it back. */
function tapDedupe(queryId: string): string {
  return `c${queryId}`;
}

/** The callback query behind a tap event. */
export function tapQueryId(dedupe: string): string {
  return dedupe.slice(1);
}

function fromMembership(
  updateId: number,
  change: NonNullable<WireUpdate["my_chat_member"]>,
  context: InboundContext,
): readonly InboundEvent[] {
  const { status, is_member: isMember } = change.new_chat_member;
  const out = status === "left" || status === "kicked" || (status === "restricted" && isMember === false);
  return out ? [{ kind: "gone", dedupe: `g${updateId}`, at: facts(change, context) }] : [];
}

function fromStop(
  updateId: number,
  stop: NonNullable<WireUpdate["stopped_message_generation"]>,
  context: InboundContext,
): readonly InboundEvent[] {
  const topic = stop.message_thread_id !== undefined;
  const at = facts({ ...stop, is_topic_message: topic }, context);
  return [{ kind: "stop", dedupe: `s${updateId}`, at, person: personOfChat(stop.chat), draftId: stop.draft_id }];
}

function facts(place: Place, context: InboundContext): ChatFacts {
  const { chat } = place;
  const isPrivate = chat.type === "private";
  // Outside topics a thread id only groups the replies to one message.
  const topic = place.is_topic_message === true ? place.message_thread_id : undefined;
  return {
    chat: keyOf(chat.id, context, topic),
    private: isPrivate,
    title: isPrivate ? personOfChat(chat).name : (chat.title ?? String(chat.id)),
  };
}

function keyOf(chat: number, context: InboundContext, topic?: number): ChatKey {
  return chatKey({
    channel: "telegram",
    account: context.account,
    chat: String(chat),
    ...(topic === undefined ? {} : { topicId: String(topic) }),
  });
}
