import type { Chat, ChatMessage, StoredFile } from "../chats.ts";
import { acceptText, type Rich } from "../entities.ts";
import { badRequest, strict } from "../refusal.ts";
import { messageWire } from "../to-wire.ts";
import { isRecord } from "../wire.ts";
import { type Call, type Context, type Handler, messageId, refuseUnsupported, targetChat } from "./context.ts";
import { readMarkup } from "./reply-markup.ts";

const unsupported = [
  "business_connection_id",
  "direct_messages_topic_id",
  "ephemeral_message_parameters",
  "suggested_post_parameters",
  "allow_paid_broadcast",
] as const;

/** What a new message shows. */
interface Content {
  readonly shown: Rich;
  readonly rich?: unknown;
  readonly file?: () => StoredFile;
}

/** Checks what all sends have in common, then posts. `read` throws for bad content before anything is counted. */
function send(call: Call, context: Context, read: (chat: Chat) => Content): unknown {
  refuseUnsupported(call, context, unsupported);
  const chat = targetChat(call, context);
  const threadId = context.world.thread(chat, call.params.number("message_thread_id"));
  const content = read(chat);
  const markup = readMarkup(call.params);
  const reply = answeredMessage(call, context, chat);
  context.limits.charge("message", chat);
  const message = context.world.post({
    chat,
    at: context.now(),
    fromBot: true,
    from: context.bot,
    ...(threadId === undefined ? {} : { threadId }),
    text: content.shown.text,
    entities: content.shown.entities,
    ...(content.rich === undefined ? {} : { rich: content.rich }),
    ...reply,
    markup,
    ...(content.file === undefined ? {} : { file: content.file() }),
    silent: call.params.flag("disable_notification"),
    extra: {},
  });
  context.drafts.vanish(chat.id, threadId);
  return messageWire(message);
}

function answeredMessage(call: Call, context: Context, chat: Chat): Pick<ChatMessage, "replyTo" | "quote"> {
  const wanted = call.params.object("reply_parameters");
  if (wanted === undefined) return {};
  if (wanted.chat_id !== undefined && wanted.chat_id !== chat.id)
    throw strict("replies into another chat are not emulated");
  const replyTo = context.world.message(chat, wanted.message_id as number | undefined);
  if (replyTo === undefined) {
    if (wanted.allow_sending_without_reply === true) return {};
    throw badRequest("message to be replied not found");
  }
  const quote = wanted.quote;
  if (typeof quote !== "string") return { replyTo };
  if (quote === "" || !replyTo.text.includes(quote)) throw badRequest("QUOTE_TEXT_INVALID", "bug");
  return { replyTo, quote };
}

const sendMessage: Handler = (call, context) =>
  send(call, context, () => ({
    shown: acceptText(call.params.text("text") ?? "", call.params.entities("entities"), "message"),
  }));

const sendRichMessage: Handler = (call, context) =>
  send(call, context, () => ({ shown: richText(call), rich: call.params.object("rich_message") }));

const maxRich = 32_768;

/** Plain text of a rich message: its Markdown or HTML as sent; blocks are checked by the schema only. */
export function richText(call: Call): Rich {
  const rich = call.params.object("rich_message") ?? {};
  const sources = ["markdown", "html", "blocks"].filter((name) => rich[name] !== undefined);
  if (sources.length !== 1)
    throw strict(`rich_message needs exactly one of markdown, html, blocks; has ${sources.length}`);
  const source = rich.markdown ?? rich.html;
  const text = typeof source === "string" ? source : JSON.stringify(rich.blocks);
  if (text.trim() === "" || text === "[]") throw badRequest("rich message must be non-empty", "bug");
  if ([...text].length > maxRich) throw badRequest("message is too long", "bug");
  return { text, entities: [] };
}

const editMessageText: Handler = (call, context) => {
  refuseUnsupported(call, context, ["business_connection_id", "inline_message_id"]);
  const chat = targetChat(call, context);
  const message = editable(call, context, chat);
  if (message.file !== undefined) throw badRequest("there is no text in the message to edit", "bug");
  const rich = call.params.object("rich_message");
  const text = call.params.text("text");
  if ((rich === undefined) === (text === undefined)) throw strict("either text or rich_message");
  const shown = text === undefined ? richText(call) : acceptText(text, call.params.entities("entities"), "message");
  return change(call, context, message, shown, rich);
};

const editMessageReplyMarkup: Handler = (call, context) => {
  refuseUnsupported(call, context, ["business_connection_id", "inline_message_id"]);
  const message = editable(call, context, targetChat(call, context));
  return change(call, context, message, { text: message.text, entities: message.entities }, message.rich);
};

