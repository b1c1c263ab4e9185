import type { OutboundCall } from "../../src/model/delivery.ts";
import type { ChatAddress } from "../../src/model/ids.ts";

/** A file to send: from disk (absolute path), or bytes the adapter made itself. */
export type FileSource =
  | { readonly path: string; readonly name: string }
  | { readonly text: string; readonly name: string };

/**
 * `OutboundCall.request` of this adapter. `payload` is Telegram's, without the address: chat and topic are put in when
 * the call is made, so that a chat that moved meanwhile is reached.
 */
export interface TelegramRequest {
  readonly payload: Readonly<Record<string, unknown>>;
  /** Goes into the payload under `field` as an upload. */
  readonly upload?: { readonly field: "document" | "photo"; readonly file: FileSource; readonly maxBytes: number };
}

/** An {@link OutboundCall} whose request is known to be ours. */
export interface TelegramCall extends OutboundCall {
  readonly request: TelegramRequest;
  readonly fallback?: TelegramCall;
}

/** Methods that take `message_thread_id`; the others find their message by id. */
const threaded = new Set([
  "sendMessage",
  "sendMessageDraft",
  "sendRichMessage",
  "sendDocument",
  "sendPhoto",
  "sendChatAction",
]);

/** Address fields of a payload. */
export function addressFields(method: string, address: ChatAddress): Readonly<Record<string, number>> {
  const chat = { chat_id: Number(address.chat) };
  if (address.topicId === undefined || !threaded.has(method)) return chat;
  return { ...chat, message_thread_id: Number(address.topicId) };
}

/** Reads a call back that went through the sender as `unknown`. Throws on a foreign one. */
export function telegramRequest(call: OutboundCall): TelegramRequest {
  const { request } = call;
  if (typeof request === "object" && request !== null && "payload" in request) return request as TelegramRequest;
  throw new Error(`not a Telegram request: ${call.method}`);
}
