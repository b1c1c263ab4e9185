/** Source of time, injected so that tests and simulations own it. */
export interface Clock {
  /** Wall clock, ms since the epoch. */
  now(): number;
  /** ms since some moment: never set back, but it may stand still while the machine sleeps. */
  uptime(): number;
  /** Resolves after `ms`; rejects with the signal's reason when aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  uptime: () => performance.now(),
  sleep(ms, signal) {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      const onAbort = (): void => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener("abort", onAbort);
        resolve();
      }, ms);
      signal?.addEventListener("abort", onAbort, { once: true });
    });
  },
};

/** A moment as both of a clock's times show it. */
export interface Moment {
  readonly wall: number;
  readonly up: number;
}

/** The present moment. */
export function momentOf(clock: Clock): Moment {
  return { wall: clock.now(), up: clock.uptime() };
}

/**
 * ms since a moment, by whichever time shows more: a wall clock that is set back makes nothing younger, nor does a machine
 * that slept. What ends after a while may end early so, never late.
 */
export function elapsedMs(clock: Clock, since: Moment): number {
  return Math.max(clock.now() - since.wall, clock.uptime() - since.up);
}

/** Sleeps; an abort just ends it early. Other failures of the clock pass. */
export async function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  try {
    await clock.sleep(ms, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
