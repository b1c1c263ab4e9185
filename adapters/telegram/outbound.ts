import type { Content, Mark, OutboxBody, Screen } from "../../src/model/delivery.ts";
import type { MessageId } from "../../src/model/ids.ts";
import { clip } from "../../src/model/text/truncate.ts";
import { capabilities, limits } from "./capabilities.ts";
import { footerOf, formatContent, formatPieces, replyMarkup, sourceOf } from "./content.ts";
import { type Part, partsOrDocument, split } from "./format-split.ts";
import type { TelegramCall } from "./requests.ts";
import { richCall } from "./rich.ts";
import { clippedFormatted, type Formatted, joined, plain } from "./styled-text.ts";

export interface RenderOptions {
  readonly richMessages: boolean;
}

type Message = Extract<OutboxBody, { op: "message" }>;
type Edit = Extract<OutboxBody, { op: "edit" }>;
type File = Extract<OutboxBody, { op: "file" }>;
type EndLive = Extract<OutboxBody, { op: "endLive" }>;

/** setMessageReaction takes one of 73 emoji; the list has no ✅ ❌ ⏳. */
const reactions: Readonly<Record<Mark, string | undefined>> = {
  taken: "👀",
  steered: "✍",
  waiting: "🤔",
  dropped: "👎",
  none: undefined,
};

/** Pure. The requests that put a durable operation on the screen, in order. */
export function renderBody(body: OutboxBody, screen: Screen, options: RenderOptions): readonly TelegramCall[] {
  switch (body.op) {
    case "message":
      return renderMessage(body, options);
    case "edit":
      return renderEdit(body, screen);
    case "mark":
      return [renderMark(body.messageId, body.mark)];
    case "file":
      return [renderFile(body)];
    case "endLive":
      return renderEndLive(body, screen);
  }
}

/** Fields every text has: no link previews under an agent's output, and no more entities than Telegram shows. */
export function textFields(text: Formatted): Readonly<Record<string, unknown>> {
  return {
    text: text.text,
    ...(text.entities.length === 0 ? {} : { entities: text.entities.slice(0, limits.entities) }),
    link_preview_options: { is_disabled: true },
  };
}

function renderMessage(body: Message, options: RenderOptions): readonly TelegramCall[] {
  const { parts, document } = partsOrDocument(partsOf(body.content), capabilities.maxParts);
  if (document) return firstPartAndDocument(body, parts);
  const calls = parts.map((part, index) =>
    sendText(body, part, { first: index === 0, last: index === parts.length - 1 }),
  );
  const only = calls.length === 1 ? calls[0] : undefined;
  const rich =
    only === undefined || !options.richMessages || body.endsLive === undefined
      ? undefined
      : richCall(body.content, only);
  return rich === undefined ? calls : [rich];
}

/** Parts of at most one message each; part marks and the footer have their room kept free. */
function partsOf(content: Content): readonly Part[] {
  const { maxTextLength } = capabilities;
  const whole = split(formatContent(content), maxTextLength);
  if (whole.length === 0) return content.buttons === undefined ? [] : [{ ...plain("…"), after: "" }];
  if (whole.length === 1) return whole;
  const footer = footerOf(content);
  const parts = split(formatPieces(content.pieces), maxTextLength, partMark(99, 99).length + footer.text.length + 2);
  return parts.map((part, index) => {
    const marked = joined([part, plain(partMark(index + 1, parts.length))], "");
    const last = index === parts.length - 1 && footer.text !== "";
    return { ...(last ? joined([marked, footer], "\n\n") : marked), after: part.after };
  });
}

function partMark(part: number, of: number): string {
  return `\n\n${part}/${of}`;
}

function sendText(
  body: Message,
  text: Formatted,
  at: { readonly first: boolean; readonly last: boolean },
): TelegramCall {
  return withPlainFallback({
    method: "sendMessage",
    request: { payload: { ...textFields(text), ...envelope(body, at) } },
    ...(at.last && body.slot !== undefined ? { slot: body.slot } : {}),
    idempotent: false,
    cost: "message",
  });
}

