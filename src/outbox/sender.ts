import type { Channel, ChannelHealth } from "../channel/port.ts";
import { type Clock, elapsedMs, type Moment, momentOf, pause } from "../lib/clock.ts";
import type { Logger } from "../lib/log.ts";
import { BridgeError } from "../model/errors.ts";
import type { ChatKey } from "../model/ids.ts";
import type { Language } from "../model/view.ts";
import { type Budgets, createBudgets } from "./budget.ts";
import { type Desk, type SenderLimits, type SenderMetrics, senderLimits, type Trouble } from "./desk.ts";
import type { OutboxStore } from "./port.ts";
import { createShift, type Shift } from "./shift.ts";

/** What a sender needs. */
export interface SenderDeps {
  readonly channel: Channel;
  readonly store: OutboxStore;
  readonly log: Logger;
  readonly clock: Clock;
  readonly limits?: Partial<SenderLimits>;
  readonly metrics?: SenderMetrics;
  /** Of the sender's own few words. Default `en`. */
  readonly language?: Language;
  /** Jitter, 0–1. Default `Math.random`. */
  readonly random?: () => number;
}

/** State of an account's sender. */
export interface SenderHealth extends ChannelHealth {
  /** Chats with durable operations waiting. */
  readonly waiting: number;
}

/** Load of an account's sender. */
export interface SenderLoad {
  readonly account: string;
  /** Chats with durable operations waiting. */
  readonly waiting: number;
  /** Calls the account may make at once. */
  readonly budget: number;
  /** Set while the platform told us to wait, ms since the epoch. */
  readonly blockedUntil?: number;
  /** Birth of the oldest durable operation, ms since the epoch; absent when none waits here. */
  readonly oldestAt?: number;
  /** Since when one waits that the platform did not tell us to hold back, ms since the epoch. */
  readonly overdueSince?: number;
}

/** Sends one account's outbox. Life: start → (standby ⇄ sending) → drain → stop; not restartable. */
export interface Sender {
  /** Listens and competes for the account's lease in the background. Rejects when it cannot listen. */
  start(): Promise<void>;
  /** No live frames from now on; resolves when no durable operation waits here, or `stop` is called. */
  drain(): Promise<void>;
  /** Begins no further call, waits for those that are out (at most `stopMs`), gives the lease back. */
  stop(): Promise<void>;
  health(): SenderHealth;
  /** What waits, and what may be sent at once. */
  load(): SenderLoad;
}

/** The sender of the channel's account. */
export function createSender(deps: SenderDeps): Sender {
  return new AccountSender(deps);
}

/**
 * standby (another holds the lease) → sending (one {@link Shift} per lease) → standby (lease lost) … → stopped.
 * Account-wide trouble: degraded (transient) and failed (token refused; probed until it works, nothing is lost).
 */
class AccountSender implements Sender {
  readonly #deps: SenderDeps;
  readonly #limits: SenderLimits;
  readonly #log: Logger;
  readonly #budgets: Budgets;
  readonly #stopping = new AbortController();
  readonly #abort = new AbortController();
  #shift: Shift | undefined;
  #renewedAt: Moment = { wall: 0, up: 0 };
  #health: ChannelHealth = { state: "starting", reason: "waits for the sender lease" };
  #probing = false;
  #draining: (() => void)[] = [];
  #life: Promise<void> = Promise.resolve();

  constructor(deps: SenderDeps) {
    this.#deps = deps;
    this.#limits = { ...senderLimits, ...deps.limits };
    this.#log = deps.log.child({ account: deps.channel.account });
    this.#budgets = createBudgets(deps.channel.capabilities.rate);
  }

  async start(): Promise<void> {
    await this.#deps.store.onDirty((chat, what) => this.#shift?.dirty(chat, what));
    this.#life = this.#live();
  }

