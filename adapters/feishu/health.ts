import type { ChannelHealth } from "../../src/channel/port.ts";
import type { Clock } from "../../src/lib/clock.ts";

/** Keeps the account's health. `trouble` stays until the next `ok`. */
export interface HealthKeeper {
  current(): ChannelHealth;
  ok(): void;
  /** One sentence for the operator, without secrets. `failed`: does not heal by itself. */
  trouble(state: "degraded" | "failed", reason: string): void;
}

/** Starts as `starting`. */
export function createHealth(clock: Clock): HealthKeeper {
  let health: ChannelHealth = { state: "starting", reason: "has not reached Feishu yet" };
  return {
    current: () => health,
    ok() {
      health = { state: "ready", lastOkAt: clock.now() };
    },
    trouble(state, reason) {
      health = { state, reason, ...(health.lastOkAt === undefined ? {} : { lastOkAt: health.lastOkAt }) };
    },
  };
}
