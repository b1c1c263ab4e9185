import type { InboundEvent, TapReply } from "../../src/channel/port.ts";
import { type Clock, pause } from "../../src/lib/clock.ts";
import type { Logger } from "../../src/lib/log.ts";
import { type BackoffRange, backoffMs } from "./backoff.ts";

export interface LaneDeps {
  readonly clock: Clock;
  readonly log: Logger;
  /** Durable when it resolves (L1). */
  accept(event: InboundEvent): Promise<TapReply>;
  /** Told at each failed attempt. */
  onRejected(): void;
}

/** Waits between two attempts to store the same event. */
const storing: BackoffRange = { minMs: 250, maxMs: 10_000 };

/**
 * Hands over every event: chats at the same time, one at a time and in order within a chat. An event that cannot be
 * stored is tried again for as long as it takes. Resolves with false when aborted before all were stored.
 */
export async function deliverAll(
  deps: LaneDeps,
  events: readonly InboundEvent[],
  signal: AbortSignal,
): Promise<boolean> {
  const results = await Promise.all(lanesOf(events).map((lane) => deliverLane(deps, lane, signal)));
  return results.every((complete) => complete);
}

/** Pure. A batch in which a group moves is one lane: its old and its new address are the same chat. */
export function lanesOf(events: readonly InboundEvent[]): readonly (readonly InboundEvent[])[] {
  if (events.some((event) => event.kind === "moved")) return [events];
  const lanes = new Map<string, InboundEvent[]>();
  for (const event of events) {
    const lane = lanes.get(event.at.chat);
    if (lane === undefined) lanes.set(event.at.chat, [event]);
    else lane.push(event);
  }
  return [...lanes.values()];
}

async function deliverLane(deps: LaneDeps, lane: readonly InboundEvent[], signal: AbortSignal): Promise<boolean> {
  for (const event of lane) {
    if (!(await deliver(deps, event, signal))) return false;
  }
  return true;
}

async function deliver(deps: LaneDeps, event: InboundEvent, signal: AbortSignal): Promise<boolean> {
  for (let attempt = 1; !signal.aborted; attempt += 1) {
    try {
      await deps.accept(event);
      return true;
    } catch (error) {
      deps.onRejected();
      const reason = error instanceof Error ? error.message : String(error);
      deps.log.warn(
        { chat: event.at.chat, kind: event.kind, attempt, reason },
        "inbound event is not stored, trying again",
      );
      await pause(deps.clock, backoffMs(attempt, storing, Math.random()), signal);
    }
  }
  return false;
}