/** The first part replies and rings; buttons are on the last. */
function envelope(
  body: Message,
  at: { readonly first: boolean; readonly last: boolean },
): Readonly<Record<string, unknown>> {
  return {
    ...(at.first ? replyFields(body.replyTo) : {}),
    ...(at.first && body.ring !== false ? {} : { disable_notification: true }),
    ...(at.last ? replyMarkup(body.content) : {}),
  };
}

function replyFields(replyTo: MessageId | undefined): Readonly<Record<string, unknown>> {
  return replyTo === undefined
    ? {}
    : { reply_parameters: { message_id: Number(replyTo), allow_sending_without_reply: true } };
}

/** The same call with nothing in it Telegram could object to but the text itself. */
function withPlainFallback(call: TelegramCall): TelegramCall {
  const { entities, reply_parameters: reply, ...payload } = call.request.payload;
  return entities === undefined && reply === undefined
    ? call
    : { ...call, fallback: { ...call, request: { payload } } };
}

function firstPartAndDocument(body: Message, parts: readonly Formatted[]): readonly TelegramCall[] {
  const first = parts[0] ?? plain("…");
  const caption = clip(body.content.footer ?? "", limits.caption);
  const document: TelegramCall = {
    method: "sendDocument",
    request: {
      payload: { ...(caption === "" ? {} : { caption }), ...envelope(body, { first: false, last: true }) },
      upload: {
        field: "document",
        file: { text: sourceOf(body.content), name: "answer.md" },
        maxBytes: capabilities.maxUploadBytes,
      },
    },
    ...(body.slot === undefined ? {} : { slot: body.slot }),
    idempotent: false,
    cost: "message",
  };
  return [sendText(body, first, { first: true, last: false }), document];
}

function renderEdit(body: Edit, screen: Screen): readonly TelegramCall[] {
  const sent = screen.slots[body.slot];
  const message: Message = { op: "message", content: body.content, slot: body.slot };
  if (sent === undefined) return body.orSend ? renderMessage(message, { richMessages: false }) : [];
  const text = clippedFormatted(formatContent(body.content), capabilities.maxTextLength);
  const edit = editText(sent.messageId, text, body.content);
  if (!body.orSend) return [edit];
  return [{ ...edit, fallback: sendText(message, text, { first: true, last: true }) }];
}

function editText(messageId: MessageId, text: Formatted, content: Content): TelegramCall {
  return withPlainFallback({
    method: "editMessageText",
    request: {
      payload: {
        message_id: Number(messageId),
        ...textFields(text),
        ...replyMarkup({ ...content, forceReply: false }),
      },
    },
    idempotent: true,
    cost: "edit",
  });
}

function renderMark(messageId: MessageId, mark: Mark): TelegramCall {
  const emoji = reactions[mark];
  const reaction = emoji === undefined ? [] : [{ type: "emoji", emoji }];
  return {
    method: "setMessageReaction",
    request: { payload: { message_id: Number(messageId), reaction } },
    idempotent: true,
    cost: "none",
  };
}

function renderFile(body: File): TelegramCall {
  const caption = body.caption === undefined ? {} : { caption: clip(body.caption, limits.caption) };
  const payload = { ...caption, ...replyFields(body.replyTo) };
  const file = { path: body.path, name: body.name };
  const document: TelegramCall = {
    method: "sendDocument",
    request: { payload, upload: { field: "document", file, maxBytes: capabilities.maxUploadBytes } },
    idempotent: false,
    cost: "message",
  };
  if (!/\.(?:png|jpe?g|webp)$/iu.test(body.name)) return document;
  return {
    ...document,
    method: "sendPhoto",
    request: { payload, upload: { field: "photo", file, maxBytes: limits.photoBytes } },
    fallback: document,
  };
}

/** A draft dies by itself; only a status message (groups, chats without drafts) has to be ended. */
function renderEndLive(body: EndLive, screen: Screen): readonly TelegramCall[] {
  const sent = screen.slots[body.slot];
  if (sent === undefined) return [];
  if (body.content === undefined) {
    return [
      {
        method: "deleteMessage",
        request: { payload: { message_id: Number(sent.messageId) } },
        idempotent: true,
        cost: "edit",
      },
    ];
  }
  return [
    editText(sent.messageId, clippedFormatted(formatContent(body.content), capabilities.maxTextLength), body.content),
  ];
}
