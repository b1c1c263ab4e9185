import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/log.ts";
import { descendantsOf, type Found, lives, markedWith, orphanedHelpers } from "./process-table.ts";

/** Waiting times, ms. */
export interface EndTimes {
  /** After each signal. */
  readonly graceMs: number;
  readonly pollMs: number;
}

export interface EndOptions {
  readonly clock: Clock;
  readonly log: Logger;
  readonly times: EndTimes;
  /** `NAME`, value: marks commands of this process (they run in sessions of their own, a group kill misses them). */
  readonly mark: { readonly name: string; readonly value: string };
  /** A denied path that only this service denies: names its sandbox helpers. */
  readonly policyPath: string;
}

/**
 * SIGTERM (app-server then waits for running turns), SIGTERM (it no longer does), SIGKILL; then what it left behind.
 * Resolves when nothing of it lives. A process that is gone is fine.
 */
export async function endProcess(target: Found, options: EndOptions): Promise<void> {
  const { log, mark } = options;
  // Looked at while it lives: once the parent is dead, nothing tells whose unmarked children were.
  const family = new Map<number, Found>();
  const look = (): void => {
    for (const found of descendantsOf(target.pid)) family.set(found.pid, found);
  };
  for (const signal of ["SIGTERM", "SIGTERM", "SIGKILL"] as const) {
    if (!lives(target)) break;
    look();
    send(target, signal, log);
    await gone([target], options, look);
  }
  for (let round = 0; round < 3; round++) {
    const strays = [...markedWith(mark.name, mark.value), ...orphanedHelpers(options.policyPath)];
    const left = [...family.values(), ...strays].filter(lives);
    if (left.length === 0) return;
    for (const found of left) send(found, "SIGKILL", log);
    await gone(left, options);
  }
}

async function gone(all: readonly Found[], { clock, times }: EndOptions, look?: () => void): Promise<void> {
  const until = clock.uptime() + times.graceMs;
  while (all.some(lives) && clock.uptime() < until) {
    await clock.sleep(times.pollMs);
    look?.();
  }
}

function send(found: Found, signal: NodeJS.Signals, log: Logger): void {
  try {
    process.kill(found.pid, signal);
  } catch (error) {
    // It ended between the look and the signal (ESRCH), or became another user's (EPERM).
    log.debug({ pid: found.pid, signal, error: String(error) }, "codex process takes no signal");
  }
}
