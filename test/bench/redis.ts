import { join } from "node:path";
import { Redis } from "ioredis";
import { embeddedFiles } from "../../src/redis/embedded-files.ts";
import type { Place } from "./world.ts";

/** Where the private server of the place's service listens. */
export function redisSocket({ world }: Place): string {
  return embeddedFiles(join(world.dataDir), "/tmp").socket;
}

/** A connection to that server, which runs. */
export function openRedis(place: Place): Redis {
  return new Redis(redisSocket(place));
}

/** Bytes the server uses for data and all. */
export async function usedMemory(redis: Redis): Promise<number> {
  return Number(/used_memory:(\d+)/.exec(await redis.info("memory"))?.[1]);
}
