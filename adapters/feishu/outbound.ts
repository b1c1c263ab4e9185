import type { Content, Mark, OutboxBody, Screen } from "../../src/model/delivery.ts";
import { type ChatKey, chatAddress, type MessageId } from "../../src/model/ids.ts";
import { cardBytes, type Element, jsonBytes, noteElement } from "./card.ts";
import { type Block, blocksOf, cardOfBlocks, plainOfBlocks, sourceOf, tailOf } from "./content.ts";
import { type Part, split } from "./format-split.ts";
import { readLiveExtra } from "./live-extra.ts";
import type { FeishuOutbound, Place, Wire } from "./requests.ts";
import { feishuWords } from "./words.ts";

/** What rendering has to know besides the operation. */
export interface RenderOptions {
  readonly chat: ChatKey;
  /** More parts than this become the first part and a document. */
  readonly maxParts: number;
  /** `im.file.create`: 30 MB, `im.image.create`: 10 MB. */
  readonly maxFileBytes: number;
  readonly maxImageBytes: number;
}

type Message = Extract<OutboxBody, { op: "message" }>;
type Edit = Extract<OutboxBody, { op: "edit" }>;
type File = Extract<OutboxBody, { op: "file" }>;
type EndLive = Extract<OutboxBody, { op: "endLive" }>;

/** Envelope of a card and its part mark, bytes. */
const envelopeBytes = 1024;
/** Least room of a body, bytes, however long footer and buttons are. */
const leastRoom = 4096;

/** Emoji types of message reactions. Source: the platform's list of emoji, 2026. */
const reactions: Readonly<Record<Mark, string | undefined>> = {
  taken: "GLANCE",
  steered: "Get",
  waiting: "THINKING",
  dropped: "CrossMark",
  none: undefined,
};

/** Pure. The requests that put a durable operation on the screen, in order. */
export function renderBody(body: OutboxBody, screen: Screen, options: RenderOptions): readonly FeishuOutbound[] {
  switch (body.op) {
    case "message":
      return renderMessage(body, screen, options);
    case "edit":
      return renderEdit(body, screen, options);
    case "mark":
      return [renderMark(body.messageId, body.mark)];
    case "file":
      return renderFile(body, screen, options);
    case "endLive":
      return renderEndLive(body, screen);
  }
}

/** Pure. The card of a content, whole: for a message of one part, and for the acknowledgement of a click. What does not fit is left out. */
export function cardOf(content: Content): object {
  const tail = tailOf(content);
  return cardOfBlocks(split(blocksOf(content.pieces), roomAbove(tail))[0] ?? [], tail);
}

/** Where a message goes: topics take replies only. */
export function placeOf(chat: ChatKey, screen: Screen, replyTo?: MessageId): Place {
  const inTopic = chatAddress(chat).topicId !== undefined;
  const target = replyTo ?? (inTopic ? screen.anchor : undefined);
  const other = inTopic && screen.anchor !== target ? screen.anchor : undefined;
  return {
    ...(target === undefined ? {} : { replyTo: target }),
    ...(other === undefined ? {} : { orReplyTo: other }),
    ...(inTopic ? { inThread: true } : {}),
  };
}

function roomAbove(tail: readonly Element[]): number {
  return Math.max(leastRoom, cardBytes - envelopeBytes - jsonBytes(tail));
}

function renderMessage(body: Message, screen: Screen, options: RenderOptions): readonly FeishuOutbound[] {
  const tail = tailOf(body.content);
  const blocks = blocksOf(body.content.pieces);
  if (blocks.length === 0 && tail.length === 0) return [];
  const parts = split(blocks, roomAbove(tail));
  if (parts.length > options.maxParts) return firstPartAndDocument(body, parts, screen, options);
  const shown: readonly Part[] = parts.length === 0 ? [[]] : parts;
  return shown.map((part, index) => {
    const last = index === shown.length - 1;
    const mark = shown.length === 1 ? [] : [noteElement(`${index + 1}/${shown.length}`)];
    return sendCard(
      body,
      part,
      [...mark, ...(last ? tail : [])],
      placeFor(body, index === 0, screen, options.chat),
      last,
    );
  });
}

/** The first part replies to the request; the others need a target only in topics. */
function placeFor(body: Message, first: boolean, screen: Screen, chat: ChatKey): Place {
  const inTopic = chatAddress(chat).topicId !== undefined;
  return placeOf(chat, screen, first || inTopic ? body.replyTo : undefined);
}

