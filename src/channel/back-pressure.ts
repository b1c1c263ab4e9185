import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/log.ts";
import type { InboundEvent, InboundSink } from "./port.ts";

export interface BackPressureDeps {
  /** Activations that no worker took yet. */
  readonly waiting: () => Promise<number>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** Waiting activations from which intake slows down; default 1000. */
  readonly limit?: number;
}

const defaultLimit = 1000;
/** The queue is asked at most this often, ms. */
const askMs = 1000;
/** An event waits this long while too many activations wait; less than the 3 s a platform gives us, ms. */
const slowMs = 1500;

/** Taps, stops and the like add no work, and a platform waits for their answer. */
function adds(event: InboundEvent): boolean {
  return event.kind === "message" || event.kind === "edit";
}

/**
 * Slows intake while workers fall behind: the platform keeps what it has not handed over, and our memory and Redis do
 * not grow with it. Nothing is refused; events keep their order, for each chat hands over one at a time.
 */
export function withBackPressure(sink: InboundSink, deps: BackPressureDeps): InboundSink {
  const { clock, log, limit = defaultLimit } = deps;
  // Never of the wall clock: set back, it would put off the next look for as long.
  let askedAt = Number.NEGATIVE_INFINITY;
  let slow = false;

  async function look(): Promise<void> {
    askedAt = clock.uptime();
    const waiting = await deps.waiting().catch((error: unknown) => {
      log.debug({ error }, "queue is not asked");
      return 0;
    });
    if (waiting > limit !== slow) log.warn({ waiting, limit }, slow ? "intake goes on" : "intake slows down");
    slow = waiting > limit;
  }

  return {
    async accept(event) {
      if (clock.uptime() - askedAt >= askMs) void look();
      if (slow && adds(event)) await clock.sleep(slowMs, deps.signal).catch(() => undefined);
      return sink.accept(event);
    },
  };
}
