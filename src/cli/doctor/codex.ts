import { existsSync, readFileSync } from "node:fs";
import { nearestKey } from "../../../config/faults.ts";
import type { LoadedConfig } from "../../../config/load.ts";
import { examineBinary, examineServer, type ServerExamination, trySandbox } from "../../codex/examine.ts";
import type { CodexRuntimeOptions } from "../../codex/runtime.ts";
import { silentLogger } from "../../lib/log.ts";
import type { Finding } from "../../model/finding.ts";
import { codexOptions } from "../wiring.ts";
import { type Check, reasonOf, type Scene } from "./check.ts";

/** The Codex binary, its sandbox on this machine, its sign-in and the models that are asked for. */
export function codexChecks(scene: Scene): readonly Check[] {
  const options = codexOptions(scene.config, silentLogger);
  return [
    { name: "codex", run: (signal) => checkBinary(scene, options, signal) },
    { name: "codex.sandbox", run: (signal) => checkSandbox(scene, options, signal) },
    { name: "codex.sign-in", run: (signal) => checkServer(scene, options, signal) },
  ];
}

async function checkBinary(
  scene: Scene,
  options: CodexRuntimeOptions,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const { words, place } = scene;
  const check = "codex";
  try {
    const { bin, version, pinned } = await examineBinary(options, signal);
    if (version === pinned) return [{ check, state: "ok", message: version }];
    return [
      {
        check,
        state: "warn",
        message: words.foreignCodex(bin, version, pinned),
        fix: words.fixForeignCodex(place("codex.bin")),
      },
    ];
  } catch (error) {
    signal.throwIfAborted();
    const fix = options.bin === undefined ? "npm install" : words.fixCodexBin(place("codex.bin"));
    return [{ check, state: "error", message: words.codexFails(reasonOf(error)), fix }];
  }
}

async function checkSandbox(
  scene: Scene,
  options: CodexRuntimeOptions,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const { config, words, place } = scene;
  const check = "codex.sandbox";
  const used = usesSandbox(config);
  try {
    const why = await trySandbox(options, signal);
    if (why === undefined) return [{ check, state: "ok", message: words.sandboxWorks }];
    if (!used) return [{ check, state: "ok", message: words.sandboxUnused }];
    return [
      { check, state: "error", message: words.sandboxFails(why), fix: sandboxFix(scene, place("codex.sandbox")) },
    ];
  } catch (error) {
    signal.throwIfAborted();
    return [{ check, state: "error", message: words.codexFails(reasonOf(error)) }];
  }
}

function usesSandbox({ codex, projects }: LoadedConfig): boolean {
  return Object.values(projects).some((project) => (project.sandbox ?? codex.sandbox) !== "danger-full-access");
}

/** The switch that is off on this Linux, as far as it tells. */
function sandboxFix({ words }: Scene, place: string): string {
  const switches: readonly (readonly [path: string, off: string, command: string])[] = [
    ["/proc/sys/user/max_user_namespaces", "0", "sudo sysctl -w user.max_user_namespaces=15000"],
    ["/proc/sys/kernel/unprivileged_userns_clone", "0", "sudo sysctl -w kernel.unprivileged_userns_clone=1"],
    [
      "/proc/sys/kernel/apparmor_restrict_unprivileged_userns",
      "1",
      "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0",
    ],
  ];
  const found = switches.find(([path, off]) => existsSync(path) && readFileSync(path, "utf8").trim() === off);
  return found === undefined ? words.fixSandbox(place) : words.fixSandboxBy(found[2], place);
}

async function checkServer(
  scene: Scene,
  options: CodexRuntimeOptions,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const { words } = scene;
  const check = "codex.sign-in";
  try {
    const server = await examineServer(options, signal);
    return [signInFinding(server, scene), ...modelFindings(server, scene), ...foreignMode(server, scene)];
  } catch (error) {
    signal.throwIfAborted();
    return [{ check, state: "error", message: words.codexSilent(reasonOf(error)), fix: words.fixCodexSilent }];
  }
}

function signInFinding(server: ServerExamination, { config, words, role }: Scene): Finding {
  const check = "codex.sign-in";
  if (server.signedIn)
    return { check, state: "ok", message: server.needsOpenai ? words.signedIn : words.noSignInNeeded };
  const fix = `CODEX_HOME=${config.codex.home} npx codex login`;
  // A worker waits; everywhere else the demo model answers meanwhile.
  return role === "worker"
    ? { check, state: "error", message: words.workerNotSignedIn, fix }
    : { check, state: "warn", message: words.notSignedIn, fix };
}

/** Every model that is asked for by name. With a provider of the user's own the list says nothing for sure. */
function modelFindings(server: ServerExamination, { config, words, place }: Scene): readonly Finding[] {
  const asked: readonly (readonly [key: string, model: string | undefined])[] = [
    ["codex.model", config.codex.model],
    ...Object.entries(config.projects).map(([name, project]) => [`projects.${name}.model`, project.model] as const),
  ];
  const named = asked.flatMap(([key, model]) => (model === undefined ? [] : [{ key, model }]));
  const unknown = named.filter(({ model }) => !server.models.includes(model));
  if (unknown.length === 0) {
    const model = config.codex.model ?? server.model;
    return [{ check: "codex.model", state: "ok", message: model ?? words.defaultModel }];
  }
  return unknown.map(({ key, model }) => ({
    check: "codex.model",
    state: server.needsOpenai ? "error" : "warn",
    message: words.unknownModel(model, server.needsOpenai),
    fix: words.fixModel(place(key), nearestKey(model, server.models), server.models.join(", ")),
  }));
}

function foreignMode(server: ServerExamination, { words }: Scene): readonly Finding[] {
  if (server.foreignSandboxMode === undefined) return [];
  return [{ check: "codex.config", state: "ok", message: words.foreignSandboxMode(server.foreignSandboxMode) }];
}
