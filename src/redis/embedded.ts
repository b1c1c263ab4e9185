import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/log.ts";
import { BridgeError } from "../model/errors.ts";
import type { EmbeddedFiles } from "./embedded-files.ts";
import { boundLog, embeddedFiles, findRedisServer, logTail, prepareFiles } from "./embedded-files.ts";
import type { Probe } from "./embedded-server.ts";
import { isAlive, probe, runningServer, spawnServer } from "./embedded-server.ts";

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
  return new Supervisor(options);
}

class Supervisor implements EmbeddedRedis {
  readonly socketPath: string;
  readonly #options: EmbeddedRedisOptions;
  #files: EmbeddedFiles;
  #health: EmbeddedHealth = { state: "starting" };
  #server: Server | undefined;
  #watching = true;
  #pauseMs = firstPauseMs;
  /** The restart in progress, or the last one. */
  #reviving = Promise.resolve();
  #logTimer: NodeJS.Timeout | undefined;
  #holdTimer: NodeJS.Timeout | undefined;

  constructor(options: EmbeddedRedisOptions) {
    this.#options = options;
    this.#files = embeddedFiles(options.dataDir, options.runtimeDir);
    this.socketPath = this.#files.socket;
  }

  async start(): Promise<void> {
    this.#files = await prepareFiles(this.#files);
    this.#logTimer = setInterval(() => void this.#boundLog(), logCheckMs).unref();
    try {
      this.#hold(await firstServer(this.#options, this.#files));
    } catch (error) {
      this.#unwatch();
      throw error;
    }
  }

  health(): EmbeddedHealth {
    return this.#health;
  }

  pid(): number | undefined {
    return this.#server?.pid;
  }

  detach(): void {
    this.#unwatch();
    void this.#reviving.then(() => this.#server?.control.disconnect());
  }

  async stop(): Promise<void> {
    this.#unwatch();
    await this.#reviving;
    if (this.#server !== undefined) await end(this.#options.clock, this.#server);
  }

  /** Takes a server that answers under watch. */
  #hold(server: Server): void {
    this.#server = server;
    if (this.#health.state === "starting") this.#steady();
    else this.#holdTimer = setTimeout(() => this.#steady(), holdsMs).unref();
    this.#options.logger.info({ pid: server.pid }, "embedded redis runs");
    if (server.control.status === "end") this.#ended();
    else server.control.once("end", () => this.#ended());
  }

  #steady(): void {
    this.#health = { state: "ready" };
    this.#pauseMs = firstPauseMs;
  }

  #ended(): void {
    clearTimeout(this.#holdTimer);
    this.#server = undefined;
    if (this.#watching) this.#reviving = this.#revive();
  }

  async #revive(): Promise<void> {
    const { logger, clock } = this.#options;
    while (this.#watching) {
      const reason = endReason(this.#files.dir, await logTail(this.#files.logFile));
      if (!this.#watching) return;
      this.#health = { state: "degraded", reason };
      logger.error({ reason, pauseMs: this.#pauseMs }, "embedded redis ends");
      await clock.sleep(this.#pauseMs);
      this.#pauseMs = Math.min(this.#pauseMs * 2, longestPauseMs);
      if (!this.#watching) return;
      try {
        const server = await obtain(this.#options, this.#files);
        if (this.#watching) this.#hold(server);
        else this.#server = server;
        return;
      } catch (error) {
        logger.error({ reason: String(error) }, "embedded redis does not start");
      }
    }
  }

  #unwatch(): void {
    this.#watching = false;
    clearInterval(this.#logTimer);
    clearTimeout(this.#holdTimer);
    this.#health = { state: "stopped" };
  }

  async #boundLog(): Promise<void> {
    try {
      await boundLog(this.#files.logFile);
    } catch (error) {
      this.#options.logger.warn({ reason: String(error) }, "embedded redis log stays long");
    }
  }
}

/** Pure. What the operator reads, from the last lines of the server's log. */
export function endReason(dir: string, log: string): string {
  if (/No space left on device/.test(log)) return `the disk is full: the embedded Redis cannot write to ${dir}`;
  return `the embedded Redis ended and is started again (its log ends: ${log})`;
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
  const since = clock.uptime();
  let spawned: ReturnType<typeof spawnServer> | undefined;
  for (;;) {
    const found = await probe(files);
    if (found.state === "ready") return found;
    const end = spawned?.ended();
    if (end !== undefined)
      throw new BridgeError(
        "redisUnavailable",
        `the Redis server does not start: ${end} (${await logTail(files.logFile)})`,
      );
    if (found.state === "none" && spawned === undefined) {
      const silent = await runningServer(files);
      if (silent === undefined) spawned = await spawnOne(options, files);
      else if (clock.uptime() - since > unresponsiveMs)
        throw new BridgeError(
          "redisUnavailable",
          `a Redis server (pid ${silent}) runs on ${files.dir} and does not answer`,
        );
    }
    await clock.sleep(pollMs);
  }
}

async function spawnOne(options: EmbeddedRedisOptions, files: EmbeddedFiles): Promise<ReturnType<typeof spawnServer>> {
  const { path, dataDir, binary } = options;
  const found = findRedisServer({ path, dataDir, ...(binary === undefined ? {} : { explicit: binary }) });
  if (found === undefined)
    throw new BridgeError(
      "redisUnavailable",
      "no redis-server or valkey-server found; install one (apt-get install redis-server, brew install valkey) or set redis.url",
    );
  await boundLog(files.logFile);
  return spawnServer(found, path, files);
}

async function end(clock: Clock, server: Server): Promise<void> {
  const since = clock.uptime();
  signal(server.pid, "SIGTERM");
  while (isAlive(server.pid)) {
    if (clock.uptime() - since > endPatienceMs) signal(server.pid, "SIGKILL");
    await clock.sleep(pollMs);
  }
  server.control.disconnect();
}

function signal(pid: number, name: NodeJS.Signals): void {
  if (isAlive(pid)) process.kill(pid, name);
}
