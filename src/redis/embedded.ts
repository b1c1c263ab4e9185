import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/log.ts";
import { BridgeError } from "../model/errors.ts";
import { boundLog, embeddedFiles, findRedisServer, logTail, prepareFiles } from "./embedded-files.ts";
import type { EmbeddedFiles } from "./embedded-files.ts";
import { isAlive, probe, runningServer, spawnServer } from "./embedded-server.ts";
import type { Probe } from "./embedded-server.ts";

export interface EmbeddedRedisOptions {
  readonly dataDir: string;
  /** `$XDG_RUNTIME_DIR`, else `/tmp`. */
  readonly runtimeDir: string;
  /** As `$PATH`. */
  readonly path: string;
  /** Path of the server binary; default: found on `path` or in `dataDir`. */
  readonly binary?: string;
  readonly logger: Logger;
  readonly clock: Clock;
}

export interface EmbeddedHealth {
  readonly state: "starting" | "ready" | "degraded" | "stopped";
  /** One sentence for the operator; set when degraded. */
  readonly reason?: string;
}

/**
 * A private Redis that outlives this process: one of ours that still runs is adopted, else one is started. When it
 * ends by itself (with `appendfsync always` it does on a full disk) it is started again, with growing pauses, until
 * {@link stop} or {@link detach}.
 */
export interface EmbeddedRedis {
  readonly socketPath: string;
  /**
   * Resolves once it answers. BridgeError `redisUnavailable` when there is no server binary, or it ends three times
   * at once; `redisUnfit` when a foreign server answers at our socket.
   */
  start(): Promise<void>;
  /** Degraded from an unexpected end until the server has held for 5 s. */
  health(): EmbeddedHealth;
  /** Process id of the server; undefined while there is none. */
  pid(): number | undefined;
  /** Leaves the server running and stops watching it. */
  detach(): void;
  /** Ends the server (everything is on disk) and resolves once it is gone. */
  stop(): Promise<void>;
}

type Server = Extract<Probe, { state: "ready" }>;

const pollMs = 10;
const unresponsiveMs = 30_000;
const firstPauseMs = 100;
const longestPauseMs = 5000;
const holdsMs = 5000;
const logCheckMs = 60_000;
const startTries = 3;
const endPatienceMs = 10_000;

/** See {@link EmbeddedRedis}. */
export function createEmbeddedRedis(options: EmbeddedRedisOptions): EmbeddedRedis {
  const { logger, clock } = options;
  const planned = embeddedFiles(options.dataDir, options.runtimeDir);
  const life = {
    health: { state: "starting" } as EmbeddedHealth,
    watching: true,
    server: undefined as Server | undefined,
    pauseMs: firstPauseMs,
    reviving: Promise.resolve(),
  };
  let logTimer: NodeJS.Timeout | undefined;
  let holdTimer: NodeJS.Timeout | undefined;

  function hold(files: EmbeddedFiles, server: Server): void {
    life.server = server;
    const steady = (): void => {
      life.health = { state: "ready" };
      life.pauseMs = firstPauseMs;
    };
    if (life.health.state === "starting") steady();
    else holdTimer = setTimeout(steady, holdsMs).unref();
    logger.info({ pid: server.pid }, "embedded redis runs");
    const ended = (): void => {
      clearTimeout(holdTimer);
      life.server = undefined;
      if (life.watching) life.reviving = revive(files);
    };
    if (server.control.status === "end") ended();
    else server.control.once("end", ended);
  }

  async function revive(files: EmbeddedFiles): Promise<void> {
    while (life.watching && life.server === undefined) {
      life.health = { state: "degraded", reason: `the embedded Redis ended: ${await logTail(files.logFile, 1)}` };
      logger.error({ reason: life.health.reason, pauseMs: life.pauseMs }, "embedded redis ended");
      await clock.sleep(life.pauseMs);
      life.pauseMs = Math.min(life.pauseMs * 2, longestPauseMs);
      if (!life.watching) return;
      try {
        const server = await obtain(options, files);
        if (!life.watching) life.server = server;
        else hold(files, server);
        return;
      } catch (error) {
        logger.error({ reason: String(error) }, "embedded redis does not start");
      }
    }
  }

  function unwatch(): void {
    life.watching = false;
    clearInterval(logTimer);
    clearTimeout(holdTimer);
    life.health = { state: "stopped" };
  }

  return {
    socketPath: planned.socket,
    async start() {
      const files = await prepareFiles(planned);
      logTimer = setInterval(() => void boundLog(files.logFile).catch((error: unknown) => logger.warn({ reason: String(error) }, "redis log stays long")), logCheckMs).unref();
      try {
        hold(files, await firstServer(options, files));
      } catch (error) {
        unwatch();
        throw error;
      }
    },
    health: () => life.health,
    pid: () => life.server?.pid,
    detach() {
      unwatch();
      void life.reviving.then(() => life.server?.control.disconnect());
    },
    async stop() {
      unwatch();
      await life.reviving;
      if (life.server !== undefined) await end(clock, life.server);
    },
  };
}

async function firstServer(options: EmbeddedRedisOptions, files: EmbeddedFiles): Promise<Server> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await obtain(options, files);
    } catch (error) {
      if (attempt === startTries || !(error instanceof BridgeError && error.retryable)) throw error;
      await options.clock.sleep(firstPauseMs * attempt);
    }
  }
}

/** Adopts the running server, else starts one. Rejects when the started one ends before it answers. */
async function obtain(options: EmbeddedRedisOptions, files: EmbeddedFiles): Promise<Server> {
  const { clock } = options;
  const since = clock.now();
  let spawned: ReturnType<typeof spawnServer> | undefined;
  for (;;) {
    const found = await probe(files);
    if (found.state === "ready") return found;
    const end = spawned?.ended();
    if (end !== undefined) throw new BridgeError("redisUnavailable", `the Redis server does not start: ${end} (${await logTail(files.logFile)})`);
    if (found.state === "none" && spawned === undefined) {
      const silent = await runningServer(files);
      if (silent === undefined) spawned = await spawnOne(options, files);
      else if (clock.now() - since > unresponsiveMs)
        throw new BridgeError("redisUnavailable", `a Redis server (pid ${silent}) runs on ${files.dir} and does not answer`);
    }
    await clock.sleep(pollMs);
  }
}

async function spawnOne(options: EmbeddedRedisOptions, files: EmbeddedFiles): Promise<ReturnType<typeof spawnServer>> {
  const { path, dataDir, binary } = options;
  const found = findRedisServer({ path, dataDir, ...(binary === undefined ? {} : { explicit: binary }) });
  if (found === undefined)
    throw new BridgeError("redisUnavailable", "no redis-server or valkey-server found; install one (apt-get install redis-server, brew install valkey) or set redis.url");
  await boundLog(files.logFile);
  return spawnServer(found, path, files);
}

async function end(clock: Clock, server: Server): Promise<void> {
  const since = clock.now();
  signal(server.pid, "SIGTERM");
  while (isAlive(server.pid)) {
    if (clock.now() - since > endPatienceMs) signal(server.pid, "SIGKILL");
    await clock.sleep(pollMs);
  }
  server.control.disconnect();
}

function signal(pid: number, name: NodeJS.Signals): void {
  if (isAlive(pid)) process.kill(pid, name);
}
