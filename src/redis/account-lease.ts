import { list } from "./codec.ts";
import type { RedisLink } from "./connection.ts";
import { withinDeadline } from "./deadline.ts";

/** One lease on an account; its epoch fences what its holder writes. */
export interface AccountLease {
  /** A node may take its own anew at once. */
  claim(): Promise<{ readonly epoch: number } | { readonly heldMs: number }>;
  /** False: it is another's. */
  renew(epoch: number): Promise<boolean>;
  release(epoch: number): Promise<void>;
}

export interface AccountLeaseOptions {
  readonly link: RedisLink;
  /** See `nodeId`. */
  readonly node: string;
  /** Where it is kept: `accountLease` or `receiverLease` of the keys. */
  readonly key: string;
  /** Life of a lease that is not renewed, ms; default 5000. */
  readonly leaseMs?: number;
  /** How long a call waits while Redis is away, ms; then BridgeError `redisUnavailable`. Absent: until it is back. */
  readonly deadlineMs?: number;
}

/** The lease kept in `key`. */
export function createAccountLease(options: AccountLeaseOptions): AccountLease {
  const { link, node, key, leaseMs = 5000, deadlineMs } = options;
  const run: RedisLink["run"] = (...call) =>
    deadlineMs === undefined ? link.run(...call) : withinDeadline(deadlineMs, link.run(...call));
  return {
    async claim() {
      const [taken, value] = list(await run("account-claim", [key], [node, leaseMs]));
      return taken === 1 ? { epoch: Number(value) } : { heldMs: Number(value) };
    },
    renew: async (epoch) => (await run("account-renew", [key], [node, epoch, leaseMs])) === 1,
    async release(epoch) {
      await run("account-release", [key], [node, epoch]);
    },
  };
}
