import { BridgeError } from "../model/errors.ts";
import type { ChatKey } from "../model/ids.ts";
import type { Budgets } from "./budget.ts";
import type { Desk, LaneHost } from "./desk.ts";
import type { Work } from "./durable.ts";
import { createDurableLane, type DurableLane } from "./durable-lane.ts";
import { createLiveLane, type LiveLane } from "./live-lane.ts";
import { createScheduler, type Scheduler } from "./scheduler.ts";

/** One period of holding the account's lease. */
export interface Shift {
  /** Something of the chat is to be sent. */
  dirty(chat: ChatKey, what: "durable" | "live"): void;
  /** Looks again at what may be sent; after a block was lifted. */
  pump(): void;
  /** Chats with durable operations read but not finished. */
  readonly waiting: number;
  /** The oldest durable operation, and since when one waits that no block of the platform holds back (ms); undefined when none waits. */
  oldest(): { readonly oldestAt: number; readonly overdueSince: number } | undefined;
  /** From now on no live frames. */
  quiet(): void;
  /** No further call is begun. Resolves when those that are out are over and recorded. */
  close(): Promise<void>;
}

interface Lanes {
  readonly durable: DurableLane;
  readonly live: LiveLane;
}

/** Timers are cut into pieces of this length: a longer one would overflow. */
const longestSleepMs = 60_000;

/** `onLost`: the shift cannot go on (the lease is another's). `onSettled`: a chat's durable operations are through. */
export function createShift(desk: Desk, budgets: Budgets, onLost: () => void, onSettled: () => void): Shift {
  return new SenderShift(desk, budgets, onLost, onSettled);
}

/**
 * Per chat, one call at a time: durable operations in order, else the newest live frame. Event-driven: every change
 * pumps the scheduler, and one timer waits for the next thing that becomes due.
 */
class SenderShift implements Shift, LaneHost {
  readonly desk: Desk;
  readonly scheduler: Scheduler;
  readonly #budgets: Budgets;
  readonly #onLost: () => void;
  readonly #onSettled: () => void;
  readonly #begunAt: number;
  readonly #chats = new Map<ChatKey, Lanes>();
  readonly #tasks = new Set<Promise<void>>();
  #timer: { readonly at: number; readonly stop: AbortController } | undefined;
  #closed = false;
  #quiet = false;

  constructor(desk: Desk, budgets: Budgets, onLost: () => void, onSettled: () => void) {
    this.desk = desk;
    this.#budgets = budgets;
    this.#begunAt = desk.clock.now();
    this.#onLost = onLost;
    this.#onSettled = onSettled;
    this.scheduler = createScheduler(budgets, (chat) => desk.channel.isGroup(chat), desk.limits);
  }

  get waiting(): number {
    let waiting = 0;
    for (const lanes of this.#chats.values()) if (!lanes.durable.idle) waiting++;
    return waiting;
  }

  oldest(): { readonly oldestAt: number; readonly overdueSince: number } | undefined {
    let oldestAt = Number.POSITIVE_INFINITY;
    let overdueSince = Number.POSITIVE_INFINITY;
    const { clock } = this.desk;
    const wallAhead = clock.now() - clock.uptime();
    for (const [chat, { durable }] of this.#chats) {
      if (durable.since === undefined) continue;
      oldestAt = Math.min(oldestAt, durable.since);
      // What waited before this period began could not be sent by it.
      const free = Math.max(durable.since, this.#begunAt, this.#budgets.blockedUntil(chat) + wallAhead);
      overdueSince = Math.min(overdueSince, free);
    }
    return Number.isFinite(oldestAt) ? { oldestAt, overdueSince } : undefined;
  }

  dirty(chat: ChatKey, what: "durable" | "live"): void {
    if (this.#closed) return;
    if (what === "durable") this.#lanes(chat).durable.changed();
    else if (!this.#quiet) this.#lanes(chat).live.changed();
  }

  quiet(): void {
    this.#quiet = true;
    for (const lanes of this.#chats.values()) lanes.live.close();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#timer?.stop.abort();
    for (const lanes of this.#chats.values()) lanes.live.close();
    while (this.#tasks.size > 0) await Promise.all(this.#tasks);
  }

  pump(): void {
    while (!this.#closed) {
      const now = this.desk.clock.uptime();
      const pick = this.scheduler.pick(now);
      if ("waitUntil" in pick) {
        this.#arm(pick.waitUntil, now);
        return;
      }
      this.watch(this.#lanes(pick.chat)[pick.lane].run(pick));
    }
  }

  watch(task: Promise<void>): void {
    const watched = task
      .catch((error: unknown) => {
        if (this.desk.signal.aborted) return;
        if (!(error instanceof BridgeError)) this.desk.log.error({ err: error }, "sender fails, starts anew");
        this.#closed = true;
        this.#onLost();
      })
      .finally(() => this.#tasks.delete(watched));
    this.#tasks.add(watched);
  }

  #lanes(chat: ChatKey): Lanes {
    let lanes = this.#chats.get(chat);
    if (lanes === undefined) {
      const live = createLiveLane(this, chat, () => this.#tidy(chat));
      const ended = (work: Work, gone: boolean): void => {
        if (gone || endsLive(work)) live.ended();
        else if (work.op.body.op === "message" || work.op.body.op === "file") live.covered();
      };
      const empty = (): void => {
        this.#tidy(chat);
        this.#onSettled();
      };
      lanes = { live, durable: createDurableLane(this, chat, ended, empty) };
      this.#chats.set(chat, lanes);
      if (this.#quiet) live.close();
    }
    return lanes;
  }

  #tidy(chat: ChatKey): void {
    const lanes = this.#chats.get(chat);
    if (lanes?.durable.idle === true && lanes.live.idle) this.#chats.delete(chat);
  }

  #arm(at: number, now: number): void {
    if (this.#timer !== undefined && this.#timer.at <= at) return;
    this.#timer?.stop.abort();
    this.#timer = undefined;
    if (at === Number.POSITIVE_INFINITY) return;
    const timer = { at, stop: new AbortController() };
    this.#timer = timer;
    this.desk.clock.sleep(Math.min(at - now, longestSleepMs), timer.stop.signal).then(
      () => {
        if (this.#timer === timer) this.#timer = undefined;
        this.pump();
      },
      () => {}, // replaced by an earlier one, or closed
    );
  }
}

function endsLive({ op: { body } }: Work): boolean {
  return body.op === "endLive" || (body.op === "message" && body.endsLive !== undefined);
}