function sendCard(
  body: Message,
  part: readonly Block[],
  tail: readonly Element[],
  place: Place,
  last: boolean,
): FeishuOutbound {
  const wire: Wire = { type: "interactive", content: JSON.stringify(cardOfBlocks(part, tail)) };
  const call: FeishuOutbound = {
    method: "im.message",
    request: { kind: "send", wire, place },
    ...(last && body.slot !== undefined ? { slot: body.slot } : {}),
    idempotent: false,
    cost: "message",
  };
  const text = [plainOfBlocks(part), ...(last && body.content.footer !== undefined ? [body.content.footer] : [])].join(
    "\n\n",
  );
  return { ...call, fallback: { ...call, request: { kind: "send", wire: postOf(text), place } } };
}

/** A message of nothing but text. */
function postOf(text: string): Wire {
  const content = text.split("\n").map((line) => [{ tag: "text", text: line }]);
  return { type: "post", content: JSON.stringify({ zh_cn: { content } }) };
}

function firstPartAndDocument(
  body: Message,
  parts: readonly Part[],
  screen: Screen,
  options: RenderOptions,
): readonly FeishuOutbound[] {
  const place = placeFor(body, true, screen, options.chat);
  const document: FeishuOutbound = {
    method: "im.file",
    request: {
      kind: "upload",
      as: "file",
      file: { text: sourceOf(body.content), name: "answer.md" },
      maxBytes: options.maxFileBytes,
      place: placeFor(body, false, screen, options.chat),
    },
    idempotent: false,
    cost: "message",
  };
  return [sendCard(body, parts[0] ?? [], tailOf(body.content), place, true), document];
}

function renderEdit(body: Edit, screen: Screen, options: RenderOptions): readonly FeishuOutbound[] {
  const sent = screen.slots[body.slot];
  const message: Message = { op: "message", content: body.content, slot: body.slot };
  const anew = (): readonly FeishuOutbound[] => renderMessage(message, screen, options);
  if (sent === undefined || sent.messageId === "") return body.orSend ? anew() : [];
  const extra = readLiveExtra(sent.extra);
  if (extra !== undefined) return renderEndLive({ op: "endLive", slot: body.slot, content: body.content }, screen);
  const edit: FeishuOutbound = {
    method: "im.message.patch",
    request: {
      kind: "patch",
      messageId: sent.messageId,
      content: JSON.stringify(cardOf(body.content)),
      ...(body.orSend ? {} : { optional: true as const }),
    },
    idempotent: true,
    cost: "edit",
  };
  const [first] = body.orSend ? anew() : [];
  return [first === undefined ? edit : { ...edit, fallback: first }];
}

function renderMark(messageId: MessageId, mark: Mark): FeishuOutbound {
  const emoji = reactions[mark];
  return {
    method: "im.messageReaction",
    request: { kind: "react", messageId, ...(emoji === undefined ? {} : { emoji }) },
    idempotent: true,
    cost: "none",
  };
}

/** A file takes no caption on this platform: it goes before it as a message. */
function renderFile(body: File, screen: Screen, options: RenderOptions): readonly FeishuOutbound[] {
  const file = { path: body.path, name: body.name };
  const place = placeOf(options.chat, screen, body.replyTo);
  const said: Message = { op: "message", content: { pieces: [{ as: "text", text: body.caption ?? "" }] } };
  const caption = renderMessage(
    body.replyTo === undefined ? said : { ...said, replyTo: body.replyTo },
    screen,
    options,
  );
  const document: FeishuOutbound = {
    method: "im.file",
    request: { kind: "upload", as: "file", file, maxBytes: options.maxFileBytes, place },
    idempotent: false,
    cost: "message",
  };
  if (!/\.(?:png|jpe?g|webp|gif|bmp)$/iu.test(body.name)) return [...caption, document];
  const image = { kind: "upload", as: "image", file, maxBytes: options.maxImageBytes, place } as const;
  return [...caption, { ...document, method: "im.image", request: image, fallback: document }];
}

/** The streaming card takes the given content, or says that it has ended; its streaming ends either way. */
function renderEndLive(body: EndLive, screen: Screen): readonly FeishuOutbound[] {
  const sent = screen.slots[body.slot];
  const extra = readLiveExtra(sent?.extra);
  // A card that was made may be on the screen, even if nobody heard so.
  if (sent === undefined || extra === undefined || extra.card === "") return [];
  const { ended } = feishuWords[extra.language];
  const first = body.content?.pieces[0]?.text ?? ended;
  return [
    {
      method: "cardkit.card.close",
      request: {
        kind: "closeCard",
        messageId: sent.messageId,
        summary: first.slice(0, 80),
        extra,
        ...(body.content === undefined ? {} : { card: cardOf(body.content) }),
      },
      slot: body.slot,
      idempotent: true,
      cost: "edit",
    },
  ];
}