  drain(): Promise<void> {
    this.#shift?.quiet();
    return new Promise((resolve) => {
      this.#draining.push(resolve);
      this.#settled();
    });
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    for (const resolve of this.#draining.splice(0)) resolve();
    await this.#life;
  }

  health(): SenderHealth {
    return { ...this.#health, waiting: this.#shift?.waiting ?? 0 };
  }

  load(): SenderLoad {
    const { clock } = this.#deps;
    const { tokens, blockedUntil } = this.#budgets.account(clock.uptime());
    const blockedMs = blockedUntil - clock.uptime();
    return {
      account: this.#deps.channel.account,
      waiting: this.#shift?.waiting ?? 0,
      budget: Math.floor(tokens),
      ...(blockedMs > 0 && Number.isFinite(blockedMs) ? { blockedUntil: clock.now() + blockedMs } : {}),
      ...this.#shift?.oldest(),
    };
  }

  async #live(): Promise<void> {
    const { clock, store } = this.#deps;
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        const claimedAt = momentOf(clock);
        const claim = await store.claim();
        if ("epoch" in claim) {
          await this.#serve(claim.epoch, claimedAt);
          await pause(clock, this.#limits.renewMs, signal);
        } else {
          this.#health = { state: "ready", reason: "stands by: another gateway sends" };
          await pause(clock, Math.min(claim.heldMs, this.#limits.renewMs), signal);
        }
      } catch (error) {
        this.#log.warn({ err: error }, "sender lease cannot be taken, trying again");
        this.#health = { state: "degraded", reason: "Redis does not answer" };
        await pause(clock, this.#limits.renewMs, signal);
      }
    }
  }

  /** One lease period: until it is lost or the sender stops. */
  async #serve(epoch: number, claimedAt: Moment): Promise<void> {
    const lost = new AbortController();
    this.#renewedAt = claimedAt;
    const shift = createShift(
      this.#desk(epoch),
      this.#budgets,
      () => lost.abort(),
      () => this.#settled(),
    );
    this.#shift = shift;
    this.#health = { state: "ready" };
    this.#log.info({ epoch }, "sender takes the account");
    try {
      await this.#keep(shift, epoch, AbortSignal.any([lost.signal, this.#stopping.signal]));
      if (!this.#stopping.signal.aborted) this.#deps.metrics?.leaseLost();
    } finally {
      await this.#endShift(shift, epoch);
    }
  }

  async #keep(shift: Shift, epoch: number, signal: AbortSignal): Promise<void> {
    const { clock, store } = this.#deps;
    let checkedAt = Number.NEGATIVE_INFINITY;
    while (!signal.aborted) {
      if (clock.uptime() - checkedAt >= this.#limits.recheckMs && (await this.#loadPending(shift)))
        checkedAt = clock.uptime();
      await pause(clock, this.#limits.renewMs, signal);
      if (signal.aborted) return;
      const askedAt = momentOf(clock);
      try {
        if (!(await store.renew(epoch))) return;
        this.#renewedAt = askedAt;
      } catch (error) {
        this.#log.warn({ err: error }, "sender lease is not renewed");
        if (!this.#holdsLease()) return;
      }
    }
  }

  async #loadPending(shift: Shift): Promise<boolean> {
    try {
      for (const chat of await this.#deps.store.pending()) shift.dirty(chat, "durable");
      return true;
    } catch (error) {
      this.#log.warn({ err: error }, "waiting chats cannot be read");
      return false;
    }
  }

  /** Calls that are out are awaited before the lease is taken anew or given back: no two calls of one chat overlap. */
  async #endShift(shift: Shift, epoch: number): Promise<void> {
    this.#shift = undefined;
    this.#health = { state: "starting", reason: "waits for the sender lease" };
    const closed = shift.close();
    const over = new AbortController();
    await Promise.race([closed, this.#patience(over.signal)]);
    over.abort();
    if (!this.#stopping.signal.aborted) return;
    this.#abort.abort();
    await closed;
    try {
      await this.#deps.store.release(epoch);
    } catch (error) {
      this.#log.warn({ err: error }, "sender lease is not released, it runs out by itself");
    }
  }

  /** Ends `stopMs` after `stop` was called; what it listens with ends with `over`, one for each lease. */
  async #patience(over: AbortSignal): Promise<void> {
    const { signal } = this.#stopping;
    const once = { once: true, signal: over };
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve, once));
    await pause(this.#deps.clock, this.#limits.stopMs, over);
  }

  #holdsLease(): boolean {
    return elapsedMs(this.#deps.clock, this.#renewedAt) < this.#limits.leaseMs;
  }

  #settled(): void {
    if (this.#draining.length === 0 || (this.#shift?.waiting ?? 0) > 0) return;
    for (const resolve of this.#draining.splice(0)) resolve();
  }

  #desk(epoch: number): Desk {
    const { channel, store, clock, metrics, language, random } = this.#deps;
    return {
      channel,
      store,
      epoch,
      clock,
      log: this.#log,
      limits: this.#limits,
      metrics,
      language: language ?? "en",
      trouble: this.#trouble(),
      signal: this.#abort.signal,
      holdsLease: () => this.#holdsLease(),
      random: random ?? Math.random,
    };
  }

  #trouble(): Trouble {
    const { clock } = this.#deps;
    return {
      ok: () => {
        if (!this.#probing) this.#health = { state: "ready", lastOkAt: clock.now() };
      },
      degraded: (reason) => {
        if (!this.#probing) this.#health = { state: "degraded", reason };
      },
      limited: (scope, chat: ChatKey, retryAfterMs) => {
        const now = clock.uptime();
        this.#log.warn({ chat, scope, retryAfterMs }, "platform limits us");
        this.#budgets.limited(scope, chat, now + retryAfterMs, now);
      },
      unauthorized: (reason) => void this.#probe(reason),
    };
  }

  /** Stops everything until the platform takes the token again. Never rejects. */
  async #probe(reason: string): Promise<void> {
    if (this.#probing) return;
    this.#probing = true;
    this.#budgets.blockAccount(Number.POSITIVE_INFINITY);
    this.#health = { state: "failed", reason };
    this.#log.error({ reason }, "platform refuses the account, sending stops");
    const { signal } = this.#stopping;
    let accepted = false;
    while (!accepted && !signal.aborted) accepted = await this.#accepted();
    this.#probing = false;
    if (signal.aborted) return;
    this.#log.info({}, "platform takes the account again");
    this.#health = { state: "ready", lastOkAt: this.#deps.clock.now() };
    this.#budgets.blockAccount(0);
    this.#shift?.pump();
  }

  async #accepted(): Promise<boolean> {
    const { channel, clock } = this.#deps;
    await pause(clock, this.#limits.probeMs, this.#stopping.signal);
    if (this.#stopping.signal.aborted) return false;
    try {
      await channel.identify(this.#stopping.signal);
      return true;
    } catch (error) {
      const code = error instanceof BridgeError ? error.code : undefined;
      this.#log.warn({ err: error, code }, "probe of the account fails");
      return false;
    }
  }
}
