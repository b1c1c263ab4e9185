import { existsSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { LoadedConfig } from "../../config/load.ts";
import type { CodexFacts, CodexRuntime } from "../codex/port.ts";
import { projectCommits } from "../demo/project.ts";
import { harmlessCommands } from "../demo/script.ts";
import { createDemoModel, type DemoModel } from "../demo/server.ts";
import { systemClock } from "../lib/clock.ts";
import type { Logger } from "../lib/log.ts";
import { demoWords } from "../model/catalog/demo.ts";
import { makeThrowAway } from "../workspace/throw-away.ts";
import type { AppTools } from "./app-port.ts";
import { makePrivate } from "./folders.ts";
import { codexOf } from "./wiring.ts";

/** A Codex that does not say within this whether it is signed in is taken for the real one, ms: messages wait for the start. */
const factsMs = 10_000;

/** Which model answers, and what follows from that. */
export interface ModelChoice {
  /** The configuration as the service runs with it: the demo has its own Codex home, model and project. */
  readonly config: LoadedConfig;
  readonly codex: CodexRuntime;
  /** Of that Codex; rejects when it cannot be asked. Asked once. */
  readonly facts: () => Promise<CodexFacts>;
  /** Present: the demo model answers. */
  readonly demo?: RunningDemo;
}

/** The demo model at work. */
export interface RunningDemo {
  /** For the banner: that it is the demo, and what is not as it should be. */
  readonly notes: readonly string[];
  stop(): Promise<void>;
}

/**
 * The demo model where it is asked for, or where Codex has no sign-in and no key and never had one; else the model of
 * Codex's configuration.
 * Rejects when a demo that was asked for cannot be set up (its folders, its port).
 */
export async function chooseModel(
  config: LoadedConfig,
  log: Logger,
  { demo: asked, role }: Pick<AppTools, "demo" | "role">,
): Promise<ModelChoice> {
  const codex = codexOf(config, log);
  // Who had the real model must not get the demo's words instead of its work because a sign-in was lost. Nobody waits for
  // the facts then; asked later, by the banner, their process is not swept away as a forgotten one.
  if (!asked && existsSync(wasSignedIn(config))) return { config, codex, facts: () => factsOf(config, log, asked) };
  const facts = factsOf(config, log, asked);
  const real: ModelChoice = { config, codex, facts: () => facts };
  const over = new AbortController();
  const known = await Promise.race([facts, systemClock.sleep(factsMs, over.signal)]).catch(() => undefined);
  over.abort(new Error("the model is chosen"));
  if (known?.signInNeeded === false && !asked) await writeFile(wasSignedIn(config), "", { mode: 0o600 });
  if (!asked && known?.signInNeeded !== true) return real;
  // A machine among others must not answer their people's work with a script: it waits for its sign-in, and says so.
  if (role === "worker") return real;
  try {
    return await openDemo(config, log, facts, { asked, sandboxFailure: known?.sandboxFailure });
  } catch (error) {
    if (asked) throw error;
    // The banner says what is missing; a service with a demo is no better than one that waits for its sign-in.
    log.error({ error }, "demo model cannot be set up");
    return real;
  }
}

/** The demo's home answers where the user has none, or is not to be asked: asking writes to it. */
function factsOf(config: LoadedConfig, log: Logger, asked: boolean): Promise<CodexFacts> {
  const own = !asked && existsSync(config.codex.home);
  const home = own ? config.codex.home : demoHome(config);
  return codexOf({ ...config, codex: { ...config.codex, home } }, log).facts();
}

async function openDemo(
  config: LoadedConfig,
  log: Logger,
  facts: Promise<CodexFacts>,
  known: { readonly asked: boolean; readonly sandboxFailure: string | undefined },
): Promise<ModelChoice> {
  const { sandboxFailure } = known;
  const words = demoWords[config.language];
  const folder = join(config.dataDir, "demo");
  const beside = `${config.dataDir}-demo`;
  await makePrivate(folder, "dataDir", config.file);
  // Beside dataDir, not in it: the model is denied everything below dataDir.
  await makePrivate(beside, "dataDir", config.file);
  await writeRules(demoHome(config), sandboxFailure !== undefined);
  const places = { project: join(beside, "project"), origin: join(beside, "origin.git") };
  const checkout = await makeThrowAway(places, projectCommits, config.environment);
  const { model, port, moved } = await listenAgain(join(folder, "port"), config, log);
  const shown = demoConfig(config, port, places.project, sandboxFailure === undefined);
  const notes = [
    words.label,
    words.try,
    ...(known.asked ? [words.asked] : []),
    ...(moved === undefined ? [] : [words.moved(moved, port)]),
    ...(sandboxFailure === undefined ? [] : [words.noSandbox(sandboxFailure)]),
    ...(checkout ? [] : [words.noGit]),
  ];
  return {
    config: shown,
    codex: codexOf(shown, log, `demo:${port}`),
    facts: () => facts.then(ofDemo),
    demo: { notes, stop: () => model.stop() },
  };
}

/** Facts of the same binary, without what the user's own Codex home says. */
function ofDemo({ model: _model, foreignSandboxMode: _mode, ...facts }: CodexFacts): CodexFacts {
  return { ...facts, signInNeeded: false };
}

/** Without a sandbox Codex would ask before every command; the script's harmless ones are allowed by rules. */
async function writeRules(home: string, needed: boolean): Promise<void> {
  const file = join(home, "rules", "demo.rules");
  // A rule takes its commands out of the sandbox, so none is left where there is one.
  if (!needed) return rm(file, { force: true });
  await mkdir(join(home, "rules"), { recursive: true, mode: 0o700 });
  const rules = harmlessCommands.map((words) => `prefix_rule(pattern=${JSON.stringify(words)}, decision="allow")`);
  await writeFile(file, `${rules.join("\n")}\n`, { mode: 0o600 });
}

/** Listens where it did the last time: Codex outlives the service, and looks for its model there. */
async function listenAgain(
  file: string,
  { language }: LoadedConfig,
  log: Logger,
): Promise<{ readonly model: DemoModel; readonly port: number; readonly moved?: number }> {
  const before = Number(await readFile(file, "utf8").catch(() => "0"));
  const known = Number.isInteger(before) && before > 0 && before < 65_536;
  const model = createDemoModel({ language, log: log.child({ part: "demo" }), ...(known ? { port: before } : {}) });
  const port = await model.start();
  log.info({ port }, "demo model listens");
  if (port !== before) await writeFile(file, `${port}\n`, { mode: 0o600 });
  return { model, port, ...(known && port !== before ? { moved: before } : {}) };
}

/** There since Codex was signed in at a start. */
function wasSignedIn(config: LoadedConfig): string {
  return join(config.dataDir, "signed-in");
}

function demoHome(config: LoadedConfig): string {
  return join(config.dataDir, "demo", "codex");
}

/** Nothing of the user's Codex or projects; what shows each ability. Pure. */
export function demoConfig(config: LoadedConfig, port: number, project: string, sandboxed: boolean): LoadedConfig {
  const { model: _model, ...codex } = config.codex;
  const { ownWorkspace: _own, ...rest } = config;
  return {
    ...rest,
    codex: {
      ...codex,
      home: demoHome(config),
      // Without a sandbox, only "untrusted" asks for anything.
      approvalPolicy: sandboxed ? "on-request" : "untrusted",
      sandbox: sandboxed ? "workspace-write" : "danger-full-access",
      network: false,
      env: {},
      config: demoProvider(port),
    },
    projects: { demo: { path: project, pool: "default", writable: [] } },
    // A proxy would be asked for the demo model, too.
    environment: Object.fromEntries(Object.entries(config.environment).filter(([name]) => !/_proxy$/i.test(name))),
  };
}

function demoProvider(port: number): LoadedConfig["codex"]["config"] {
  return {
    // Its tools are plain calls, which a script can make.
    model: "gpt-5.5",
    model_provider: "hotline_demo",
    "model_providers.hotline_demo.name": "codex-hotline demo",
    "model_providers.hotline_demo.base_url": `http://127.0.0.1:${port}/v1`,
    "model_providers.hotline_demo.wire_api": "responses",
    "model_providers.hotline_demo.requires_openai_auth": false,
    // A turn outlasts a restart of the service by its retries, some seconds. Without a bound, whoever takes the port of a
    // service that ended could command it.
    "features.unbounded_connection_retries": false,
    "model_providers.hotline_demo.request_max_retries": 8,
    "model_providers.hotline_demo.stream_max_retries": 8,
    "features.plugins": false,
    "features.apps": false,
    "features.remote_plugin": false,
    "analytics.enabled": false,
  };
}
