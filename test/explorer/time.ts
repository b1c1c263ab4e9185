import type { Clock } from "../../src/lib/clock.ts";

/** When every schedule begins, ms since the epoch. */
const startOfTime = 1_700_000_000_000;

interface Sleeper {
  readonly at: number;
  readonly order: number;
  readonly wake: () => void;
}

/** One node's clock: shows the world's time; its sleepers wake when the scheduler says so. */
export interface NodeClock extends Clock {
  /** When its next sleeper is due; Infinity without one. */
  readonly due: number;
  /** Wakes who is due, in order. */
  wake(): void;
  /** Nobody of a dead process wakes. */
  stop(): void;
}

/** The time of a schedule. */
export interface Time {
  now: number;
  node(): NodeClock;
}

/** Time that moves only by assignment. */
export function createTime(): Time {
  const time: Time = { now: startOfTime, node: () => nodeClock(time) };
  return time;
}

function nodeClock(time: Time): NodeClock {
  const sleepers = new Set<Sleeper>();
  let order = 0;
  const first = (): Sleeper | undefined => {
    let found: Sleeper | undefined;
    for (const one of sleepers) {
      if (found === undefined || one.at < found.at || (one.at === found.at && one.order < found.order)) found = one;
    }
    return found;
  };
  return {
    now: () => time.now,
    uptime: () => time.now,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const abort = (): void => {
          sleepers.delete(sleeper);
          reject(signal?.reason);
        };
        const wake = (): void => {
          signal?.removeEventListener("abort", abort);
          resolve();
        };
        const sleeper: Sleeper = { at: time.now + ms, order: order++, wake };
        sleepers.add(sleeper);
        signal?.addEventListener("abort", abort, { once: true });
      }),
    get due() {
      return first()?.at ?? Number.POSITIVE_INFINITY;
    },
    wake() {
      for (let one = first(); one !== undefined && one.at <= time.now; one = first()) {
        sleepers.delete(one);
        one.wake();
      }
    },
    stop: () => sleepers.clear(),
  };
}
