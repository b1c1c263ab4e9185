import type { Redis } from "ioredis";
import { BridgeError } from "../model/errors.ts";

const oldest = [6, 2] as const;

/** Why a Redis with this `INFO` text cannot be used; undefined when it can. Pure. */
export function unfitness(info: string): string | undefined {
  const facts = new Map(
    info.split(/\r?\n/).map((line) => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon), line.slice(colon + 1)] as const;
    }),
  );
  const version = facts.get("redis_version") ?? "unknown";
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (!(major > oldest[0] || (major === oldest[0] && minor >= oldest[1])))
    return `its version is ${version}, ${oldest.join(".")} or newer is needed`;
  if (facts.get("cluster_enabled") === "1") return "it runs in cluster mode, which is not supported";
  const policy = facts.get("maxmemory_policy") ?? "unknown";
  if (policy !== "noeviction")
    return `its maxmemory-policy is ${policy} and must be noeviction: anything else drops messages`;
  return undefined;
}

/** Rejects with BridgeError `redisUnfit` when this Redis cannot be used, or refuses our name or password. */
export async function checkFitness(redis: Redis): Promise<void> {
  let info: string;
  try {
    info = await redis.info();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const refused = /^(NOAUTH|WRONGPASS|NOPERM)/.test(reason);
    if (refused) throw new BridgeError("redisUnfit", "this Redis refuses our user name or password", { cause: error });
    throw new BridgeError("redisUnavailable", `Redis: ${reason}`, { cause: error });
  }
  const reason = unfitness(info);
  if (reason !== undefined) throw new BridgeError("redisUnfit", `this Redis cannot be used: ${reason}`);
}
