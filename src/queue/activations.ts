import type { ConnectionOptions, Job } from "bullmq";
import { Queue, WaitingError, Worker } from "bullmq";
import { pause, systemClock } from "../lib/clock.ts";
import type { Logger } from "../lib/log.ts";
import type { ChatKey } from "../model/ids.ts";
import { type Activations, poolQueue, type RunOutcome } from "./port.ts";

export interface ActivationsOptions {
  /** A connection of its own with `maxRetriesPerRequest: null`; stays open, its maker closes it after {@link Activations.close}. */
  readonly connection: ConnectionOptions;
  /** Prefix of BullMQ's keys. */
  readonly prefix: string;
  readonly logger: Logger;
  /** Queues this node takes activations from; see `poolQueue` and `homeQueue` of the port. Default: the pool `default`. */
  readonly serves?: readonly string[];
  /** The queue a chat's activations belong to now. Default: that of the pool `default`. */
  readonly queueOf?: (chat: ChatKey) => Promise<string>;
  /** Most actors this node hosts at once, working or idle; default 10000. */
  readonly concurrency?: number;
  /** A job whose node is silent for this long is run elsewhere, ms; default 5000 (the chat lease). */
  readonly lockMs?: number;
  /** How often silent nodes are looked for, ms; default 1000. */
  readonly stalledMs?: number;
}

interface ActivationData {
  readonly chat: ChatKey;
}

type Run = (chat: ChatKey, signal: AbortSignal) => Promise<RunOutcome>;

/** What a held queue hands out all the same, already on its way as it was held, goes back after this long, ms. */
const heldMs = 50;
const failedRunMs = 1000;
const unlimited = 1e9;

/**
 * Activations as BullMQ jobs, deduplicated by chat. Job ids are BullMQ's own: a requeue of `keepLastIfActive` drops
 * others. BullMQ's errors go to the log; a run that rejects is repeated after a second. What has to wait waits here, as an
 * active job, and goes back then: a delayed job of BullMQ's has a moment of the wall clock, which may be set back.
 */
export function createActivations(options: ActivationsOptions): Activations {
  return new BullActivations(options);
}

class BullActivations implements Activations {
  readonly #options: ActivationsOptions;
  readonly #serves: readonly string[];
  readonly #queues = new Map<string, Queue<ActivationData>>();
  readonly #running = new Set<AbortController>();
  #workers: readonly Worker<ActivationData>[] = [];
  #held: readonly string[] | "all" = [];
  #closing = false;

  constructor(options: ActivationsOptions) {
    this.#options = options;
    this.#serves = options.serves ?? [poolQueue("default")];
    for (const name of this.#serves) this.#queue(name);
  }

  async wake(chat: ChatKey): Promise<void> {
    await this.#queue(await this.#queueOf(chat)).add("act", { chat }, jobOptions(chat));
  }

  async consume(run: Run): Promise<void> {
    this.#workers = this.#serves.map((name) => this.#worker(name, run));
    await Promise.all(this.#workers.map((worker) => worker.waitUntilReady()));
  }

  async counts(names: readonly string[] = [...this.#queues.keys()]): ReturnType<Activations["counts"]> {
    const counts = await Promise.all(
      names.map((name) => this.#queue(name).getJobCounts("waiting", "delayed", "active")),
    );
    const sum = (name: string): number => counts.reduce((total, count) => total + (count[name] ?? 0), 0);
    return { waiting: sum("waiting") + sum("delayed"), active: sum("active") };
  }

  async hold(queues: readonly string[] | "all"): Promise<void> {
    this.#held = queues;
    await Promise.all(
      this.#workers.map((worker) => (this.#isHeld(worker.name) ? worker.pause(true) : resumed(worker))),
    );
  }

  async forget(name: string): Promise<void> {
    const queue = this.#queue(name);
    this.#queues.delete(name);
    await queue.obliterate({ force: true });
    await queue.close();
  }

  async holds(chat: ChatKey): Promise<boolean> {
    return this.#held.length > 0 && this.#isHeld(await this.#queueOf(chat));
  }

  #isHeld(name: string): boolean {
    return this.#held === "all" || this.#held.includes(name);
  }

  async #queueOf(chat: ChatKey): Promise<string> {
    return (await this.#options.queueOf?.(chat)) ?? poolQueue("default");
  }

  async close(): Promise<void> {
    this.#closing = true;
    const closed = this.#workers.map((worker) => worker.close());
    for (const abort of this.#running) abort.abort();
    await Promise.all(closed);
    await Promise.all([...this.#queues.values()].map((queue) => queue.close()));
  }

  #queue(name: string): Queue<ActivationData> {
    const known = this.#queues.get(name);
    if (known !== undefined) return known;
    const { connection, prefix, logger } = this.#options;
    const queue = new Queue<ActivationData>(name, { connection, prefix });
    queue.on("error", (error) => report(logger, error, "activation queue fails"));
    this.#queues.set(name, queue);
    return queue;
  }

  #worker(name: string, run: Run): Worker<ActivationData> {
    const { connection, prefix, logger } = this.#options;
    const worker = new Worker<ActivationData>(name, (job, token) => this.#process(run, job, token), {
      connection,
      prefix,
      concurrency: this.#options.concurrency ?? 10_000,
      lockDuration: this.#options.lockMs ?? 5000,
      stalledInterval: this.#options.stalledMs ?? 1000,
      maxStalledCount: unlimited,
      removeOnComplete: { count: 0 },
    });
    worker.on("error", (error) => report(logger, error, "activation worker fails"));
    return worker;
  }

  async #process(run: Run, job: Job<ActivationData>, token: string | undefined): Promise<void> {
    const abort = new AbortController();
    if (this.#closing) abort.abort();
    this.#running.add(abort);
    try {
      const againMs = await this.#againMs(run, job, abort.signal);
      if (againMs === undefined) return;
      await pause(systemClock, againMs, abort.signal);
    } finally {
      this.#running.delete(abort);
    }
    await job.moveToWait(token);
    throw new WaitingError();
  }

  /** Runs the job; after how long anybody may run it again, ms, or undefined when it is done. */
  async #againMs(run: Run, { queueName, data }: Job<ActivationData>, signal: AbortSignal): Promise<number | undefined> {
    if (this.#isHeld(queueName)) return heldMs;
    try {
      const result = await run(data.chat, signal);
      return result.outcome === "done" ? undefined : result.retryMs;
    } catch (error) {
      this.#options.logger.error({ chat: data.chat, error }, "activation fails");
      return failedRunMs;
    }
  }
}

/** An outage is told once, by the connection; here it would be told at every attempt to reconnect. */
function report(logger: Logger, error: Error, event: string): void {
  const level = "syscall" in error ? "debug" : "warn";
  logger[level]({ reason: error.message }, event);
}

async function resumed(worker: Worker<ActivationData>): Promise<void> {
  if (worker.isPaused()) await worker.resume();
}

function jobOptions(chat: ChatKey): NonNullable<Parameters<Queue["add"]>[2]> {
  return {
    deduplication: { id: chat, keepLastIfActive: true },
    removeOnComplete: true,
    attempts: unlimited,
  };
}
