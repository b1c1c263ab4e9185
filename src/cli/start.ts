import { ConfigError } from "../../config/faults.ts";
import { type LoadedConfig, loadConfig } from "../../config/load.ts";
import type { Logger } from "../lib/log.ts";
import { cliWords } from "../model/catalog/cli.ts";
import { isUnfit } from "../model/errors.ts";
import { ListenError } from "../telemetry/http.ts";
import type { App, CreateApp, Role, StopMode } from "./app-port.ts";
import { listens } from "./control-client.ts";
import { controlSocket, openControl } from "./control-server.ts";
import { makeFolders } from "./folders.ts";
import { lockDataDir } from "./lock.ts";
import { openServiceLog, type ServiceLog } from "./service-log.ts";
import { ownVersion } from "./version.ts";

/** What `hotline start` is told and given. */
export interface StartOptions {
  readonly configFile?: string;
  /** With the demo model, whatever sign-in there is. */
  readonly demo: boolean;
  readonly role: Role;
  /** Pools a worker serves; empty: those of all its projects. */
  readonly pools: readonly string[];
  readonly createApp: CreateApp;
  /** Lines for the operator. */
  readonly print: (line: string) => void;
}

/**
 * Runs the service in the foreground; resolves with 0 once it has stopped. SIGTERM, SIGINT and SIGHUP stop it without
 * ending running turns, a second signal ends it at once, an error nobody caught ends it with 1.
 * Throws ConfigError, BridgeError `dataDirBusy`, `dataUnfit`, `redisUnfit` and `copyRuns`, and an Error with the (redacted) reason the service cannot run.
 */
export async function start(options: StartOptions): Promise<number> {
  const config = loadConfig(options.configFile === undefined ? {} : { file: options.configFile });
  checkRole(config, options);
  await makeFolders(config);
  const socket = controlSocket(config.runtimeDir);
  const lock = await lockDataDir(config.dataDir, () => listens(socket));
  const log = openServiceLog(config);
  endOnUncaught(log.logger);
  try {
    const { demo, role, pools } = options;
    const app = await options.createApp(config, { logger: log.logger, redact: log.redact, demo, role, pools });
    await serve(app, config, socket, log, options.print);
    return 0;
  } catch (error) {
    // A taken port is no fault of the program: its sentence is enough.
    log.logger.error(error instanceof ListenError ? { reason: error.message } : { error }, "service fails");
    if (error instanceof ConfigError || isUnfit(error)) throw error;
    throw new Error(log.redact(error instanceof Error ? error.message : String(error)), { cause: error });
  } finally {
    await lock.release();
    log.close();
  }
}

/** Processes of several roles meet in one Redis; a pool has projects. ConfigError. */
function checkRole({ redis, projects, file = "defaults" }: LoadedConfig, options: StartOptions): void {
  if (options.role !== "all" && redis === undefined)
    throw new ConfigError([
      { file, keyPath: "redis.url", expected: `the Redis all machines share, because of --role ${options.role}` },
    ]);
  const known = Object.values(projects).map((project) => project.pool);
  for (const pool of options.pools)
    if (!known.includes(pool))
      throw new ConfigError([
        { file, keyPath: "projects", expected: `a project with pool: ${pool}, because of --pool ${pool}` },
      ]);
}

async function serve(
  app: App,
  config: LoadedConfig,
  socket: string,
  log: ServiceLog,
  print: StartOptions["print"],
): Promise<void> {
  const { logger } = log;
  const about = { version: ownVersion(), pid: process.pid, startedAt: Date.now() };
  const stopping = createStopping(app, logger);
  const control = await openControl(
    socket,
    {
      status: async () => ({ ...(await app.status()), ...about }),
      stop: stopping.begin,
      inspection: () => app.inspection(),
    },
    log,
  );
  const forget = stopOnSignals(stopping.begin, logger);
  try {
    const started = app.start();
    // Stopped while starting: whatever the start still comes to is of no interest.
    started.catch(() => undefined);
    if ((await Promise.race([started.then(() => "started"), stopping.ended.then(() => "stopped")])) === "started") {
      logger.info(
        { version: about.version, dataDir: config.dataDir, config: config.file ?? "defaults" },
        "service starts",
      );
      for (const line of [...app.banner(), cliWords[config.language].started]) print(line);
      await stopping.ended;
    }
    logger.info({}, "service stops");
  } finally {
    forget();
    await control.close();
  }
}

interface Stopping {
  readonly begin: (mode: StopMode) => void;
  /** Resolves when the first stop is through; rejects when it fails. */
  readonly ended: Promise<void>;
}

function createStopping(app: App, logger: Logger): Stopping {
  const { promise: ended, resolve, reject } = withResolvers();
  ended.catch(() => undefined);
  const asked = new Set<StopMode>();
  const begin = (mode: StopMode): void => {
    if (asked.has(mode)) return;
    asked.add(mode);
    logger.info({ mode }, "stop is asked for");
    app.stop(mode).then(resolve, reject);
  };
  return { begin, ended };
}

function withResolvers(): {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
} {
  let resolve = (): void => undefined;
  let reject = (_error: unknown): void => undefined;
  const promise = new Promise<void>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
}

const signals = ["SIGHUP", "SIGINT", "SIGTERM"] as const;

function stopOnSignals(begin: (mode: StopMode) => void, logger: Logger): () => void {
  let seen = false;
  const onSignal = (signal: NodeJS.Signals, number: number): void => {
    logger.info({ signal }, "signal arrives");
    if (seen) process.exit(128 + number);
    seen = true;
    begin("keep");
  };
  for (const signal of signals) process.on(signal, onSignal);
  return () => {
    for (const signal of signals) process.off(signal, onSignal);
  };
}

function endOnUncaught(logger: Logger): void {
  const end = (event: string) => (error: unknown) => {
    logger.error({ error }, event);
    process.exit(1);
  };
  process.on("uncaughtException", end("error nobody caught"));
  process.on("unhandledRejection", end("rejection nobody handled"));
  // A terminal or pipe that went away must not end the service.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
}
