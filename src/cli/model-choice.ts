import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { LoadedConfig } from "../../config/load.ts";
import type { CodexFacts, CodexRuntime } from "../codex/port.ts";
import { projectCommits } from "../demo/project.ts";
import { createDemoModel, type DemoModel } from "../demo/server.ts";
import type { Logger } from "../lib/log.ts";
import { demoWords } from "../model/catalog/demo.ts";
import { makeThrowAway } from "../workspace/throw-away.ts";
import { makePrivate } from "./folders.ts";
import { codexOf } from "./wiring.ts";

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
 * The demo model where it is asked for or Codex has no sign-in and no key, else the model of Codex's configuration.
 * Rejects when the demo cannot be set up (its folders, its port).
 */
export async function chooseModel(config: LoadedConfig, log: Logger, asked: boolean): Promise<ModelChoice> {
  const codex = codexOf(config, log);
  if (!asked) {
    const facts = factsOf(config, codex, log);
    const needed = await facts.then(
      ({ signInNeeded }) => signInNeeded,
      () => false,
    );
    if (!needed) return { config, codex, facts: () => facts };
  }
  return openDemo(config, log);
}

/** Asked of the demo's home where the user has none: asking makes one. */
function factsOf(config: LoadedConfig, codex: CodexRuntime, log: Logger): Promise<CodexFacts> {
  const { home } = config.codex;
  const asked = existsSync(home)
    ? codex
    : codexOf({ ...config, codex: { ...config.codex, home: demoHome(config) } }, log);
  return asked.facts();
}

async function openDemo(config: LoadedConfig, log: Logger): Promise<ModelChoice> {
  const words = demoWords[config.language];
  const folder = join(config.dataDir, "demo");
  const beside = `${config.dataDir}-demo`;
  await makePrivate(folder, "dataDir", config.file);
  // Beside dataDir, not in it: the model is denied everything below dataDir.
  await makePrivate(beside, "dataDir", config.file);
  const places = { project: join(beside, "project"), origin: join(beside, "origin.git") };
  const checkout = await makeThrowAway(places, projectCommits, config.environment);
  const { model, port, moved } = await listenAgain(join(folder, "port"), config, log);
  const shown = demoConfig(config, port, places.project);
  const codex = codexOf(shown, log, `demo:${port}`);
  return {
    config: shown,
    codex,
    facts: () => codex.facts(),
    demo: {
      notes: [
        words.label,
        ...(moved === undefined ? [] : [words.moved(moved, port)]),
        ...(checkout ? [] : [words.noGit]),
      ],
      stop: () => model.stop(),
    },
  };
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

function demoHome(config: LoadedConfig): string {
  return join(config.dataDir, "demo", "codex");
}

/** Nothing of the user's Codex or projects; what shows each ability. Pure. */
export function demoConfig(config: LoadedConfig, port: number, project: string): LoadedConfig {
  const { model: _model, ...codex } = config.codex;
  const { ownWorkspace: _own, ...rest } = config;
  return {
    ...rest,
    codex: {
      ...codex,
      home: demoHome(config),
      approvalPolicy: "on-request",
      sandbox: "workspace-write",
      network: false,
      env: {},
      config: demoProvider(port),
    },
    projects: { demo: { path: project, writable: [] } },
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
    // A turn that lost its model to a restart of the service waits for it.
    "features.unbounded_connection_retries": true,
    "features.plugins": false,
    "features.apps": false,
    "features.remote_plugin": false,
    "analytics.enabled": false,
  };
}
