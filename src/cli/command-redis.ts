import type { LoadedConfig } from "../../config/load.ts";
import { silentLogger } from "../lib/log.ts";
import { BridgeError } from "../model/errors.ts";
import { connectRedis, type RedisLink } from "../redis/connection.ts";
import { listens } from "./control-client.ts";
import { controlSocket } from "./control-server.ts";
import { lockDataDir } from "./lock.ts";
import { embeddedRedisOf, redisTarget } from "./wiring.ts";

/**
 * Works on the data of an installation whose service does not run: holds its data folder meanwhile, and runs its private
 * server for that time. BridgeError `dataDirBusy` when the service runs.
 */
export async function withStopped<T>(config: LoadedConfig, work: (link: RedisLink) => Promise<T>): Promise<T> {
  const lock = await lockDataDir(config.dataDir, () => listens(controlSocket(config.runtimeDir)));
  try {
    const own = embeddedRedisOf(config, silentLogger);
    await own?.start();
    try {
      return await connected(config, work);
    } finally {
      await own?.stop();
    }
  } finally {
    await lock.release();
  }
}

/** As {@link withStopped}, and beside a running service as well. */
export async function withAnyState<T>(config: LoadedConfig, work: (link: RedisLink) => Promise<T>): Promise<T> {
  try {
    return await withStopped(config, work);
  } catch (error) {
    if (error instanceof BridgeError && error.code === "dataDirBusy") return connected(config, work);
    throw error;
  }
}

async function connected<T>(config: LoadedConfig, work: (link: RedisLink) => Promise<T>): Promise<T> {
  const target = redisTarget(config, embeddedRedisOf(config, silentLogger));
  const link = await connectRedis({ target, logger: silentLogger, impatient: true });
  try {
    return await work(link);
  } finally {
    link.close();
  }
}
