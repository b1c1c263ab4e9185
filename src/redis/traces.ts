import { randomUUID } from "node:crypto";
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/log.ts";
import type { ChatKey } from "../model/ids.ts";
import { fitted, joined, type Trace, type TraceLine } from "../model/trace.ts";
import type { RedisLink } from "./connection.ts";
import { retention } from "./retention.ts";
import { answered } from "./script-runner.ts";

/** Most lines kept of a watched chat, in its ring and in each process: with their length, about 1 MB. */
export const traceLines = 2000;
/** Lines are written together, this often, ms. */
const flushMs = 100;
/** Lines written in one step. */
const batch = 200;

/** The watched chats, as every process of the service knows them, and the way of their lines into Redis. */
export interface Traces extends Trace {
  /** Learns anew which chats are watched; once at the start, then by itself when that changes. */
  refresh(): Promise<void>;
  /** Tells no more. */
  close(): void;
}

export interface TracesOptions {
  readonly link: RedisLink;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Resolves once this process knows what is watched, and hears when that changes. */
export async function createTraces(options: TracesOptions): Promise<Traces> {
  const { link, log } = options;
  const traces = new RedisTraces(options);
  const again = (): void => {
    traces.refresh().catch((error: unknown) => log.warn({ error }, "watched chats are not known"));
  };
  await link.subscriber.listen(link.keys.watchedChanged, again, again);
  await traces.refresh();
  return traces;
}

interface Buffer {
  readonly lines: { readonly number: number; line: TraceLine }[];
  /** Lines so far, dropped ones included: a gap in the numbers tells how many. */
  count: number;
}

class RedisTraces implements Traces {
  readonly #options: TracesOptions;
  readonly #source = randomUUID().slice(0, 8);
  /** Until when, ms of this machine's clock. */
  #until: ReadonlyMap<ChatKey, number> = new Map();
  readonly #buffers = new Map<ChatKey, Buffer>();
  #flushing = false;
  readonly #closed = new AbortController();

  constructor(options: TracesOptions) {
    this.#options = options;
  }

  on(chat: ChatKey): boolean {
    const until = this.#until.get(chat);
    return until !== undefined && until > this.#options.clock.now();
  }

  add(chat: ChatKey, told: Omit<TraceLine, "at">): void {
    if (this.#closed.signal.aborted) return;
    const line: TraceLine = { at: this.#options.clock.now(), ...told };
    const buffer = this.#bufferOf(chat);
    const last = buffer.lines.at(-1);
    const longer = last === undefined ? undefined : joined(last.line, line);
    if (last !== undefined && longer !== undefined) {
      last.line = longer;
      return;
    }
    buffer.count += 1;
    if (buffer.lines.length >= traceLines) return;
    buffer.lines.push({ number: buffer.count, line });
    if (!this.#flushing) void this.#flush();
  }

  async refresh(): Promise<void> {
    const { link, clock } = this.#options;
    const { redis, keys } = link;
    const now = await redisNow(link);
    const all = await answered(redis.zrange(keys.watched, `(${now}`, "+inf", "BYSCORE", "WITHSCORES"));
    const next = new Map<ChatKey, number>();
    // In the order of their ends: the last to watch a chat counts.
    for (let at = 0; at + 1 < all.length; at += 2)
      next.set(watchedChat(String(all[at])), clock.now() + Number(all[at + 1]) - now);
    this.#until = next;
    for (const chat of this.#buffers.keys()) if (!next.has(chat)) this.#buffers.delete(chat);
  }

  close(): void {
    this.#closed.abort(new Error("the service stops"));
    this.#until = new Map();
  }

  #bufferOf(chat: ChatKey): Buffer {
    let buffer = this.#buffers.get(chat);
    if (buffer === undefined) {
      buffer = { lines: [], count: 0 };
      this.#buffers.set(chat, buffer);
    }
    return buffer;
  }

  /** Writes until nothing is left; one at a time. Never rejects. */
  async #flush(): Promise<void> {
    const { clock, log } = this.#options;
    this.#flushing = true;
    try {
      do {
        await clock.sleep(flushMs, this.#closed.signal);
        for (const [chat, buffer] of this.#buffers) await this.#write(chat, buffer.lines.splice(0, batch));
      } while ([...this.#buffers.values()].some(({ lines }) => lines.length > 0));
    } catch (error) {
      // What was taken out counts as dropped: its numbers are missing.
      if (!this.#closed.signal.aborted) log.warn({ error }, "trace is not written");
    } finally {
      this.#flushing = false;
    }
  }

  async #write(chat: ChatKey, lines: Buffer["lines"]): Promise<void> {
    if (lines.length === 0) return;
    const { run, keys } = this.#options.link;
    const ttl = Math.max(0, (this.#until.get(chat) ?? 0) - this.#options.clock.now()) + retention.traceMs;
    const args = lines.flatMap(({ number, line }) => [number, JSON.stringify(fitted(line))]);
    await run("trace-add", [keys.trace(chat)], [ttl, traceLines, this.#source, ...args]);
  }
}

/** One trace of a chat: `chat id`. */
export type Watcher = `${ChatKey} ${string}`;

/** The chat of a {@link Watcher}. Pure. */
export function watchedChat(watcher: string): ChatKey {
  return watcher.slice(0, watcher.lastIndexOf(" ")) as ChatKey;
}

/** The server's time, ms: nodes with different clocks agree on when a trace ends. */
export async function redisNow({ redis }: RedisLink): Promise<number> {
  const [seconds, micros] = await answered(redis.time());
  return Number(seconds) * 1000 + Math.floor(Number(micros) / 1000);
}
