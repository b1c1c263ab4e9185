import { Redis } from "ioredis";
import { type Clock, systemClock } from "../lib/clock.ts";
import type { Logger } from "../lib/log.ts";
import { BridgeError } from "../model/errors.ts";
import { connectTrouble } from "./connect-trouble.ts";
import { checkFitness } from "./fitness.ts";
import type { Keys } from "./keys.ts";
import { createKeys } from "./keys.ts";
import type { RunScript } from "./script-runner.ts";
import { answered, createScriptRunner } from "./script-runner.ts";
import type { Subscriber } from "./subscriber.ts";
import { createSubscriber } from "./subscriber.ts";
import { addressOf, type RedisTarget } from "./target.ts";

/** Everything the stores need of one Redis. */
export interface RedisLink {
  readonly redis: Redis;
  readonly run: RunScript;
  readonly keys: Keys;
  readonly subscriber: Subscriber;
  /** Resolves with the answer to a PING, however long it takes; BridgeError `redisUnavailable` when the link is closed. */
  ping(): Promise<void>;
  /** True while commands are answered. */
  ready(): boolean;
  /** A further connection as BullMQ wants it; closed by {@link close} at the latest. */
  forQueue(): Redis;
  /** Ends all connections; commands without an answer reject. */
  close(): void;
}

export interface RedisLinkOptions {
  readonly target: RedisTarget;
  readonly logger: Logger;
  /** Default `hl`. */
  readonly keyPrefix?: string;
  /** For a command of an operator, who waits for no Redis that is away: everything rejects at once. Default false. */
  readonly impatient?: boolean;
  /** Called with the reason at each attempt that fails, and with undefined once commands are answered. */
  readonly onAway?: (reason: string | undefined) => void;
  /** Default: the system's. */
  readonly clock?: Pick<Clock, "uptime">;
}

type Extra = {
  readonly maxRetriesPerRequest?: number;
  readonly retryStrategy?: () => null;
  readonly socketTimeout?: number;
  readonly autoResubscribe?: boolean;
};

/** A command without an answer for this long means a dead connection, ms: it is closed and the command sent again. */
const silenceMs = 10_000;
const longestRetryMs = 500;
/** While Redis is away the log says so this often, ms. */
const tellAgainMs = 60_000;

/**
 * Connects and checks that this Redis can be used (BridgeError `redisUnfit`). Waits while it cannot be reached.
 * Afterwards commands wait as long as Redis is away (callers at the edge set their own deadline), are sent again
 * after a reconnect, and the link recovers by itself.
 */
export async function connectRedis(options: RedisLinkOptions): Promise<RedisLink> {
  const { target, logger } = options;
  const url = "url" in target ? target.url : undefined;
  const open = new Set<Redis>();
  // "Connection is closed" says nothing: what closed it was said before.
  let broken: Error | undefined;
  const once: Extra = options.impatient === true ? { maxRetriesPerRequest: 0, retryStrategy: () => null } : {};
  const dial = (extra: Extra): Redis => {
    const made = connection(target, { ...extra, ...once });
    open.add(made);
    made.on("error", (error: Error) => {
      broken ??= error;
      logger.debug({ reason: error.message }, "redis connection fails");
    });
    made.on("end", () => open.delete(made));
    return made;
  };
  const redis = dial({ socketTimeout: silenceMs });
  reportOutages(redis, url, options);
  const close = (): void => {
    for (const each of open) each.disconnect();
  };
  try {
    await checkFitness(redis, url, logger);
  } catch (error) {
    close();
    if (options.impatient === true && broken !== undefined && redis.status === "end")
      throw new BridgeError("redisUnavailable", `Redis cannot be reached: ${connectTrouble(broken, url)}`, {
        cause: broken,
      });
    throw error;
  }
  return {
    redis,
    run: createScriptRunner(redis),
    keys: createKeys(options.keyPrefix),
    subscriber: createSubscriber(dial({ autoResubscribe: false }), logger),
    async ping() {
      await answered(redis.ping());
    },
    ready: () => redis.status === "ready",
    forQueue: () => dial({}),
    close,
  };
}

/** One line per outage and another each minute it lasts, however many attempts it takes; none once we close it ourselves. */
function reportOutages(
  redis: Redis,
  url: string | undefined,
  { logger, onAway = () => undefined, clock = systemClock }: RedisLinkOptions,
): void {
  let toldAt: number | undefined;
  redis.on("ready", () => {
    toldAt = undefined;
    onAway(undefined);
    logger.info({}, "redis answers");
  });
  redis.on("error", (error: Error) => {
    const reason = connectTrouble(error, url);
    onAway(reason);
    const at = clock.uptime();
    if (toldAt !== undefined && at - toldAt < tellAgainMs) return;
    toldAt = at;
    logger.warn({ reason }, "redis cannot be reached");
  });
  redis.on("reconnecting", () => {
    if (toldAt === undefined) logger.warn({}, "redis is away");
    toldAt ??= clock.uptime();
  });
}

function connection(target: RedisTarget, extra: Extra): Redis {
  return new Redis(addressOf(target), {
    // Waiting for Redis is the rule (and BullMQ's demand); whoever must not wait has a deadline.
    maxRetriesPerRequest: null,
    retryStrategy: (times: number) => Math.min(25 * 2 ** Math.min(times, 6), longestRetryMs),
    maxLoadingRetryTime: longestRetryMs,
    ...extra,
    replyMapping: "legacy",
  });
}
