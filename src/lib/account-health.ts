import type { Clock } from "./clock.ts";

/**
 * How an account fares; `reason`: one sentence for the operator, absent when ready. `lastOkAt` in ms since the epoch;
 * `okWithinMs`: the next one comes within this long while all is well, absent where nothing is promised.
 */
export interface AccountHealth {
  readonly state: "starting" | "ready" | "degraded" | "failed";
  readonly reason?: string;
  readonly lastOkAt?: number;
  readonly okWithinMs?: number;
}

/** Keeps the health of one account of a channel. `trouble` stays until the next `ok`. */
export interface HealthKeeper {
  current(): AccountHealth;
  /** `heardAt`: when the platform was heard last, ms since the epoch; default now. */
  ok(heardAt?: number): void;
  /** One sentence for the operator, without secrets. `failed`: does not heal by itself. */
  trouble(state: "degraded" | "failed", reason: string): void;
}

/** Starts as `starting`, for the given reason. `okWithinMs`: see {@link AccountHealth}. */
export function createHealthKeeper(clock: Clock, reason: string, okWithinMs?: number): HealthKeeper {
  const promise = okWithinMs === undefined ? {} : { okWithinMs };
  let health: AccountHealth = { state: "starting", reason };
  return {
    current: () => health,
    ok(heardAt = clock.now()) {
      health = { state: "ready", lastOkAt: heardAt, ...promise };
    },
    trouble(state, why) {
      health = {
        state,
        reason: why,
        ...(health.lastOkAt === undefined ? {} : { lastOkAt: health.lastOkAt, ...promise }),
      };
    },
  };
}
