import type { Attempt, Channel } from "../channel/port.ts";
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/log.ts";
import type { CallResult, OutboundCall } from "../model/delivery.ts";
import { BridgeError } from "../model/errors.ts";
import type { ChatKey } from "../model/ids.ts";
import { lengthOf, type Trace, type TraceLine } from "../model/trace.ts";
import type { Language } from "../model/view.ts";
import type { OutboxStore } from "./port.ts";
import type { Scheduler } from "./scheduler.ts";

/** Times of the sender, ms. */
export interface SenderLimits {
  /** Without a renewal for this long nothing is sent any more; equals the lease in Redis. */
  readonly leaseMs: number;
  readonly renewMs: number;
  /** Waiting chats are read again this often, in case a notice got lost. */
  readonly recheckMs: number;
  /** An unchanged live frame is repeated so that elapsed time moves and drafts stay alive. */
  readonly refreshMs: number;
  readonly refreshGroupMs: number;
  readonly busyMs: number;
  readonly probeMs: number;
  /** A live frame without an answer is given up after this, so that it cannot hold up a final. */
  readonly liveTimeoutMs: number;
  readonly backoffMinMs: number;
  readonly backoffMaxMs: number;
  /** How long `stop` waits for calls that are out before it aborts them. */
  readonly stopMs: number;
}

/** Defaults of {@link SenderLimits}. */
export const senderLimits: SenderLimits = {
  leaseMs: 5000,
  renewMs: 1600,
  recheckMs: 10_000,
  refreshMs: 5000,
  refreshGroupMs: 10_000,
  busyMs: 4500,
  probeMs: 30_000,
  liveTimeoutMs: 10_000,
  backoffMinMs: 500,
  backoffMaxMs: 30_000,
  stopMs: 5000,
};

/** What the sender counts. */
export interface SenderMetrics {
  /** One per platform call. */
  call(lane: "durable" | "live", outcome: CallResult["outcome"]): void;
  /** A send whose outcome nobody knows; it is sent again. */
  ambiguousSend(): void;
  /** The platform told us to wait. */
  limited(scope: "chat" | "account"): void;
  /** The account's lease is, or may be, another's. */
  leaseLost(): void;
  /** The same calls, one by one. */
  readonly trace?: Trace | undefined;
}

/** Whose a call is, and where the chat is now. */
export interface Addressee {
  readonly chat: ChatKey;
  readonly address: ChatKey;
}

/** What account-wide trouble is reported to. */
export interface Trouble {
  /** The platform answered properly. */
  ok(): void;
  /** Transient: it is tried again. */
  degraded(reason: string): void;
  /** The token is refused: everything stops until a probe succeeds. */
  unauthorized(reason: string): void;
  limited(scope: "chat" | "account", chat: ChatKey, retryAfterMs: number): void;
}

/** What one lease period works with. */
export interface Desk {
  readonly channel: Channel;
  readonly store: OutboxStore;
  readonly epoch: number;
  readonly clock: Clock;
  readonly log: Logger;
  readonly limits: SenderLimits;
  readonly metrics: SenderMetrics | undefined;
  readonly language: Language;
  readonly trouble: Trouble;
  /** Aborts calls that are out, at the very end of `stop`. */
  readonly signal: AbortSignal;
  /** False once the lease may have run out. */
  holdsLease(): boolean;
  /** Jitter, 0–1. */
  random(): number;
}

/** What a chat's lanes work with. */
export interface LaneHost {
  readonly desk: Desk;
  readonly scheduler: Scheduler;
  /** Keeps a task until it ends; its rejection ends the shift. */
  watch(task: Promise<void>): void;
  pump(): void;
}

/** Wait before try number `tries` (from 1): doubling, with half of it at random. */
export function backoffMs(desk: Desk, tries: number): number {
  const full = Math.min(desk.limits.backoffMaxMs, desk.limits.backoffMinMs * 2 ** Math.min(tries - 1, 16));
  return full * (0.5 + desk.random() / 2);
}

/** Throws BridgeError `leaseLost` when another sender may own the account by now. */
function assertLease(desk: Desk): void {
  if (!desk.holdsLease()) throw new BridgeError("leaseLost", `sender lease of ${desk.channel.account} ran out`);
}

/**
 * Repeats a step with Redis until it is done: what the platform has done already must not be forgotten because Redis
 * was away. Rejects only when another sender took the lease or this one is aborted.
 */
export async function persist<T>(desk: Desk, step: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await step();
    } catch (error) {
      if (error instanceof BridgeError && error.code === "leaseLost") throw error;
      desk.signal.throwIfAborted();
      desk.log.warn({ err: error, tries }, "outbox store fails, trying again");
      desk.trouble.degraded("Redis does not answer");
      await desk.clock.sleep(backoffMs(desk, tries), desk.signal);
    }
  }
}

/** One platform call; a throw of the adapter, which its contract excludes, counts as no answer. */
export async function perform(
  desk: Desk,
  lane: "durable" | "live",
  { chat, address }: Addressee,
  call: OutboundCall,
  attempt?: Attempt,
): Promise<CallResult> {
  assertLease(desk);
  const begunAt = desk.clock.now();
  const result = await answered(desk, lane, address, call, attempt);
  desk.metrics?.call(lane, result.outcome);
  const trace = desk.metrics?.trace;
  if (trace?.on(chat) === true) trace.add(chat, callLine(lane, call, result, desk.clock.now() - begunAt));
  switch (result.outcome) {
    case "rateLimited":
      desk.metrics?.limited(result.scope);
      desk.trouble.limited(result.scope, address, result.retryAfterMs);
      break;
    case "unauthorized":
      desk.trouble.unauthorized(result.reason);
      break;
    case "unknown":
    case "retry":
      desk.trouble.degraded(result.reason);
      break;
    default:
      desk.trouble.ok();
  }
  return result;
}

/** A call as a trace tells it: not what it says. */
function callLine(lane: "durable" | "live", call: OutboundCall, result: CallResult, ms: number): Omit<TraceLine, "at"> {
  const limited = result.outcome === "rateLimited" ? { scope: result.scope, retryAfterMs: result.retryAfterMs } : {};
  const message = result.outcome === "done" ? result.message : undefined;
  return {
    part: "platform",
    dir: "out",
    kind: "call",
    method: call.method,
    size: JSON.stringify(call.request ?? null).length,
    ms,
    outcome: result.outcome,
    facts: {
      lane,
      ...(call.slot === undefined ? {} : { slot: call.slot }),
      ...(message === undefined ? {} : { messageId: message.messageId }),
      ...limited,
      ...("reason" in result ? { reason: lengthOf(result.reason) } : {}),
    },
  };
}

async function answered(
  desk: Desk,
  lane: "durable" | "live",
  chat: ChatKey,
  call: OutboundCall,
  attempt: Attempt | undefined,
): Promise<CallResult> {
  const bounded = lane === "live" ? withDeadline(desk) : { signal: desk.signal, release: () => {} };
  try {
    return await desk.channel.perform(chat, call, bounded.signal, attempt);
  } catch (error) {
    desk.log.error({ err: error, chat, method: call.method }, "channel throws");
    return { outcome: "unknown", reason: "the channel threw" };
  } finally {
    bounded.release();
  }
}

function withDeadline(desk: Desk): { readonly signal: AbortSignal; release(): void } {
  const over = new AbortController();
  const late = new AbortController();
  desk.clock.sleep(desk.limits.liveTimeoutMs, over.signal).then(
    () => late.abort(),
    () => {}, // released: the call answered in time
  );
  return { signal: AbortSignal.any([desk.signal, late.signal]), release: () => over.abort() };
}
