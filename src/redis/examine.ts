import { Redis } from "ioredis";
import type { PersonId } from "../model/ids.ts";
import { formatFault, formatFields } from "./data-format.ts";
import { type RedisFacts, redisFacts } from "./fitness.ts";
import { createKeys } from "./keys.ts";
import { addressOf, type RedisTarget } from "./target.ts";

/** What a Redis says of itself and of the service whose data it has. */
export interface RedisExamination extends RedisFacts {
  /** The snapshot rule, `CONFIG GET save`; empty for none, absent when this Redis does not tell. */
  readonly saves?: string;
  /** People who own the service by claim. */
  readonly owners: readonly PersonId[];
  /** Accounts with an open claim. */
  readonly claims: number;
  /** Why `hotline start` refuses the data, and what to do; absent when it does not. */
  readonly unfitData?: string;
}

/** Asks once, reads only. Rejects with the connection's or the server's own error, and with the signal's reason. */
export function examineRedis(target: RedisTarget, signal: AbortSignal): Promise<RedisExamination> {
  return asked(target, signal, ask);
}

/** Whether some gateway on this Redis receives for an account now. Rejects as {@link examineRedis}. */
export function isReceivedFor(target: RedisTarget, account: string, signal: AbortSignal): Promise<boolean> {
  return asked(target, signal, async (redis) => {
    await redis.connect();
    const [until, [seconds]] = await Promise.all([
      redis.hget(createKeys().receiverLease(account), "exp"),
      redis.time(),
    ]);
    return Number(until ?? 0) > Number(seconds) * 1000;
  });
}

async function asked<T>(target: RedisTarget, signal: AbortSignal, ask: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(addressOf(target), {
    lazyConnect: true,
    enableReadyCheck: false,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
    replyMapping: "legacy",
  });
  let cause: Error | undefined;
  // "Connection is closed" says nothing: what closed it was said before.
  redis.on("error", (error: Error) => {
    cause ??= error;
  });
  const stop = (): void => redis.disconnect();
  signal.addEventListener("abort", stop, { once: true });
  try {
    return await ask(redis);
  } catch (error) {
    signal.throwIfAborted();
    throw cause ?? error;
  } finally {
    signal.removeEventListener("abort", stop);
    redis.disconnect();
  }
}

async function ask(redis: Redis): Promise<RedisExamination> {
  await redis.connect();
  const keys = createKeys();
  const info = await redis.info();
  const saves = await redis.config("GET", "save").then(
    (told) => (told as readonly string[])[1],
    // Rented servers often forbid it.
    () => undefined,
  );
  const [owners, claims, format] = await Promise.all([
    redis.smembers(keys.owners),
    redis.hlen(keys.claims),
    redis.hmget(keys.format, ...formatFields),
  ]);
  const unfitData = formatFault(format);
  return {
    ...redisFacts(info),
    ...(saves === undefined ? {} : { saves }),
    owners: owners as PersonId[],
    claims,
    ...(unfitData === undefined ? {} : { unfitData }),
  };
}
