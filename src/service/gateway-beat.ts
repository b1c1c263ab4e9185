import { hostname } from "node:os";
import { ownVersion } from "../cli/version.ts";
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/log.ts";
import { withinDeadline } from "../redis/deadline.ts";
import type { GatewayRegistry } from "../redis/gateway-registry.ts";

/** What a gateway tells about itself; `startedAt` in ms since the epoch. */
export interface AboutGateway {
  readonly host: string;
  readonly pid: number;
  readonly version: string;
  readonly startedAt: number;
}

/** All gateways. */
export type Gateways = GatewayRegistry<AboutGateway>;

export interface GatewayBeatDeps {
  readonly registry: Gateways;
  readonly node: string;
  readonly clock: Clock;
  readonly log: Logger;
}

/** A beat, how long it counts, and what one may take, ms. */
const beatMs = 5000;
const livesMs = 15_000;
const deadlineMs = 2000;

/** Tells the others that this gateway lives, until aborted; then that it leaves. Never rejects. */
export async function beatGateway({ registry, node, clock, log }: GatewayBeatDeps, signal: AbortSignal): Promise<void> {
  const about = { host: hostname(), pid: process.pid, version: ownVersion(), startedAt: clock.now() };
  const tried = (work: Promise<void>): Promise<void> =>
    withinDeadline(deadlineMs, work).catch((error: unknown) => log.debug({ error }, "gateway is not seen just now"));
  while (!signal.aborted) {
    await tried(registry.beat(node, livesMs, about));
    await clock.sleep(beatMs, signal).catch(() => undefined);
  }
  await tried(registry.leave(node));
}
