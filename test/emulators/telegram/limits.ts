import type { Chat } from "./chats.ts";
import { tooMany } from "./refusal.ts";

/** Rates the emulator enforces; Telegram's are unpublished, these are the known ones. */
export interface RateOptions {
  /** Messages and edits in one private chat: refill per second, and how many at once. */
  readonly privatePerSecond: number;
  readonly privateBurst: number;
  /** Messages and edits in one group within any 60 s. */
  readonly groupPerMinute: number;
  /** Messages and edits over all chats. */
  readonly globalPerSecond: number;
  /** Drafts, actions and reactions in one chat. */
  readonly lightPerSecond: number;
  readonly lightBurst: number;
}

export const defaultRates: RateOptions = {
  privatePerSecond: 1,
  privateBurst: 5,
  groupPerMinute: 20,
  globalPerSecond: 30,
  lightPerSecond: 5,
  lightBurst: 20,
};

/** Tokens that come back with time. */
class Bucket {
  readonly #perSecond: number;
  readonly #burst: number;
  #tokens: number;
  #at: number;

  constructor(perSecond: number, burst: number, now: number) {
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#tokens = burst;
    this.#at = now;
  }

  /** 0: there is a token. Otherwise ms until there is one. */
  wait(now: number): number {
    this.#tokens = Math.min(this.#burst, this.#tokens + ((now - this.#at) / 1000) * this.#perSecond);
    this.#at = now;
    return this.#tokens >= 1 - 1e-9 ? 0 : ((1 - this.#tokens) / this.#perSecond) * 1000;
  }

  take(): void {
    this.#tokens -= 1;
  }
}

/** At most `size` within any 60 s. */
class Window {
  readonly #size: number;
  #times: number[] = [];

  constructor(size: number) {
    this.#size = size;
  }

  wait(now: number): number {
    this.#times = this.#times.filter((time) => now - time < 60_000);
    const blocking = this.#times.at(-this.#size);
    return blocking === undefined ? 0 : blocking + 60_000 - now;
  }

  take(now: number): void {
    this.#times.push(now);
  }
}

/** Flood control. A chat told to wait stays refused until then; calling early changes nothing and is a violation. */
export class RateLimits {
  /** Undefined: no limits but the blocks that faults set. */
  readonly #rates: RateOptions | undefined;
  readonly #now: () => number;
  readonly #chats = new Map<string, Bucket | Window>();
  readonly #blocked = new Map<number | "all", number>();
  #global: Bucket | undefined;

  constructor(rates: RateOptions | undefined, now: () => number) {
    this.#rates = rates;
    this.#now = now;
  }

  /** Nothing goes to the chat (`all`: anywhere) for so many seconds. */
  block(chat: number | "all", seconds: number): void {
    this.#blocked.set(chat, this.#now() + seconds * 1000);
  }

  /** Throws 429 while the chat is blocked. */
  checkBlocked(chatId: number): void {
    for (const key of [chatId, "all"] as const) {
      const left = (this.#blocked.get(key) ?? 0) - this.#now();
      if (left > 0) throw tooMany(Math.ceil(left / 1000), "rate");
      this.#blocked.delete(key);
    }
  }

  /** Counts a call. Throws 429 and blocks the chat (or all) when it is one too many. */
  charge(kind: "message" | "light", chat: Chat): void {
    const rates = this.#rates;
    if (rates === undefined) return;
    const now = this.#now();
    const own = this.#ofChat(kind, chat, rates);
    this.#refuse(chat.id, own.wait(now));
    if (kind === "message") {
      this.#global ??= new Bucket(rates.globalPerSecond, rates.globalPerSecond, now);
      this.#refuse("all", this.#global.wait(now));
      this.#global.take();
    }
    own.take(now);
  }

  #refuse(key: number | "all", waitMs: number): void {
    if (waitMs <= 0) return;
    const seconds = Math.max(1, Math.ceil(waitMs / 1000));
    this.block(key, seconds);
    throw tooMany(seconds);
  }

  #ofChat(kind: "message" | "light", chat: Chat, rates: RateOptions): Bucket | Window {
    const key = `${kind} ${chat.id}`;
    const found = this.#chats.get(key);
    if (found !== undefined) return found;
    const made =
      kind === "light"
        ? new Bucket(rates.lightPerSecond, rates.lightBurst, this.#now())
        : chat.type === "private"
          ? new Bucket(rates.privatePerSecond, rates.privateBurst, this.#now())
          : new Window(rates.groupPerMinute);
    this.#chats.set(key, made);
    return made;
  }
}
