import type { Attempt } from "../../src/channel/port.ts";
import { assertNever } from "../../src/lib/assert-never.ts";
import type { Clock } from "../../src/lib/clock.ts";
import type { Logger } from "../../src/lib/log.ts";
import type { CallResult, OutboundCall } from "../../src/model/delivery.ts";
import { type ChatKey, chatAddress, type MessageId } from "../../src/model/ids.ts";
import { lookUp, marked, sameFile, sameWords } from "./lookup.ts";
import { createCardSteps } from "./perform-card.ts";
import { createReactions } from "./reactions.ts";
import {
  type FeishuCall,
  type FeishuRequest,
  type FeishuUpload,
  feishuRequest,
  type Place,
  type Wire,
} from "./requests.ts";
import { readMessageId, uuidOf } from "./sent.ts";
import { uploadRefusal } from "./upload-refusal.ts";

/** What performing needs. */
export interface PerformDeps {
  readonly call: FeishuCall;
  readonly upload: FeishuUpload;
  /** What became of a call that failed. */
  classify(
    error: unknown,
    facts: { readonly chat: ChatKey; readonly method: string; readonly idempotent: boolean },
  ): CallResult;
  /** The platform's own code; undefined when there was no answer. */
  codeOf(error: unknown): number | undefined;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Executes one call; see `Channel.perform`. */
export type Perform = (
  chat: ChatKey,
  call: OutboundCall,
  signal: AbortSignal,
  attempt?: Attempt,
) => Promise<CallResult>;

/** The platform forgets a `uuid` after an hour; this long it is trusted, ms. */
const uuidTrustMs = 55 * 60_000;
/** The message replied to was recalled or deleted. */
const targetGone = new Set([230011, 231003]);
/** Older than 14 days, recalled, deleted. */
const unchangeable = new Set([230031, 230011, 231003]);
/** How long a reaction may take, ms. */
const markMs = 3000;

/** Executes calls made by this adapter's `render`, one at a time per chat. Never throws; repeating and falling back is the sender's. */
export function createPerform(deps: PerformDeps): Perform {
  const steps = createCardSteps(deps, (chat, wire, place, uuid, signal) => send(deps, chat, wire, place, uuid, signal));
  const react = createReactions(deps);
  const lines = new Map<ChatKey, Promise<unknown>>();

  async function run(
    chat: ChatKey,
    call: OutboundCall,
    signal: AbortSignal,
    attempt: Attempt | undefined,
  ): Promise<CallResult> {
    try {
      if (signal.aborted) return { outcome: "unknown", reason: "aborted" };
      const request = feishuRequest(call);
      switch (request.kind) {
        case "send":
          return await sendOnce(deps, chat, request, attempt, signal);
        case "upload":
          return await sendFile(deps, chat, request, attempt, signal);
        case "patch":
          return await patch(deps, request, signal);
        case "react":
          return await mark((limited) => react(request.messageId, request.emoji, limited), signal);
        case "createCard":
        case "sendCard":
        case "frame":
        case "closeCard":
          return await steps(chat, request, signal);
        default:
          return assertNever(request);
      }
    } catch (error) {
      if (signal.aborted) return { outcome: "unknown", reason: "aborted" };
      const result = deps.classify(error, { chat, method: call.method, idempotent: call.idempotent });
      deps.log.debug({ chat, method: call.method, result }, "feishu call fails");
      return result;
    }
  }

  return async (chat, call, signal, attempt) => {
    const before = lines.get(chat) ?? Promise.resolve();
    const mine = before.then(() => run(chat, call, signal, attempt));
    lines.set(chat, mine);
    const result = await mine;
    if (lines.get(chat) === mine) lines.delete(chat);
    return result;
  };
}

async function patch(
  deps: PerformDeps,
  request: Extract<FeishuRequest, { kind: "patch" }>,
  signal: AbortSignal,
): Promise<CallResult> {
  const { messageId, content } = request;
  const message = { messageId: messageId as MessageId };
  try {
    await deps.call({ method: "PATCH", path: messagePath(messageId), body: { content } }, signal);
  } catch (error) {
    if (request.optional !== true || !unchangeable.has(deps.codeOf(error) ?? 0)) throw error;
    deps.log.info({ messageId }, "card can no longer be changed");
  }
  return { outcome: "done", message };
}

/** A mark is no message: it holds nothing up. */
async function mark(act: (signal: AbortSignal) => Promise<void>, signal: AbortSignal): Promise<CallResult> {
  const limit = AbortSignal.timeout(markMs);
  try {
    await act(AbortSignal.any([signal, limit]));
  } catch (error) {
    if (signal.aborted || !limit.aborted) throw error;
  }
  return { outcome: "done" };
}

async function sendOnce(
  deps: PerformDeps,
  chat: ChatKey,
  request: Extract<FeishuRequest, { kind: "send" }>,
  attempt: Attempt | undefined,
  signal: AbortSignal,
): Promise<CallResult> {
  const { wire, place } = request;
  const uuid = attempt === undefined ? undefined : uuidOf(attempt.key);
  const since = attempt?.unsureSince;
  if (since === undefined || deps.clock.now() - since < uuidTrustMs) return send(deps, chat, wire, place, uuid, signal);
  const found = await lookUp(deps, chat, sameWords(wire), place, since, signal);
  if (found === "unclear") return send(deps, chat, marked(wire, request.language), place, uuid, signal);
  if (found !== undefined) return { outcome: "done", message: { messageId: found } };
  return send(deps, chat, wire, place, uuid, signal);
}

async function sendFile(
  deps: PerformDeps,
  chat: ChatKey,
  request: Extract<FeishuRequest, { kind: "upload" }>,
  attempt: Attempt | undefined,
  signal: AbortSignal,
): Promise<CallResult> {
  const refusal = await uploadRefusal(request.file, request.maxBytes);
  if (refusal !== undefined) return { outcome: "refused", reason: refusal };
  const since = attempt?.unsureSince;
  if (since !== undefined && deps.clock.now() - since >= uuidTrustMs) {
    const found = await lookUp(deps, chat, sameFile(request.file.name), request.place, since, signal);
    if (found !== undefined && found !== "unclear") return { outcome: "done", message: { messageId: found } };
  }
  const key = await deps.upload(request.as, request.file, signal);
  const content = JSON.stringify(request.as === "image" ? { image_key: key } : { file_key: key });
  const uuid = attempt === undefined ? undefined : uuidOf(attempt.key);
  return send(deps, chat, { type: request.as, content }, request.place, uuid, signal);
}

/** A reply, or a message of its own where there is nothing (left) to reply to. Rejects when the platform refuses it. */
async function send(
  deps: PerformDeps,
  chat: ChatKey,
  wire: Wire,
  place: Place,
  uuid: string | undefined,
  signal: AbortSignal,
): Promise<CallResult> {
  const body = { msg_type: wire.type, content: wire.content, ...(uuid === undefined ? {} : { uuid }) };
  for (const target of [place.replyTo, place.orReplyTo]) {
    if (target === undefined) continue;
    try {
      const thread = place.inThread === true ? { reply_in_thread: true } : {};
      const path = `${messagePath(target)}/reply`;
      return sent(await deps.call({ method: "POST", path, body: { ...body, ...thread } }, signal));
    } catch (error) {
      if (!targetGone.has(deps.codeOf(error) ?? 0)) throw error;
    }
  }
  const path = "/open-apis/im/v1/messages";
  const query = { receive_id_type: "chat_id" };
  return sent(
    await deps.call({ method: "POST", path, query, body: { receive_id: chatAddress(chat).chat, ...body } }, signal),
  );
}

function sent(data: unknown): CallResult {
  const messageId = readMessageId(data);
  return { outcome: "done", ...(messageId === undefined ? {} : { message: { messageId } }) };
}

function messagePath(messageId: string): string {
  return `/open-apis/im/v1/messages/${messageId}`;
}
