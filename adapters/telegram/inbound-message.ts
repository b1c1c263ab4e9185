import type { MessageId, PersonId } from "../../src/model/ids.ts";
import type { Attachment, InboundMessage, Person } from "../../src/model/message.ts";
import { sanitize } from "../../src/model/text/sanitize.ts";
import type { Me, WireChat, WireMessage, WireUser } from "./wire.ts";

/** `telegram:<id>`, named `@username` or by first name. */
export function person(user: WireUser): Person {
  return {
    id: `telegram:${user.id}` as PersonId,
    name: user.username === undefined ? sanitize(user.first_name) : `@${user.username}`,
    ...(user.language_code === undefined ? {} : { language: user.language_code }),
  };
}

/** The only person of a private chat. */
export function personOfChat(chat: WireChat): Person {
  return {
    id: `telegram:${chat.id}` as PersonId,
    name: chat.username === undefined ? sanitize(chat.first_name ?? String(chat.id)) : `@${chat.username}`,
  };
}

/** Undefined for messages that say nothing to Codex (service messages, unknown kinds). */
export function inboundMessage(message: WireMessage, from: WireUser, me: Me): InboundMessage | undefined {
  const attachments = attachmentsOf(message);
  const text = message.text ?? message.caption;
  const shown = text === undefined ? (placeholder(message) ?? "") : withoutOwnName(text, message, me);
  if (shown === "" && attachments.length === 0) return undefined;
  const reply = replyOf(message, me);
  const forwardedFrom = originOf(message);
  return {
    messageId: String(message.message_id) as MessageId,
    person: person(from),
    sentAt: message.date * 1000,
    text: sanitize(shown),
    attachments,
    ...(message.media_group_id === undefined ? {} : { albumId: message.media_group_id }),
    ...(reply === undefined ? {} : { replyTo: reply }),
    ...(forwardedFrom === undefined ? {} : { forwardedFrom }),
  };
}

/** The bot is meant: private chat, its name as an entity, a command for it, or a reply to it. Never by substring. */
export function addressed(message: WireMessage, me: Me): boolean {
  if (message.chat.type === "private") return true;
  if (explicitReply(message)?.from?.id === me.id) return true;
  const text = message.text ?? message.caption ?? "";
  const own = `@${me.username.toLowerCase()}`;
  return entitiesOf(message).some((entity) => {
    const part = text.slice(entity.offset, entity.offset + entity.length).toLowerCase();
    if (entity.type === "mention") return part === own;
    if (entity.type === "text_mention") return entity.user?.id === me.id;
    return entity.type === "bot_command" && part.endsWith(own);
  });
}

function entitiesOf(message: WireMessage): NonNullable<WireMessage["entities"]> {
  return (message.text === undefined ? message.caption_entities : message.entities) ?? [];
}

/** `/new@our_bot fix it` → `/new fix it`, `@our_bot fix it` → `fix it`: the address is no part of the letter. */
function withoutOwnName(text: string, message: WireMessage, me: Me): string {
  const own = `@${me.username.toLowerCase()}`;
  let result = text;
  for (const entity of [...entitiesOf(message)].reverse()) {
    const end = entity.offset + entity.length;
    const part = text.slice(entity.offset, end).toLowerCase();
    if (entity.type === "bot_command" && part.endsWith(own))
      result = result.slice(0, end - own.length) + result.slice(end);
    if (entity.type === "mention" && part === own && entity.offset === 0) result = result.slice(end).trimStart();
  }
  return result;
}

/** Every message of a forum topic "replies" to the one that opened it: that is no reply of a person. */
function explicitReply(message: WireMessage): WireMessage["reply_to_message"] {
  const reply = message.reply_to_message;
  if (reply === undefined || reply.forum_topic_created !== undefined) return undefined;
  return message.is_topic_message === true && reply.message_id === message.message_thread_id ? undefined : reply;
}

function replyOf(message: WireMessage, me: Me): InboundMessage["replyTo"] {
  const reply = explicitReply(message);
  const quote = message.quote === undefined ? {} : { quote: sanitize(message.quote.text) };
  if (reply === undefined) {
    if (message.quote === undefined) return undefined;
    return { messageId: String(message.external_reply?.message_id ?? 0) as MessageId, ...quote, own: false };
  }
  const text = reply.text ?? reply.caption;
  return {
    messageId: String(reply.message_id) as MessageId,
    ...(text === undefined ? {} : { text: sanitize(text) }),
    ...quote,
    own: reply.from?.id === me.id,
  };
}

function originOf(message: WireMessage): string | undefined {
  const origin = message.forward_origin;
  if (origin === undefined) return undefined;
  const chat = origin.sender_chat ?? origin.chat;
  const user = origin.sender_user;
  if (user !== undefined) return person(user).name;
  return sanitize(origin.sender_user_name ?? chat?.title ?? chat?.username ?? origin.type);
}

const fileFields = ["animation", "document", "audio", "voice", "video", "video_note", "live_photo"] as const;

function attachmentsOf(message: WireMessage): readonly Attachment[] {
  const photos = [...(message.photo ?? [])].sort((a, b) => b.width * b.height - a.width * a.height);
  const largest = photos[0];
  if (largest !== undefined)
    return [
      { kind: "image", ref: largest.file_id, ...(largest.file_size === undefined ? {} : { size: largest.file_size }) },
    ];
  // One medium per message; an animation comes with a copy of itself as document.
  const file = fileFields.map((name) => message[name]).find((found) => found !== undefined);
  if (file === undefined) return [];
  return [
    {
      kind: "file",
      ref: file.file_id,
      ...(file.file_name === undefined ? {} : { name: file.file_name }),
      ...(file.mime_type === undefined ? {} : { mime: file.mime_type }),
      ...(file.file_size === undefined ? {} : { size: file.file_size }),
    },
  ];
}

/** Readable stand-in for what has neither text nor a file we take. */
function placeholder(message: WireMessage): string | undefined {
  const { sticker, venue, location, contact, poll, dice } = message;
  if (sticker !== undefined) return `[sticker${sticker.emoji === undefined ? "" : ` ${sticker.emoji}`}]`;
  if (venue !== undefined) return `[place ${venue.title}, ${venue.address} (${coordinates(venue.location)})]`;
  if (location !== undefined) return `[location ${coordinates(location)}]`;
  if (contact !== undefined)
    return `[contact ${[contact.first_name, contact.last_name, contact.phone_number].filter((part) => part !== undefined).join(" ")}]`;
  if (poll !== undefined) return `[poll ${poll.question}: ${poll.options.map((option) => option.text).join(" / ")}]`;
  return dice === undefined ? undefined : `[${dice.emoji} ${dice.value}]`;
}

function coordinates(at: { readonly latitude: number; readonly longitude: number }): string {
  return `${at.latitude}, ${at.longitude}`;
}
