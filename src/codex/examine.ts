import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { untilAborted } from "../lib/until-aborted.ts";
import { fenced, launch, markOf, removeFiles } from "./app-server.ts";
import { bundledBinary, pinnedVersion } from "./binary.ts";
import { openClient } from "./client.ts";
import { configArgs, processEnv, processMark, profileName, type ServicePolicy } from "./config-overrides.ts";
import { readAs } from "./errors.ts";
import { run } from "./process.ts";
import { endProcess } from "./process-end.ts";
import { results } from "./protocol/read.ts";
import { type CodexRuntimeOptions, versionOf } from "./runtime.ts";

/** A binary that runs. */
export interface BinaryExamination {
  readonly bin: string;
  readonly version: string;
  /** The version this service was made for. */
  readonly pinned: string;
}

/** What Codex says of its sign-in and its models. */
export interface ServerExamination {
  /** The active provider is OpenAI's own: it needs a sign-in, and `models` are all it has. */
  readonly needsOpenai: boolean;
  readonly signedIn: boolean;
  /** Ids, as `model/list` has them. */
  readonly models: readonly string[];
  /** The user's own default. */
  readonly model?: string;
  /** A `sandbox_mode` in the user's own configuration. */
  readonly foreignSandboxMode?: string;
}

const readyWithinMs = 5000;
const endTimes = { graceMs: 500, pollMs: 20 };

/** Runs `codex --version`. CodexError `spawnFailed` when there is no binary or it cannot be run. */
export async function examineBinary(options: CodexRuntimeOptions, signal: AbortSignal): Promise<BinaryExamination> {
  const bin = options.bin ?? bundledBinary();
  return { bin, version: await versionOf(bin, signal), pinned: pinnedVersion() };
}

/**
 * Runs a command that does nothing in the very sandbox that commands of the model get (workspace-write, with all that is denied), in an
 * empty folder. Resolves with what stands in the way, undefined when nothing does. CodexError `spawnFailed` without binary.
 */
export async function trySandbox(options: CodexRuntimeOptions, signal: AbortSignal): Promise<string | undefined> {
  const bin = options.bin ?? bundledBinary();
  return withFolder(async (folder) => {
    const policy = await policyOf(options, folder);
    const mark = randomBytes(6).toString("hex");
    const profile = profileName({ sandbox: "workspace-write", network: false }, mark);
    const args = [
      "sandbox",
      "-P",
      profile,
      "-C",
      folder,
      ...configArgs(fenced(policy), mark),
      "--",
      "/bin/sh",
      "-c",
      ":",
    ];
    try {
      await run(bin, args, processEnv(options.hostEnv, policy), signal);
      return undefined;
    } catch (error) {
      signal.throwIfAborted();
      return lastLine(error);
    }
  });
}

/**
 * Starts an app-server beside those of the service, asks for account, configuration and models, and ends it. Nothing
 * of it touches the network. CodexError when it does not start or answer.
 */
export async function examineServer(options: CodexRuntimeOptions, signal: AbortSignal): Promise<ServerExamination> {
  return withFolder(async (folder) => {
    const bin = options.bin ?? bundledBinary();
    const policy = await policyOf(options, folder);
    const limit = AbortSignal.any([signal, AbortSignal.timeout(readyWithinMs)]);
    const { record, stream } = await launch("doctor", { ...options, bin, policy, runtimeDir: folder, signal: limit });
    try {
      return await untilAborted(ask(stream, options), signal);
    } finally {
      const { clock, log } = options;
      const mark = { name: processMark, value: markOf(record) };
      await endProcess(record, { clock, log, times: endTimes, policyPath: folder, mark });
      await removeFiles(record.socket);
    }
  });
}

async function ask(stream: Parameters<typeof openClient>[0], options: CodexRuntimeOptions): Promise<ServerExamination> {
  const client = await openClient(stream, { notification() {}, request() {}, closed() {} }, options);
  const [account, read, models] = await Promise.all([
    client.request("account/read", {}),
    client.request("config/read", {}),
    client.request("model/list", { limit: 100 }),
  ]);
  client.close();
  const { requiresOpenaiAuth, account: signIn } = readAs(results.account, "account/read", account);
  const { config } = readAs(results.config, "config/read", read);
  return {
    needsOpenai: requiresOpenaiAuth,
    signedIn: !requiresOpenaiAuth || signIn !== null,
    models: readAs(results.models, "model/list", models).data.map((model) => model.id),
    ...(config.model ? { model: config.model } : {}),
    ...(config.sandbox_mode ? { foreignSandboxMode: config.sandbox_mode } : {}),
  };
}

/** A home that is not there is not made: an empty one says the same. */
async function policyOf(options: CodexRuntimeOptions, folder: string): Promise<ServicePolicy> {
  const { home, deny, env, proxyEnv, config } = options;
  if (existsSync(home)) return { home, deny, env, proxyEnv, config };
  const empty = join(folder, "home");
  await mkdir(empty);
  return { home: empty, deny, env, proxyEnv, config };
}

async function withFolder<T>(act: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "hotline-doctor-"));
  try {
    return await act(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The last line of a failed command that says why, else the error itself. */
function lastLine(error: unknown): string {
  const stderr: unknown = error instanceof Error ? Reflect.get(error, "stderr") : undefined;
  const lines =
    typeof stderr === "string" ? stderr.split("\n").filter((line) => !/^\s*$|^(note|warning):/i.test(line)) : [];
  return lines.at(-1)?.trim() ?? String(error);
}
