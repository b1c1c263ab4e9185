import type { Store } from "./store.ts";

/** A time without Redis, ms since the epoch. `to`: infinity while it lasts. */
export interface Outage {
  readonly from: number;
  readonly to: number;
}

const lookMs = 250;
/** Longest pause of the supervisor before it starts Redis again, and its start, ms. */
const backMs = 7_000;

/** Notes when Redis is away, as its operator would see it. */
export class Outages {
  readonly #all: { from: number; to: number }[] = [];
  readonly #store: Store;
  #stopped = false;
  #seenAt = Date.now();

  constructor(store: Store) {
    this.#store = store;
    void this.#watch();
  }

  get all(): readonly Outage[] {
    return this.#all;
  }

  /** Nothing can be written for so long, whatever answers in between; then Redis needs a while to be back. */
  unwritable(ms: number): void {
    this.#all.push({ from: Date.now(), to: Date.now() + ms + backMs });
  }

  stop(): void {
    this.#stopped = true;
  }

  async #watch(): Promise<void> {
    for (let away: { from: number; to: number } | undefined; !this.#stopped; ) {
      const there = (await this.#store.ask((redis) => redis.ping()).catch(() => "down")) !== "down";
      const now = Date.now();
      if (there) {
        if (away !== undefined) away.to = now;
        away = undefined;
        this.#seenAt = now;
      } else if (away === undefined) {
        // It may have gone right after it was seen last.
        away = { from: this.#seenAt, to: Number.POSITIVE_INFINITY };
        this.#all.push(away);
      }
      await new Promise((resolve) => setTimeout(resolve, lookMs));
    }
  }
}