function editable(call: Call, context: Context, chat: Chat): ChatMessage {
  const message = context.world.message(chat, messageId(call));
  if (message === undefined) throw badRequest("message to edit not found");
  const keyboard = message.markup !== undefined && message.markup.inline_keyboard === undefined;
  if (!message.fromBot || keyboard || message.extra.forum_topic_created !== undefined)
    throw badRequest("message can't be edited", "bug");
  return message;
}

/** Applies an edit; buttons that are not sent again go. */
function change(call: Call, context: Context, message: ChatMessage, shown: Rich, rich: unknown): unknown {
  const markup = readMarkup(call.params);
  if (markup !== undefined && markup.inline_keyboard === undefined)
    throw strict("an edit takes an inline keyboard only");
  const same = JSON.stringify([message.text, message.entities, message.markup, message.rich]);
  if (same === JSON.stringify([shown.text, shown.entities, markup, rich])) {
    throw badRequest(
      "message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message",
    );
  }
  context.limits.charge("message", message.chat);
  message.edits.push({ at: context.now(), text: message.text, entities: message.entities, markup: message.markup });
  message.text = shown.text;
  message.entities = shown.entities;
  message.markup = markup;
  if (rich === undefined) delete message.rich;
  else message.rich = rich;
  message.editedAt = context.now();
  return messageWire(message);
}

const deleteMessage: Handler = (call, context) => {
  const chat = targetChat(call, context);
  const message = context.world.message(chat, messageId(call));
  if (message === undefined) throw badRequest("message to delete not found");
  if (!message.fromBot && chat.type !== "private" && !chat.botIsAdmin) throw badRequest("message can't be deleted");
  message.deleted = true;
  return true;
};

/** Messages that are not there are skipped. */
const deleteMessages: Handler = (call, context) => {
  const chat = targetChat(call, context);
  const ids = call.params.list("message_ids");
  if (ids.length < 1 || ids.length > 100) throw strict("message_ids: 1-100");
  for (const id of ids) {
    const message = context.world.message(chat, Number(id));
    if (message !== undefined && (message.fromBot || chat.type === "private" || chat.botIsAdmin))
      message.deleted = true;
  }
  return true;
};

const sendDocument: Handler = (call, context) => sendFile(call, context, "document");
const sendPhoto: Handler = (call, context) => sendFile(call, context, "photo");

function sendFile(call: Call, context: Context, kind: "document" | "photo"): unknown {
  return send(call, context, () => ({
    shown: acceptText(call.params.text("caption") ?? "", call.params.entities("caption_entities"), "caption"),
    file: fileOf(call, context, kind),
  }));
}

const uploadLimit = { document: 50_000_000, photo: 10_000_000 } as const;

/** The file a call sends: an upload or a known id. Throws at once; what it returns stores the file. */
function fileOf(call: Call, context: Context, kind: "document" | "photo"): () => StoredFile {
  const value = call.params.text(kind) ?? "";
  const known = context.world.files.get(value);
  if (known !== undefined) return () => known;
  if (!value.startsWith("attach://")) {
    throw URL.canParse(value)
      ? strict(`${kind} by URL is not emulated`)
      : badRequest("wrong file identifier/HTTP URL specified", "bug");
  }
  const upload = call.files.get(value.slice("attach://".length));
  if (upload === undefined) throw badRequest(`there is no ${kind} in the request`, "bug");
  const { name, bytes } = upload;
  if (bytes.length === 0) throw badRequest("file must be non-empty", "bug");
  if (bytes.length > uploadLimit[kind]) throw badRequest("file is too big", "bug");
  if (kind === "photo" && !isImage(bytes)) throw badRequest("IMAGE_PROCESS_FAILED", "bug");
  const mime = kind === "photo" ? "image/jpeg" : "application/octet-stream";
  return () => context.world.addFile({ kind, name, mime, size: bytes.length, bytes });
}

/** JPEG, PNG, GIF or WebP, by the first bytes. */
function isImage(bytes: Buffer): boolean {
  const head = bytes.subarray(0, 12).toString("latin1");
  return /^(?:\xff\xd8\xff|\x89PNG|GIF8|RIFF....WEBP)/su.test(head);
}

/** Methods that make, change and remove messages. */
export const messageMethods: Readonly<Record<string, Handler>> = {
  sendMessage,
  sendRichMessage,
  editMessageText,
  editMessageReplyMarkup,
  deleteMessage,
  deleteMessages,
  sendDocument,
  sendPhoto,
};

/** Emoji of reactions as sent. */
export function emojiOf(reactions: readonly unknown[]): readonly string[] {
  return reactions.map((reaction) => (isRecord(reaction) && typeof reaction.emoji === "string" ? reaction.emoji : ""));
}
