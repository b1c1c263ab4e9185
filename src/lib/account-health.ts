import type { Clock } from "./clock.ts";

/** How an account fares; `reason`: one sentence for the operator, absent when ready. Times in ms since the epoch. */
export interface AccountHealth {
  readonly state: "starting" | "ready" | "degraded" | "failed";
  readonly reason?: string;
  readonly lastOkAt?: number;
}

/** Keeps the health of one account of a channel. `trouble` stays until the next `ok`. */
export interface HealthKeeper {
  current(): AccountHealth;
  ok(): void;
  /** One sentence for the operator, without secrets. `failed`: does not heal by itself. */
  trouble(state: "degraded" | "failed", reason: string): void;
}

/** Starts as `starting`, for the given reason. */
export function createHealthKeeper(clock: Clock, reason: string): HealthKeeper {
  let health: AccountHealth = { state: "starting", reason };
  return {
    current: () => health,
    ok() {
      health = { state: "ready", lastOkAt: clock.now() };
    },
    trouble(state, why) {
      health = { state, reason: why, ...(health.lastOkAt === undefined ? {} : { lastOkAt: health.lastOkAt }) };
    },
  };
}
