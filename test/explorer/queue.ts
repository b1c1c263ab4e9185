import type { ChatKey } from "../../src/model/ids.ts";
import type { Activations, RunOutcome } from "../../src/queue/port.ts";
import type { Gate } from "./gate.ts";

/** A job of a node that says nothing is given to another after this long, ms. */
const lockMs = 5000;
const failedDelayMs = 1000;

interface Job {
  readonly chat: ChatKey;
  /** Not before, ms. */
  at: number;
  /** Who runs it. */
  by: string | undefined;
  /** Asked for while it ran. */
  again: boolean;
  /** When its silent node loses it. */
  silentUntil: number;
  run: number;
}

/** What a node tells of itself to the queue. */
export interface QueueUser {
  readonly name: string;
  readonly gate: Gate;
  now(): number;
  hear(what: () => void): void;
}

/** BullMQ as it is used here: jobs deduplicated by chat, one asked for while it runs is kept, silent nodes lose theirs. */
export interface JobQueue {
  /** The queue as one node sees it. */
  of(user: QueueUser): Activations;
  /** Jobs that may be taken now. */
  waiting(now: number): readonly ChatKey[];
  takers(): readonly string[];
  take(chat: ChatKey, name: string): void;
  /** When something becomes due by itself. */
  due(now: number): number;
  /** The node says nothing from `now` on; or (undefined) speaks again. */
  silent(name: string, now: number | undefined): void;
  gone(name: string): void;
  /** Silent nodes lose what they ran. */
  tick(now: number): void;
}

/** An empty queue. */
export function createJobQueue(): JobQueue {
  return new ScriptedQueue();
}

class ScriptedQueue implements JobQueue {
  readonly #jobs = new Map<ChatKey, Job>();
  readonly #takers = new Map<
    string,
    { readonly user: QueueUser; readonly run: (chat: ChatKey) => Promise<RunOutcome> }
  >();
  #runs = 0;

  of(user: QueueUser): Activations {
    return {
      wake: (chat) => this.#hold(user, "wake", () => this.#wake(chat, user.now())),
      consume: async (run) => {
        this.#takers.set(user.name, { user, run: (chat) => run(chat, new AbortController().signal) });
      },
      counts: async () => ({ waiting: 0, active: 0 }),
      forget: async () => undefined,
      hold: async () => undefined,
      holds: async () => false,
      close: async () => {
        this.#takers.delete(user.name);
      },
    };
  }

  waiting(now: number): readonly ChatKey[] {
    return [...this.#jobs.values()].filter((job) => job.by === undefined && job.at <= now).map((job) => job.chat);
  }

  takers(): readonly string[] {
    return [...this.#takers.keys()];
  }

  take(chat: ChatKey, name: string): void {
    const job = this.#jobs.get(chat);
    const taker = this.#takers.get(name);
    if (job === undefined || taker === undefined) return;
    const run = ++this.#runs;
    Object.assign(job, { by: name, run, silentUntil: Number.POSITIVE_INFINITY });
    const over = (at: number | undefined): void => {
      const now = this.#jobs.get(chat);
      if (now?.run !== run) return;
      if (at === undefined && !now.again) this.#jobs.delete(chat);
      else Object.assign(now, { by: undefined, at: at ?? 0, again: at === undefined ? false : now.again, run: 0 });
    };
    taker.run(chat).then(
      (result) => over(result.outcome === "done" ? undefined : taker.user.now() + result.retryMs),
      () => over(taker.user.now() + failedDelayMs),
    );
  }

  due(now: number): number {
    let due = Number.POSITIVE_INFINITY;
    for (const job of this.#jobs.values()) {
      const at = job.by === undefined ? job.at : job.silentUntil;
      if (at > now && at < due) due = at;
    }
    return due;
  }

  silent(name: string, now: number | undefined): void {
    const until = now === undefined ? Number.POSITIVE_INFINITY : now + lockMs;
    for (const job of this.#jobs.values()) if (job.by === name) job.silentUntil = until;
  }

  gone(name: string): void {
    this.#takers.delete(name);
  }

  tick(now: number): void {
    for (const job of this.#jobs.values())
      if (job.by !== undefined && job.silentUntil <= now) Object.assign(job, { by: undefined, at: 0, run: 0 });
  }

  #wake(chat: ChatKey, now: number): void {
    const job = this.#jobs.get(chat);
    if (job === undefined)
      this.#jobs.set(chat, {
        chat,
        at: now,
        by: undefined,
        again: false,
        silentUntil: Number.POSITIVE_INFINITY,
        run: 0,
      });
    else if (job.by !== undefined) job.again = true;
  }

  #hold(user: QueueUser, what: string, work: () => void): Promise<void> {
    return new Promise((resolve) => {
      const { gate } = user;
      const held = {
        name: gate.name(user.name, what),
        lane: `${user.name} queue`,
        owner: user.name,
        faults: ["lose" as const],
        orphan: resolve,
        run(fault?: string) {
          work();
          if (fault !== undefined) return;
          gate.remove(held);
          user.hear(resolve);
        },
      };
      gate.add(held);
    });
  }
}
