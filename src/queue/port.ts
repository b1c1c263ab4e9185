import type { ChatKey } from "../model/ids.ts";

/** Outcome of one run: `done`, or `busy` when another node's lease still lives for `retryMs`. */
export type RunOutcome = { readonly outcome: "done" } | { readonly outcome: "busy"; readonly retryMs: number };

/** "Run chat X's actor": at most one activation per chat is waiting or running; one asked for while it runs is kept. */
export interface Activations {
  /** Resolves once the activation is durable. */
  wake(chat: ChatKey): Promise<void>;
  /** Starts consuming. `run` stays pending while the actor lives; its signal aborts when the worker closes. */
  consume(run: (chat: ChatKey, signal: AbortSignal) => Promise<RunOutcome>): Promise<void>;
  /** Of all queues known here; with `queues`, of those alone. */
  counts(queues?: readonly string[]): Promise<{ readonly waiting: number; readonly active: number }>;
  /** From now on nothing is taken from these queues, and again from the others; what runs goes on. Needs no Redis. */
  hold(queues: readonly string[] | "all"): Promise<void>;
  /** Whether nothing is taken here from the queue the chat belongs to now. */
  holds(chat: ChatKey): Promise<boolean>;
  /** Removes a queue nobody serves any more, with what waits in it. */
  forget(queue: string): Promise<void>;
  /** Stops taking activations and waits for running ones, whose signals are aborted. */
  close(): Promise<void>;
}

/** Queue of the chats any worker of a pool may serve. `pool` holds no `:`. */
export function poolQueue(pool: string): string {
  return `act-${pool}`;
}

/**
 * Queue of the chats whose conversation lies in one Codex home, and whose project is of `pool`: workers that share a home
 * need not serve the same pools. No pool's name holds a `~`.
 */
export function homeQueue(home: string, pool: string): string {
  return `act-~${home}~${pool}`;
}
