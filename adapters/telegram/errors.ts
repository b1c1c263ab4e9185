import type { CallResult } from "../../src/model/delivery.ts";
import { BridgeError } from "../../src/model/errors.ts";
import { type ChatKey, chatAddress, chatKey } from "../../src/model/ids.ts";

/** Why a request failed, free of the token. `api`: Telegram said no. `http`: no usable answer came. */
export type Failure =
  | {
      readonly kind: "api";
      readonly code: number;
      /** Telegram's own words. */
      readonly description: string;
      /** Seconds. */
      readonly retryAfter?: number;
      readonly migrateTo?: number;
    }
  | {
      readonly kind: "http";
      /** Short, for operators: an error code or name, never a URL. */
      readonly reason: string;
      /** The request certainly never reached Telegram. */
      readonly notSent: boolean;
      /** We gave up on it ourselves. */
      readonly aborted: boolean;
    };

/** Thrown by the client: carries no URL and no cause, because both may hold the token. */
export class ApiFailure extends Error {
  override readonly name = "ApiFailure";
  readonly failure: Failure;

  constructor(method: string, failure: Failure) {
    super(`${method}: ${failureReason(failure)}`);
    this.failure = failure;
  }
}

/** What the classifier has to know about the call that failed. */
export interface CallFacts {
  readonly chat: ChatKey;
  readonly method: string;
  readonly idempotent: boolean;
}

/** One line for operators. */
export function failureReason(failure: Failure): string {
  return failure.kind === "api" ? `${failure.code} ${failure.description}` : failure.reason;
}

/** Answers that mean the wanted state is there already. Source: tdlib/telegram-bot-api Client.cpp, Bot API 10.0. */
const alreadySo: readonly { readonly method?: string; readonly text: RegExp }[] = [
  { text: /message is not modified/i },
  { method: "deleteMessage", text: /message to delete not found/i },
  { method: "answerCallbackQuery", text: /query is too old|query id is invalid|QUERY_ID_INVALID/i },
];

/** Answers after which nothing can be written to the chat (or its topic) any more. */
const chatGone: readonly RegExp[] = [
  /chat not found/i,
  /message thread not found/i,
  /TOPIC_DELETED/,
  /topic_id_invalid/i,
  /PEER_ID_INVALID/,
];

/** Drafts are not to be had in this chat; the caller goes on with a status message. */
export function draftsRefused(failure: Failure): boolean {
  if (failure.kind !== "api") return false;
  return /TEXTDRAFT_PEER_INVALID/.test(failure.description) || methodMissing(failure);
}

/** An older Bot API server without this method. */
function methodMissing(failure: Failure): boolean {
  return failure.kind === "api" && failure.code === 404 && /method not found/i.test(failure.description);
}

/** Pure. What a failed call comes to, by the table of Telegram's error strings. */
export function classify(failure: Failure, call: CallFacts): CallResult {
  if (failure.kind === "http") return classifyHttp(failure, call);
  const { code, description } = failure;
  const said = (pattern: RegExp): boolean => pattern.test(description);
  if (failure.migrateTo !== undefined) return { outcome: "moved", to: movedKey(call.chat, failure.migrateTo) };
  if (code === 429) return { outcome: "rateLimited", scope: "chat", retryAfterMs: (failure.retryAfter ?? 1) * 1000 };
  if (code === 401) return { outcome: "unauthorized", reason: description };
  if (code === 404)
    return methodMissing(failure) ? refused(description) : { outcome: "unauthorized", reason: description };
  if (code === 403) return { outcome: "gone", reason: description };
  if (alreadySo.some((rule) => (rule.method ?? call.method) === call.method && said(rule.text)))
    return { outcome: "done" };
  if (chatGone.some(said)) return { outcome: "gone", reason: description };
  if (code >= 500) return ambiguous(failureReason(failure), call);
  return refused(description);
}

function refused(reason: string): CallResult {
  return { outcome: "refused", reason };
}

function ambiguous(reason: string, call: CallFacts): CallResult {
  return { outcome: call.idempotent ? "retry" : "unknown", reason };
}

function classifyHttp(failure: Extract<Failure, { kind: "http" }>, call: CallFacts): CallResult {
  if (failure.aborted) return { outcome: "unknown", reason: failure.reason };
  if (failure.notSent) return { outcome: "retry", reason: failure.reason };
  return ambiguous(failure.reason, call);
}

function movedKey(from: ChatKey, to: number): ChatKey {
  const { channel, account } = chatAddress(from);
  return chatKey({ channel, account, chat: String(to) });
}

/** Pure. A failure outside the sending path, in the service's own terms. */
export function bridgeError(method: string, failure: Failure): BridgeError {
  const message = `Telegram ${method}: ${failureReason(failure)}`;
  if (failure.kind === "http") return new BridgeError("channelUnreachable", message);
  if (failure.code === 401 || (failure.code === 404 && !methodMissing(failure)))
    return new BridgeError("channelUnauthorized", message);
  if (method === "getFile" && /file is too big/i.test(failure.description))
    return new BridgeError("fileTooLarge", message);
  if (method === "getFile" && failure.code === 400) return new BridgeError("fileGone", message);
  const retryAfterMs = failure.retryAfter === undefined ? {} : { retryAfterMs: failure.retryAfter * 1000 };
  return new BridgeError("channelUnreachable", message, retryAfterMs);
}
