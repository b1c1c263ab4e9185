import { stat } from "node:fs/promises";
import { InputFile } from "grammy";
import type { HealthKeeper } from "../../src/lib/account-health.ts";
import type { Clock } from "../../src/lib/clock.ts";
import type { Logger } from "../../src/lib/log.ts";
import type { CallResult, OutboundCall } from "../../src/model/delivery.ts";
import { type ChatKey, chatAddress, type MessageId } from "../../src/model/ids.ts";
import type { TelegramClient } from "./client.ts";
import { ApiFailure, classify, draftsRefused, type Failure } from "./errors.ts";
import { addressFields, type TelegramRequest, telegramRequest } from "./requests.ts";
import { readSentId } from "./wire.ts";

export interface PerformDeps {
  readonly client: TelegramClient;
  readonly health: HealthKeeper;
  readonly clock: Clock;
  readonly log: Logger;
  /** Told when a chat refuses drafts. */
  onDraftsRefused(chat: ChatKey): void;
}

/** Two chats refused within this time: the account is meant. */
const accountWindowMs = 1000;

/** Executes calls made by this adapter's `render`. Never throws; no retry and no fallback here, that is the sender's. */
export function createPerform(
  deps: PerformDeps,
): (chat: ChatKey, call: OutboundCall, signal: AbortSignal) => Promise<CallResult> {
  const { client, health, log } = deps;
  const account = createFloodWatch(deps.clock);
  return async (chat, call, signal) => {
    try {
      const request = telegramRequest(call);
      const refusal = await uploadRefusal(request);
      if (refusal !== undefined) return { outcome: "refused", reason: refusal };
      const answer = await client.call(
        call.method,
        payloadOf(call.method, request, chat),
        signal,
        request.upload === undefined ? "call" : "upload",
      );
      const id = readSentId(answer);
      return { outcome: "done", ...(id === undefined ? {} : { message: { messageId: String(id) as MessageId } }) };
    } catch (error) {
      const failure = failureOf(error);
      if (call.method === "sendMessageDraft" && draftsRefused(failure)) deps.onDraftsRefused(chat);
      const result = account.scoped(
        chat,
        classify(failure, { chat, method: call.method, idempotent: call.idempotent }),
      );
      if (result.outcome === "unauthorized") health.trouble("failed", "Telegram refuses the bot token");
      if (result.outcome !== "done") log.debug({ chat, method: call.method, result }, "telegram call fails");
      return result;
    }
  };
}

/** Everything the client throws is an ApiFailure; anything else happened before the request was made. */
function failureOf(error: unknown): Failure {
  if (error instanceof ApiFailure) return error.failure;
  return {
    kind: "http",
    reason: error instanceof Error ? error.message : "unreadable request",
    notSent: true,
    aborted: false,
  };
}

function payloadOf(method: string, request: TelegramRequest, chat: ChatKey): object {
  const payload = { ...request.payload, ...addressFields(method, chatAddress(chat)) };
  if (request.upload === undefined) return payload;
  const { field, file } = request.upload;
  const input = "path" in file ? new InputFile(file.path, file.name) : new InputFile(Buffer.from(file.text), file.name);
  return { ...payload, [field]: input };
}

/** Why a file cannot be sent at all; the platform would only say so after the upload. */
async function uploadRefusal(request: TelegramRequest): Promise<string | undefined> {
  const { upload } = request;
  if (upload === undefined || !("path" in upload.file)) return undefined;
  try {
    const { size } = await stat(upload.file.path);
    if (size === 0) return "the file is empty";
    return size > upload.maxBytes ? `the file has ${size} bytes, ${upload.maxBytes} can be sent` : undefined;
  } catch (error) {
    return `the file cannot be read: ${error instanceof Error && "code" in error ? String(error.code) : "unknown"}`;
  }
}

/** Telegram does not say whose limit was hit: refusals of two chats within a second mean the account's. */
function createFloodWatch(clock: Clock): { scoped(chat: ChatKey, result: CallResult): CallResult } {
  let last: { readonly chat: ChatKey; readonly at: number } | undefined;
  return {
    scoped(chat, result) {
      if (result.outcome !== "rateLimited") return result;
      const before = last;
      last = { chat, at: clock.now() };
      const both = before !== undefined && before.chat !== chat && last.at - before.at <= accountWindowMs;
      return both ? { ...result, scope: "account" } : result;
    },
  };
}
