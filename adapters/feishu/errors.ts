import type { CallResult } from "../../src/model/delivery.ts";
import { BridgeError } from "../../src/model/errors.ts";
import type { ChatKey } from "../../src/model/ids.ts";

/** Why a request failed, free of tokens. `api`: the platform said no. `http`: no usable answer came. */
export type Failure =
  | {
      readonly kind: "api";
      readonly code: number;
      /** The platform's own words. */
      readonly message: string;
      /** Until when the gateway refuses, ms from now. */
      readonly resetMs?: number;
    }
  | {
      readonly kind: "http";
      /** Short, for operators: a status, an error code or name, never a URL. */
      readonly reason: string;
      /** The request certainly never reached the platform. */
      readonly notSent: boolean;
      /** We gave up on it ourselves. */
      readonly aborted: boolean;
    };

/** Thrown by the client: carries no request and no cause, because both hold the token. */
export class ApiFailure extends Error {
  override readonly name = "ApiFailure";
  readonly failure: Failure;

  constructor(what: string, failure: Failure) {
    super(`${what}: ${failureReason(failure)}`);
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
function failureReason(failure: Failure): string {
  return failure.kind === "api" ? `${failure.code} ${failure.message}` : failure.reason;
}

/** Gateway frequency, HTTP 429 (open.feishu.cn api-call-guide/frequency-control). */
const gatewayLimit = 99991400;
/** 5 messages a second per chat; 5 a second and 100 a minute per tenant. */
const chatLimit = new Set([230020]);
const tenantLimit = new Set([11232]);
/** Bot outside the chat, chat dissolved, no such chat. */
const chatGone = new Set([230002, 230013, 230018, 230029, 232009, 232011]);
/** The message a reaction or edit is about is gone: nothing to do. */
const targetGone = new Set([231003, 230011]);
const reactionMethods = new Set(["im.messageReaction"]);
/** Wrong secret, app off, tokens refused even after a fresh one. */
const unauthorizedCodes = new Set([10003, 10014, 10015, 99991661, 99991663, 99991668, 99991671, 99991677, 99991543]);
const scopeMissing = new Set([99991672, 99991679, 230027]);
/** Internal errors and busy servers: it did not happen, or nobody knows. */
const serverCodes = new Set([1500, 2200, 5000, 55001, 190005]);
/** What is waited after a limit that names no time, ms. */
const limitPauseMs = 1000;

/** The platform's own code; undefined when there was no answer. */
export function codeOf(error: unknown): number | undefined {
  return error instanceof ApiFailure && error.failure.kind === "api" ? error.failure.code : undefined;
}

/** A failure of the platform, or our own end of patience with it. */
export function isTold(error: unknown): boolean {
  return error instanceof ApiFailure || (error instanceof Error && error.name === "TimeoutError");
}

/** What a failed call comes to. Rethrows what is no failure of the platform. */
export function classify(error: unknown, call: CallFacts): CallResult {
  if (!(error instanceof ApiFailure)) throw error;
  const { failure } = error;
  if (failure.kind === "http") return classifyHttp(failure, call);
  const { code } = failure;
  const reason = failureReason(failure);
  if (code === gatewayLimit) return limited("account", failure.resetMs);
  if (tenantLimit.has(code)) return limited("account", failure.resetMs);
  if (chatLimit.has(code)) return limited("chat", failure.resetMs);
  if (unauthorizedCodes.has(code)) return { outcome: "unauthorized", reason };
  if (chatGone.has(code)) return { outcome: "gone", reason };
  if (targetGone.has(code) && reactionMethods.has(call.method)) return { outcome: "done" };
  if (serverCodes.has(code)) return ambiguous(reason, call);
  if (scopeMissing.has(code)) return { outcome: "refused", reason: `a scope is missing: ${reason}` };
  return { outcome: "refused", reason };
}

function limited(scope: "chat" | "account", resetMs: number | undefined): CallResult {
  return { outcome: "rateLimited", scope, retryAfterMs: resetMs ?? limitPauseMs };
}

function ambiguous(reason: string, call: CallFacts): CallResult {
  return { outcome: call.idempotent ? "retry" : "unknown", reason };
}

function classifyHttp(failure: Extract<Failure, { kind: "http" }>, call: CallFacts): CallResult {
  if (failure.aborted) return { outcome: "unknown", reason: failure.reason };
  if (failure.notSent) return { outcome: "retry", reason: failure.reason };
  return ambiguous(failure.reason, call);
}

/** The secret or the app itself is refused: only an operator can mend it. */
export function isUnauthorized(error: unknown): boolean {
  const code = codeOf(error);
  return code !== undefined && unauthorizedCodes.has(code);
}

/** A failure outside the sending path, in the service's own terms. */
export function bridgeError(error: unknown): BridgeError {
  if (error instanceof BridgeError) return error;
  if (!(error instanceof ApiFailure)) throw error;
  const { failure, message } = error;
  if (failure.kind === "http") return new BridgeError("channelUnreachable", message);
  if (unauthorizedCodes.has(failure.code)) return new BridgeError("channelUnauthorized", message);
  if (failure.code === 234037) return new BridgeError("fileTooLarge", message);
  if (failure.code >= 234000 && failure.code < 235000) return new BridgeError("fileGone", message);
  const retry = failure.resetMs === undefined ? {} : { retryAfterMs: failure.resetMs };
  return new BridgeError("channelUnreachable", message, retry);
}
