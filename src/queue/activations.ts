import { DelayedError, Queue, Worker } from "bullmq";
import type { ConnectionOptions, Job } from "bullmq";
import type { Logger } from "../lib/log.ts";
import type { ChatKey } from "../model/ids.ts";
import type { Activations, RunOutcome } from "./port.ts";

export interface ActivationsOptions {
  /** A connection of its own with `maxRetriesPerRequest: null`; stays open, its maker closes it after {@link Activations.close}. */
  readonly connection: ConnectionOptions;
  /** Prefix of BullMQ's keys. */
  readonly prefix: string;
  readonly logger: Logger;
  /** Chats of one pool share a queue; default `default`. No `:`. */
  readonly pool?: string;
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

const failedRunDelayMs = 1000;
const never = 1e9;

/**
 * Activations as BullMQ jobs, deduplicated by chat. Job ids are BullMQ's own: a requeue of `keepLastIfActive` drops
 * others. BullMQ's errors go to the log; a run that rejects is repeated after a second.
 */
export function createActivations(options: ActivationsOptions): Activations {
  const { connection, prefix, logger } = options;
  const queueName = `act-${options.pool ?? "default"}`;
  const queue = new Queue<ActivationData>(queueName, { connection, prefix });
  queue.on("error", (error) => logger.warn({ reason: error.message }, "activation queue fails"));
  const running = new Set<AbortController>();
  let worker: Worker<ActivationData> | undefined;
  let closing = false;

  async function process(run: Run, job: Job<ActivationData>, token: string | undefined): Promise<void> {
    const abort = new AbortController();
    if (closing) abort.abort();
    running.add(abort);
    try {
      const result = await run(job.data.chat, abort.signal);
      if (result.outcome === "done") return;
      await job.moveToDelayed(Date.now() + result.retryMs, token);
    } finally {
      running.delete(abort);
    }
    throw new DelayedError();
  }

  return {
    async wake(chat) {
      await queue.add("act", { chat }, jobOptions(chat));
    },
    async consume(run) {
      worker = new Worker<ActivationData>(queueName, (job, token) => process(run, job, token), {
        connection,
        prefix,
        concurrency: options.concurrency ?? 10_000,
        lockDuration: options.lockMs ?? 5000,
        stalledInterval: options.stalledMs ?? 1000,
        maxStalledCount: never,
        removeOnComplete: { count: 0 },
      });
      worker.on("error", (error) => logger.warn({ reason: error.message }, "activation worker fails"));
      worker.on("failed", (job, error) => logger.error({ chat: job?.data.chat, reason: error.message }, "activation fails"));
      await worker.waitUntilReady();
    },
    async counts() {
      const { waiting = 0, delayed = 0, active = 0 } = await queue.getJobCounts("waiting", "delayed", "active");
      return { waiting: waiting + delayed, active };
    },
    async close() {
      closing = true;
      const closed = worker?.close();
      for (const abort of running) abort.abort();
      await closed;
      await queue.close();
    },
  };
}

function jobOptions(chat: ChatKey): NonNullable<Parameters<Queue["add"]>[2]> {
  return {
    deduplication: { id: chat, keepLastIfActive: true },
    removeOnComplete: true,
    attempts: never,
    backoff: { type: "fixed", delay: failedRunDelayMs },
  };
}
