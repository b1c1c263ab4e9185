import { type Clock, elapsedMs, type Moment, momentOf } from "../lib/clock.ts";
import type { Logger } from "../lib/log.ts";
import type { Channel, ChannelHealth, InboundSink } from "./port.ts";

/** The lease of whoever receives for an account; see `createAccountLease`. */
export interface ReceiverLease {
  claim(): Promise<{ readonly epoch: number } | { readonly heldMs: number }>;
  renew(epoch: number): Promise<boolean>;
  release(epoch: number): Promise<void>;
}

export interface ReceptionDeps {
  readonly channel: Channel;
  /** Absent: as many may receive as there are gateways. */
  readonly lease: ReceiverLease | undefined;
  readonly sink: InboundSink;
  readonly clock: Clock;
  readonly log: Logger;
  /** Called at the beginning of each period of receiving, with its signal. */
  readonly onReceiving: (signal: AbortSignal) => void;
  /** Called when the lease is, or may be, another's. */
  readonly onLost?: () => void;
}

/** Receives for one account, on one gateway at a time. */
export interface Reception {
  readonly account: string;
  /** Until aborted; then the lease is given back, so that another gateway goes on at once. Never rejects. */
  run(signal: AbortSignal): Promise<void>;
  /** Of the channel while we receive; standing by is as good as ready. */
  health(): ChannelHealth;
}

/** The lease nobody else can hold. */
const unshared: ReceiverLease = {
  claim: async () => ({ epoch: 0 }),
  renew: async () => true,
  release: async () => undefined,
};
/** A third of the 5 s the lease lives, ms. */
const renewMs = 1600;
const leaseMs = 5000;
/** Standing by, the lease is asked for this often, ms. */
const standbyMs = 1000;

/**
 * standby (another gateway holds the account) → receiving → standby (lease lost) … → stopped. What a gateway that lost the
 * lease still hands in is harmless (its events are recognized); what it asks the platform for is not, so it stops by its
 * own clock as soon as the lease may be another's.
 */
export function createReception(deps: ReceptionDeps): Reception {
  const { channel, clock, lease = unshared } = deps;
  const log = deps.log.child({ account: channel.account });
  let standby = false;

  async function receive(epoch: number, claimedAt: Moment, stopping: AbortSignal): Promise<void> {
    const lost = new AbortController();
    const signal = AbortSignal.any([lost.signal, stopping]);
    log.info({ epoch }, "gateway receives");
    const receiving = channel.receive(deps.sink, signal).catch((error: unknown) => {
      if (!signal.aborted) log.error({ error }, "channel stops receiving");
      lost.abort(error);
    });
    deps.onReceiving(signal);
    await keep(epoch, claimedAt, signal);
    if (!signal.aborted) deps.onLost?.();
    lost.abort(new Error("the account is another's"));
    await receiving;
  }

  /** Resolves when the lease is, or may be, another's. */
  async function keep(epoch: number, claimedAt: Moment, signal: AbortSignal): Promise<void> {
    for (let renewedAt = claimedAt; !signal.aborted; ) {
      const leftMs = (): number => Math.max(0, leaseMs - elapsedMs(clock, renewedAt));
      await clock.sleep(Math.min(renewMs, leftMs()), signal).catch(() => undefined);
      const askedAt = momentOf(clock);
      try {
        if (signal.aborted || !(await within(leftMs(), lease.renew(epoch)))) return;
        renewedAt = askedAt;
      } catch (error) {
        log.warn({ error }, "receiver lease is not renewed");
        if (elapsedMs(clock, renewedAt) >= leaseMs) return;
      }
    }
  }

  /** What `renewal` says; false when it does not say within `ms`. */
  async function within(ms: number, renewal: Promise<boolean>): Promise<boolean> {
    const answered = new AbortController();
    const late = clock.sleep(ms, answered.signal).then(
      () => false,
      () => false,
    );
    try {
      return await Promise.race([renewal, late]);
    } finally {
      answered.abort(new Error("answered"));
    }
  }

  /** One try; answers how long to wait before the next, ms. */
  async function attempt(signal: AbortSignal): Promise<number> {
    const claimedAt = momentOf(clock);
    const claim = await lease.claim();
    standby = !("epoch" in claim);
    if (!("epoch" in claim)) return Math.min(claim.heldMs, standbyMs);
    await receive(claim.epoch, claimedAt, signal);
    await lease.release(claim.epoch);
    return standbyMs;
  }

  return {
    account: channel.account,
    health: () => (standby ? { state: "ready", reason: "stands by: another gateway receives" } : channel.health()),
    async run(signal) {
      while (!signal.aborted) {
        const waitMs = await attempt(signal).catch((error: unknown) => {
          log.warn({ error }, "receiver lease cannot be had, trying again");
          return renewMs;
        });
        await clock.sleep(waitMs, signal).catch(() => undefined);
      }
    },
  };
}
