import type { Capabilities, OutboundCall } from "../model/delivery.ts";
import type { ChatKey } from "../model/ids.ts";

/** `durable`: finals, approvals, control. `live`: frames that may be dropped. */
export type LaneKind = "durable" | "live";
export type Cost = OutboundCall["cost"];

/** What a call would be charged to. */
export interface Charge {
  readonly chat: ChatKey;
  readonly group: boolean;
  readonly cost: Cost;
  readonly lane: LaneKind;
}

/** Calls that may be made back to back by an idle account: one for anything, one only for durable calls. */
const accountBurst = 2;
const keptForDurable = 1;
/** Of a group's minute, calls that live frames leave to finals. */
const groupKeptForDurable = 3;
const minuteMs = 60_000;
const slowerFactor = 1.5;
const slowestFactor = 8;
/** The excess of a slowed spacing halves in this time. */
const recoveryMs = 60_000;
/** A chat untouched for this long is forgotten; longer than any bucket or window needs to be full again. */
const idleMs = 2 * minuteMs;
const epsilon = 1e-6;

interface ChatBudget {
  tokens: number;
  at: number;
  /** Calls of the last minute, oldest first (groups only). */
  readonly recent: number[];
  blockedUntil: number;
  slow: Slowness;
}

interface Slowness {
  factor: number;
  at: number;
}

/**
 * Token buckets of one account: the whole account (one token kept for durable calls), each chat, and a sliding minute
 * per group. Times are ms of one clock that is never set back, given with each call; nothing here reads a clock.
 */
export interface Budgets {
  /** Earliest time the chat's own limits allow the call; the past or `now` when at once. */
  chatReadyAt(charge: Charge, now: number): number;
  /** Earliest time the account allows a call of this lane. */
  accountReadyAt(lane: LaneKind, now: number): number;
  /** Calls the account may make at once, and until when the platform told it to wait (ms; 0: not). */
  account(now: number): { readonly tokens: number; readonly blockedUntil: number };
  /** Until when the platform told the chat, or the whole account, to wait; ms, the past when it is over. */
  blockedUntil(chat: ChatKey): number;
  spend(charge: Charge, now: number): void;
  /** Takes back a {@link Budgets.spend} whose call was not made. */
  refund(charge: Charge): void;
  /** A 429: nothing for that chat (or at all) until then, and live frames further apart from now on. */
  limited(scope: "chat" | "account", chat: ChatKey, until: number, now: number): void;
  /** Stops the whole account until then, without slowing it. */
  blockAccount(until: number): void;
  /** Least ms between two live frames of the chat. */
  spacingMs(chat: ChatKey, group: boolean, now: number): number;
  /** Chats remembered; for memory tests. */
  readonly size: number;
}

/** Budgets of an account by its channel's published rates. */
export function createBudgets(rate: Capabilities["rate"]): Budgets {
  return new AccountBudgets(rate);
}

class AccountBudgets implements Budgets {
  readonly #rate: Capabilities["rate"];
  readonly #chats = new Map<ChatKey, ChatBudget>();
  readonly #account = { tokens: accountBurst, at: 0, blockedUntil: 0, slow: { factor: 1, at: 0 } };
  #untilSweep = 256;

  constructor(rate: Capabilities["rate"]) {
    this.#rate = rate;
  }

  get size(): number {
    return this.#chats.size;
  }

  chatReadyAt(charge: Charge, now: number): number {
    const chat = this.#chats.get(charge.chat);
    if (chat === undefined) return now;
    if (charge.cost === "none") return Math.max(now, chat.blockedUntil);
    const { chatPerSecond, chatBurst, groupPerMinute } = this.#rate;
    const tokens = refilled(chat, now, chatPerSecond, chatBurst);
    const forTokens = waitFor(1 - tokens, chatPerSecond, now);
    if (!charge.group || groupPerMinute === undefined) return Math.max(chat.blockedUntil, forTokens);
    const allowed = charge.lane === "durable" ? groupPerMinute : Math.max(1, groupPerMinute - groupKeptForDurable);
    return Math.max(chat.blockedUntil, forTokens, windowReadyAt(chat.recent, allowed, now));
  }

