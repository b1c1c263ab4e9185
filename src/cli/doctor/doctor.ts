import { setMaxListeners } from "node:events";
import { ConfigError, faultLine } from "../../../config/faults.ts";
import { type LoadedConfig, loadConfig } from "../../../config/load.ts";
import { type DoctorWords, doctorWords } from "../../model/catalog/doctor.ts";
import type { Finding } from "../../model/finding.ts";
import { createRedactor } from "../../telemetry/redact.ts";
import type { CreateExaminers, Role } from "../app-port.ts";
import { channelChecks } from "./channels.ts";
import { type Check, runChecks, type Scene, sceneOf } from "./check.ts";
import { codexChecks } from "./codex.ts";
import { checkFolders, checkSecretFiles } from "./folders.ts";
import { checkLeftovers } from "./leftovers.ts";
import { type ChildEnvironment, checkGit, nodeFinding } from "./machine.ts";
import { checkClock, checkProxy } from "./network.ts";
import { checkOwners } from "./owners.ts";
import { checkProjects } from "./projects.ts";
import { askRedis, checkRedis } from "./redis.ts";
import { mendAll, type Outcome, printJson, printLines } from "./report.ts";
import { checkService, findService } from "./service.ts";
import { checkWeb } from "./web.ts";

/** What `hotline doctor` is told and given. */
export interface DoctorOptions {
  readonly configFile?: string;
  readonly json: boolean;
  /** Do what is safe. */
  readonly fix: boolean;
  /** What this machine is for; absent: what runs there, else all. */
  readonly role?: Role;
  readonly createExaminers: CreateExaminers;
  readonly print: (line: string) => void;
}

/** Time of a check and of a mend, ms: with both, and a second each to clean up, all is done in 15 s. */
const checkMs = 7000;
const mendMs = 2500;

/**
 * Looks at everything the service needs, all at once, and prints one line per check in a fixed order; with `fix` does
 * what is safe and says so. Whether the service runs or not. 1 when an error is left, or when interrupted, else 0.
 */
export async function doctor(options: DoctorOptions): Promise<number> {
  const interruption = createInterruption();
  try {
    return await visit(options, interruption.signal);
  } finally {
    interruption.forget();
  }
}

/** Until the first SIGINT, SIGTERM or SIGHUP: what was started is ended before we are. */
function createInterruption(): { readonly signal: AbortSignal; readonly forget: () => void } {
  const stop = new AbortController();
  // Every check listens.
  setMaxListeners(0, stop.signal);
  const end = (): void => stop.abort(new Error("interrupted"));
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(name, end);
  return {
    signal: stop.signal,
    forget() {
      for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.off(name, end);
    },
  };
}

async function visit(options: DoctorOptions, stop: AbortSignal): Promise<number> {
  const read = readConfig(options.configFile);
  const words = doctorWords["config" in read ? read.config.language : "en"];
  const found = "config" in read ? await examine(read.config, options, stop) : await withoutConfig(read, words);
  if (stop.aborted) return 1;
  const redact = createRedactor("config" in read ? read.config.secrets : []);
  const outcomes: readonly Outcome[] = options.fix ? await mendAll(found, mendMs, words) : found;
  const clean = outcomes.map((one) => ({
    ...one,
    message: redact(one.message),
    ...(one.fix === undefined ? {} : { fix: redact(one.fix) }),
  }));
  if (options.json) printJson(clean, options.print);
  else printLines(clean, words, options.print);
  return clean.some((one) => one.state === "error") ? 1 : 0;
}

type ReadConfig = { readonly config: LoadedConfig } | { readonly fault: ConfigError };

function readConfig(file: string | undefined): ReadConfig {
  try {
    return { config: loadConfig(file === undefined ? {} : { file }) };
  } catch (error) {
    if (error instanceof ConfigError) return { fault: error };
    throw error;
  }
}

/** Without a configuration only the machine can be looked at. */
async function withoutConfig(read: { readonly fault: ConfigError }, words: DoctorWords): Promise<readonly Finding[]> {
  const machine = await runChecks([gitCheck(undefined, words)], checkMs, words);
  const faults = read.fault.faults.map(
    (fault): Finding => ({
      check: "config",
      state: "error",
      message: faultLine(fault),
      fix: words.fixConfig(fault.keyPath, fault.file, fault.nearest),
    }),
  );
  return [
    nodeFinding(process.version, words),
    ...machine,
    ...faults,
    { check: "rest", state: "warn", message: words.restUnseen },
  ];
}

async function examine(
  config: LoadedConfig,
  { createExaminers, role }: DoctorOptions,
  stop: AbortSignal,
): Promise<readonly Finding[]> {
  const [service, examiners] = await Promise.all([findService(config), createExaminers(config)]);
  const scene = sceneOf(config, service, role);
  const { words } = scene;
  const redis = askRedis(config);
  const roots = examiners.map((one) => one.address);
  const [talks, works] = [scene.role !== "worker", scene.role !== "gateway"];
  const checks: readonly Check[] = [
    { name: "node", run: async () => [nodeFinding(process.version, words)] },
    ...(works ? [gitCheck(config.environment, words)] : []),
    { name: "config", run: async () => [configFinding(scene), ...checkSecretFiles(scene)] },
    { name: "dataDir", run: () => checkFolders(scene) },
    { name: "service", run: () => checkService(scene) },
    { name: "redis", run: (signal) => checkRedis(scene, redis, signal) },
    ...(works ? codexChecks(scene) : []),
    ...channelChecks(scene, examiners),
    ...(talks ? [{ name: "owners", run: (signal: AbortSignal) => checkOwners(scene, redis, signal) }] : []),
    { name: "clock", run: (signal) => checkClock(scene, roots, signal) },
    { name: "proxy", run: (signal) => checkProxy(scene, signal) },
    ...(works ? [{ name: "projects", run: () => checkProjects(scene) }] : []),
    { name: "web", run: () => checkWeb(scene) },
    ...(works ? [{ name: "leftovers", run: () => checkLeftovers(scene) }] : []),
  ];
  return runChecks(checks, checkMs, words, stop);
}

function gitCheck(environment: ChildEnvironment, words: DoctorWords): Check {
  return { name: "git", run: (signal) => checkGit(environment, words, signal) };
}

function configFinding({ config, words }: Scene): Finding {
  return { check: "config", state: "ok", message: config.file ?? words.noConfigFile };
}
