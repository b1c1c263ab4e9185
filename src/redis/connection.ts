import { Redis } from "ioredis";
import type { Logger } from "../lib/log.ts";
import { BridgeError } from "../model/errors.ts";
import { checkFitness } from "./fitness.ts";
import type { Keys } from "./keys.ts";
import { createKeys } from "./keys.ts";
import type { RunScript } from "./script-runner.ts";
import { answered, createScriptRunner } from "./script-runner.ts";
import type { Subscriber } from "./subscriber.ts";
import { createSubscriber } from "./subscriber.ts";
import { addressOf, type RedisTarget } from "./target.ts";
import { withTlsHint } from "./tls-trouble.ts";

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
  reportOutages(redis, url, logger);
  const close = (): void => {
    for (const each of open) each.disconnect();
  };
  try {
    await checkFitness(redis, logger);
  } catch (error) {
    close();
    if (options.impatient === true && broken !== undefined && redis.status === "end")
      throw new BridgeError("redisUnavailable", `Redis cannot be reached: ${withTlsHint(broken, url)}`, {
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

/** One line per outage, however many attempts it takes; none once we close it ourselves. */
function reportOutages(redis: Redis, url: string | undefined, logger: Logger): void {
  let away = false;
  redis.on("ready", () => {
    away = false;
    logger.info({}, "redis answers");
  });
  redis.on("error", (error: Error) => {
    if (!away) logger.warn({ reason: withTlsHint(error, url) }, "redis cannot be reached");
    away = true;
  });
  redis.on("reconnecting", () => {
    if (!away) logger.warn({}, "redis is away");
    away = true;
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