  account(now: number): { readonly tokens: number; readonly blockedUntil: number } {
    const tokens = refilled(this.#account, now, this.#rate.accountPerSecond, accountBurst);
    return { tokens, blockedUntil: this.#account.blockedUntil };
  }

  blockedUntil(chat: ChatKey): number {
    return Math.max(this.#account.blockedUntil, this.#chats.get(chat)?.blockedUntil ?? 0);
  }

  accountReadyAt(lane: LaneKind, now: number): number {
    const tokens = refilled(this.#account, now, this.#rate.accountPerSecond, accountBurst);
    const needed = lane === "durable" ? 1 : 1 + keptForDurable;
    return Math.max(this.#account.blockedUntil, waitFor(needed - tokens, this.#rate.accountPerSecond, now));
  }

  spend(charge: Charge, now: number): void {
    const { accountPerSecond, chatPerSecond, chatBurst } = this.#rate;
    take(this.#account, now, accountPerSecond, accountBurst);
    if (charge.cost === "none") return;
    const chat = this.#chat(charge.chat, now);
    take(chat, now, chatPerSecond, chatBurst);
    if (charge.group && this.#rate.groupPerMinute !== undefined) chat.recent.push(now);
  }

  refund(charge: Charge): void {
    this.#account.tokens = Math.min(accountBurst, this.#account.tokens + 1);
    const chat = this.#chats.get(charge.chat);
    if (charge.cost === "none" || chat === undefined) return;
    chat.tokens = Math.min(this.#rate.chatBurst, chat.tokens + 1);
    if (charge.group) chat.recent.pop();
  }

  limited(scope: "chat" | "account", chat: ChatKey, until: number, now: number): void {
    const target = scope === "chat" ? this.#chat(chat, now) : this.#account;
    target.blockedUntil = Math.max(target.blockedUntil, until);
    target.slow = { factor: Math.min(slowestFactor, factorAt(target.slow, now) * slowerFactor), at: now };
  }

  blockAccount(until: number): void {
    this.#account.blockedUntil = until;
  }

  spacingMs(chat: ChatKey, group: boolean, now: number): number {
    const base = group ? this.#rate.liveSpacingGroupMs : this.#rate.liveSpacingMs;
    const own = this.#chats.get(chat);
    return base * Math.max(factorAt(this.#account.slow, now), own === undefined ? 1 : factorAt(own.slow, now));
  }

  #chat(key: ChatKey, now: number): ChatBudget {
    let chat = this.#chats.get(key);
    if (chat === undefined) {
      chat = { tokens: this.#rate.chatBurst, at: now, recent: [], blockedUntil: 0, slow: { factor: 1, at: now } };
      this.#chats.set(key, chat);
      this.#sweep(now);
    }
    return chat;
  }

  /** Every time the map could have doubled, so that eviction costs O(1) per new chat. */
  #sweep(now: number): void {
    if (this.#chats.size < this.#untilSweep) return;
    for (const [key, chat] of this.#chats) {
      if (now - chat.at > idleMs && chat.blockedUntil <= now && factorAt(chat.slow, now) < 1.1) this.#chats.delete(key);
    }
    this.#untilSweep = Math.max(256, 2 * this.#chats.size);
  }
}

function refilled(
  bucket: { readonly tokens: number; readonly at: number },
  now: number,
  perSecond: number,
  burst: number,
): number {
  return Math.min(burst, bucket.tokens + (Math.max(0, now - bucket.at) * perSecond) / 1000);
}

function take(bucket: { tokens: number; at: number }, now: number, perSecond: number, burst: number): void {
  bucket.tokens = refilled(bucket, now, perSecond, burst) - 1;
  bucket.at = now;
}

function waitFor(missing: number, perSecond: number, now: number): number {
  return missing <= epsilon ? now : now + Math.ceil((missing / perSecond) * 1000);
}

function windowReadyAt(recent: number[], allowed: number, now: number): number {
  while (recent[0] !== undefined && recent[0] <= now - minuteMs) recent.shift();
  const oldest = recent[recent.length - allowed];
  return oldest === undefined ? now : oldest + minuteMs;
}

function factorAt(slow: Slowness, now: number): number {
  return slow.factor === 1 ? 1 : 1 + (slow.factor - 1) * 0.5 ** ((now - slow.at) / recoveryMs);
}
