import type { ChatFacts, InboundEvent, TranscriptEntry } from "../../src/channel/port.ts";
import { type ChatKey, chatAddress, type MessageId, webOwner } from "../../src/model/ids.ts";
import type { Attachment, InboundMessage, Person } from "../../src/model/message.ts";
import { oneLine } from "../../src/model/text/truncate.ts";
import type { Language } from "../../src/model/view.ts";
import { type MessageBody, plainText } from "./messages.ts";
import type { FromPage, WebFile } from "./protocol.ts";

const titleLength = 60;

const names: Readonly<Record<Language, string>> = { en: "you", "zh-CN": "你" };

/** The one person of this channel. */
export function personOf(language: Language): Person {
  return { id: webOwner, name: names[language] };
}

/** A chat of the web is always private; it is called by the newest words in it. */
export function factsOf(chat: ChatKey, words = ""): ChatFacts {
  return {
    chat,
    private: true,
    title: oneLine(words.slice(0, 4 * titleLength), titleLength) || chatAddress(chat).chat,
  };
}

/** What a person's message is written as. */
export function bodyOf(say: Extract<FromPage, { type: "say" }>, files: readonly WebFile[], at: number): MessageBody {
  return {
    at,
    from: "person",
    sayId: say.id,
    content: { pieces: say.text === "" ? [] : [{ as: "text", text: say.text }] },
    ...(say.replyTo === undefined ? {} : { replyTo: say.replyTo }),
    ...(files.length === 0 ? {} : { files }),
  };
}

/** Pure. A written message as an event; `quoted`: the message it replies to. */
export function eventOf(
  entry: TranscriptEntry,
  quoted: TranscriptEntry | undefined,
  person: Person,
): Extract<InboundEvent, { kind: "message" }> {
  const body = entry.body as MessageBody;
  const message: InboundMessage = {
    messageId: entry.id,
    person,
    sentAt: body.at,
    text: plainText(body.content),
    attachments: (body.files ?? []).map(attachmentOf),
    ...(body.replyTo === undefined ? {} : { replyTo: replyOf(body.replyTo, quoted) }),
  };
  return {
    kind: "message",
    dedupe: `say-${entry.id}`,
    at: factsOf(entry.chat, message.text),
    message,
    addressed: true,
  };
}

function attachmentOf({ id, name, bytes, type }: WebFile): Attachment {
  return { kind: type.startsWith("image/") ? "image" : "file", ref: id, name, mime: type, size: bytes };
}

function replyOf(messageId: MessageId, quoted: TranscriptEntry | undefined): NonNullable<InboundMessage["replyTo"]> {
  const body = quoted?.body as MessageBody | undefined;
  return body === undefined
    ? { messageId, own: false }
    : { messageId, own: body.from === "bot", text: plainText(body.content) };
}
