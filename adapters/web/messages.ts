import type { TranscriptChat, TranscriptEntry, TranscriptWrite } from "../../src/channel/port.ts";
import type { Content } from "../../src/model/delivery.ts";
import { type ChatKey, chatAddress, chatKey } from "../../src/model/ids.ts";
import { plainOf } from "../../src/model/text/plain.ts";
import { sanitize } from "../../src/model/text/sanitize.ts";
import { oneLine } from "../../src/model/text/truncate.ts";
import type { WebChat, WebMessage } from "./protocol.ts";

/** What an entry's body holds. */
export type MessageBody = Omit<WebMessage, "chat" | "id" | "seq">;

const titleLength = 80;
const previewLength = 120;

/** An entry as pages know it. */
export function messageOf({ chat, id, seq, body }: TranscriptEntry): WebMessage {
  return { chat: chatAddress(chat).chat, id, seq, ...(body as MessageBody) };
}

/** A chat as pages know it. */
export function chatOf({ chat, ...rest }: TranscriptChat): WebChat {
  return { chat: chatAddress(chat).chat, ...rest };
}

/** Key of a chat of the account. */
export function keyOf(account: string, chat: string): ChatKey {
  return chatKey({ channel: "web", account, chat });
}

/** How a new message is written, with what the list of chats says of it. */
export function writeOf(body: MessageBody): TranscriptWrite {
  const words = oneLine(sanitize(listed(body.content)), previewLength) || (body.files?.[0]?.name ?? "");
  return {
    body,
    preview: words,
    ...(body.from === "person" ? { title: oneLine(words, titleLength), pending: true } : {}),
    ...(body.endsLive === undefined ? {} : { endsLive: body.endsLive }),
  };
}

/** The first words of a message, as a list shows them. */
function listed({ pieces }: Content): string {
  const [first] = pieces.filter((piece) => piece.text.trim() !== "");
  const words = (first?.text ?? "").slice(0, 4 * previewLength);
  return first?.as === "markdown" ? plainOf(words) : words;
}

/** The words of a message, as they were written. */
export function plainText(content: Content): string {
  return content.pieces.map((piece) => piece.text).join("\n");
}
