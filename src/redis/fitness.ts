import type { Redis } from "ioredis";
import type { Logger } from "../lib/log.ts";
import { BridgeError } from "../model/errors.ts";
import { isNoRedis, noRedis, placeOf, refusal } from "./connect-trouble.ts";

const oldest = [6, 2] as const;

/** What `INFO` says about a Redis, as far as it matters here. */
export interface RedisFacts {
  /** `unknown` when it is not told. */
  readonly version: string;
  /** Whether the version is new enough: {@link oldestRedis}. */
  readonly supported: boolean;
  readonly cluster: boolean;
  /** `maxmemory-policy`; `unknown` when it is not told. */
  readonly policy: string;
  readonly appendOnly: boolean;
}

/** The oldest version we run on. */
export const oldestRedis = oldest.join(".");

/** Reads the answer of `INFO`. Pure. */
export function redisFacts(info: string): RedisFacts {
  const facts = new Map(
    info.split(/\r?\n/).map((line) => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon), line.slice(colon + 1)] as const;
    }),
  );
  const version = facts.get("redis_version") ?? "unknown";
  return {
    version,
    supported: isSupported(version),
    cluster: facts.get("cluster_enabled") === "1",
    policy: facts.get("maxmemory_policy") ?? "unknown",
    appendOnly: facts.get("aof_enabled") === "1",
  };
}

/** Whether a version such as `7.0.15` is new enough. Pure. */
export function isSupported(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > oldest[0] || (major === oldest[0] && minor >= oldest[1]);
}

/** Why a Redis with this `INFO` text cannot be used; undefined when it can. Pure. */
export function unfitness(info: string): string | undefined {
  const { version, supported, cluster, policy } = redisFacts(info);
  if (!supported) return `its version is ${version}, ${oldestRedis} or newer is needed`;
  if (cluster) return "it runs in cluster mode, which is not supported";
  if (policy !== "noeviction")
    return `its maxmemory-policy is ${policy} and must be noeviction: anything else drops messages`;
  return undefined;
}

/** Rejects with BridgeError `redisUnfit` when this Redis cannot be used, is none, or refuses our name or password. */
export async function checkFitness(redis: Redis, url: string | undefined, logger: Logger): Promise<void> {
  let info: string;
  try {
    info = await redis.info();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const refused = isNoRedis(error) ? noRedis : refusal(reason, url);
    if (refused !== undefined) throw new BridgeError("redisUnfit", `${placeOf(url)}${refused}`, { cause: error });
    throw new BridgeError("redisUnavailable", `Redis: ${reason}`, { cause: error });
  }
  const reason = unfitness(info);
  if (reason !== undefined) throw new BridgeError("redisUnfit", `${placeOf(url)}this Redis cannot be used: ${reason}`);
  if (!redisFacts(info).appendOnly)
    logger.warn(
      {},
      "redis keeps nothing on disk: messages are lost when it ends; set appendonly yes, appendfsync always",
    );
}
