import type { Clock } from "../lib/clock.ts";
import type { ChatStore, Lease } from "./port.ts";

/** Life of a lease that is not renewed, ms. */
const leaseMs = 5000;

/** Whether a chat is still ours, by our own clock as long as that is certain. */
export interface LeaseWatch {
  /** The lease was ours when it was asked for, ms since the epoch. */
  renewed(askedAt: number): void;
  /** Asks Redis once the lease may have run out: after a freeze nothing is done before it answers (L3). */
  owns(): Promise<boolean>;
}

/** Begins as renewed now. `owns` rejects as `renew` of the store does. */
export function createLeaseWatch(store: Pick<ChatStore, "renew">, clock: Clock, lease: () => Lease): LeaseWatch {
  let renewedAt = clock.now();
  return {
    renewed(askedAt) {
      renewedAt = askedAt;
    },
    async owns() {
      if (clock.now() - renewedAt < leaseMs) return true;
      const askedAt = clock.now();
      const [unread] = await store.renew([lease()]);
      if (unread === "lost") return false;
      renewedAt = askedAt;
      return true;
    },
  };
}
