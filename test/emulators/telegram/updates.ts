import { conflict, type Refusal } from "./refusal.ts";
import type { Wire } from "./wire.ts";

/** `getUpdates` after defaults; timeout in seconds. */
export interface PollOptions {
  readonly offset?: number;
  readonly limit?: number;
  readonly timeout?: number;
  readonly allowed?: readonly string[];
}

export type Update = Wire & { readonly update_id: number };

interface Waiting {
  readonly limit: number;
  readonly resolve: (updates: readonly Update[]) => void;
  readonly reject: (refusal: Refusal) => void;
  readonly timer: NodeJS.Timeout;
}

const notByDefault = new Set(["chat_member", "message_reaction", "message_reaction_count"]);
const maxTimeoutSeconds = 50;
/** An offset this far ahead of the queue means nothing to the server (td TQueue): it starts from the oldest. */
const future = 10;
/** Updates that can be delivered again. */
const remembered = 10_000;

/** The bot's update queue. An update stays until `getUpdates` is called with a higher offset. */
export class UpdateQueue {
  /** Calls of getUpdates so far. */
  polls = 0;
  /** Calls with the same offset as the one before, less than 3 s after its start: the real server slows these down. */
  quickRepeats = 0;
  /** A webhook is set: polling is refused. */
  webhook = "";
  readonly #queue: Update[] = [];
  readonly #extra: Update[] = [];
  readonly #past = new Map<number, Update>();
  #lastId: number;
  #allowed: readonly string[] = [];
  #waiting: Waiting | undefined;
  #lastPoll: { readonly offset: number | undefined; readonly at: number } | undefined;

  constructor(firstId: number) {
    this.#lastId = firstId - 1;
  }

  /** Not yet confirmed. */
  get pending(): readonly Update[] {
    return this.#queue;
  }

  /** Queues an update of a type the bot asked for. Undefined: not wanted. */
  push(type: string, payload: unknown): Update | undefined {
    if (!this.#wants(type)) return undefined;
    return this.raw({ [type]: payload });
  }

  /** Queues any update, of a type this emulator may not know. */
  raw(fields: Wire): Update {
    this.#lastId += 1;
    const update: Update = { ...fields, update_id: this.#lastId };
    this.#queue.push(update);
    this.#past.set(update.update_id, update);
    const [oldest] = this.#past.keys();
    if (this.#past.size > remembered && oldest !== undefined) this.#past.delete(oldest);
    this.#wake();
    return update;
  }

  /** The next update gets this id. */
  jump(nextId: number): void {
    this.#lastId = nextId - 1;
  }

  /** Delivers a known update once more, whatever the offset says. Throws when it is none of the last 10,000. */
  redeliver(updateId: number): void {
    const update = this.#past.get(updateId);
    if (update === undefined) throw new Error(`update ${updateId} is not remembered`);
    this.#extra.push(update);
    this.#wake();
  }

  /** `getUpdates`. Rejects with 409 when another poll follows or a webhook is set. An aborted poll just ends. */
  poll(options: PollOptions, signal: AbortSignal): Promise<readonly Update[]> {
    this.#count(options.offset);
    if (this.webhook !== "") {
      throw conflict(
        "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
      );
    }
    this.terminate("terminated by other getUpdates request; make sure that only one bot instance is running");
    if (options.allowed !== undefined) this.#allowed = options.allowed;
    this.#confirm(options.offset);
    const limit = options.limit ?? 100;
    const ready = this.#take(limit);
    const seconds = Math.max(0, Math.min(options.timeout ?? 0, maxTimeoutSeconds));
    if (ready.length > 0 || seconds === 0) return Promise.resolve(ready);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#end()?.resolve([]), seconds * 1000);
      const waiting = { limit, resolve, reject, timer };
      this.#waiting = waiting;
      signal.addEventListener("abort", () => this.#waiting === waiting && this.#end()?.resolve([]), { once: true });
    });
  }

  /** Ends a running poll with 409. */
  terminate(why: string): void {
    this.#end()?.reject(conflict(why));
  }

  /** Ends a running poll without updates. */
  stop(): void {
    this.#end()?.resolve([]);
  }

  /** Forgets what is pending. */
  drop(): void {
    this.#queue.length = 0;
  }

  /** Delivers the newest update once more. */
  repeatLast(): void {
    this.redeliver(this.#lastId);
  }

  #wants(type: string): boolean {
    return this.#allowed.length === 0 ? !notByDefault.has(type) : this.#allowed.includes(type);
  }

  #confirm(offset: number | undefined): void {
    if (offset === undefined) return;
    if (offset < 0) {
      this.#queue.splice(0, Math.max(0, this.#queue.length + offset));
      return;
    }
    // Ids above the last one are of a row before a jump; such an offset says nothing about the present row.
    const ahead = offset > this.#lastId + future;
    const kept = this.#queue.filter(({ update_id: id }) => id >= offset || (ahead && id <= this.#lastId));
    this.#queue.splice(0, this.#queue.length, ...kept);
  }

  #take(limit: number): readonly Update[] {
    const extra = this.#extra.splice(0, limit);
    return [...extra, ...this.#queue.slice(0, limit - extra.length)];
  }

  #wake(): void {
    const waiting = this.#end();
    waiting?.resolve(this.#take(waiting.limit));
  }

  #end(): Waiting | undefined {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    clearTimeout(waiting?.timer);
    return waiting;
  }

  #count(offset: number | undefined): void {
    const at = performance.now();
    this.polls += 1;
    if (this.#lastPoll !== undefined && this.#lastPoll.offset === offset && at - this.#lastPoll.at < 3000)
      this.quickRepeats += 1;
    this.#lastPoll = { offset, at };
  }
}
