import { systemClock } from "../lib/clock.ts";
import type { Logger } from "../lib/log.ts";

const dayMs = 86_400_000;

/** Received files go after `days`: once at the start, then daily until the timer is cleared. */
export function sweepDaily(
  worker: { sweepFiles(days: number, now: number): Promise<number> } | undefined,
  web: { sweep(before: number): Promise<void> } | undefined,
  days: number,
  log: Logger,
): NodeJS.Timeout {
  const sweep = (): void => {
    const now = systemClock.now();
    worker?.sweepFiles(days, now).catch((error: unknown) => log.warn({ error }, "inbox is not swept"));
    web
      ?.sweep(now - days * dayMs)
      .catch((error: unknown) => log.warn({ error }, "files of the web chat are not swept"));
  };
  sweep();
  return setInterval(sweep, dayMs).unref();
}
