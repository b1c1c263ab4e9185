import { totalmem } from "node:os";
import { join } from "node:path";
import { hostAndPort, isLoopback } from "../src/lib/listen-address.ts";
import { childEnvironment, type Environment, eitherCase, urlSecrets } from "./environment.ts";
import { ConfigError, type ConfigFault } from "./faults.ts";
import { absolutePath, isForeignCheckout, isWithin, runtimeFolder } from "./places.ts";
import type { ParsedConfig } from "./schema.ts";

type Parsed<Key extends keyof ParsedConfig> = ParsedConfig[Key];

/** How a project is run; what is absent comes from `codex`. Paths absolute. */
export type ProjectConfig = Parsed<"projects">[string];

/** The configuration with every default filled in and every path absolute. */
export interface LoadedConfig extends Omit<ParsedConfig, "codex" | "timezone" | "log"> {
  readonly codex: Parsed<"codex"> & { readonly maxProcesses: number };
  readonly timezone: string;
  readonly log: Omit<Parsed<"log">, "file"> & { readonly file: string | false };
  /** The first is where an unbound chat works; at least one. */
  readonly projects: Parsed<"projects">;
  /** The project folder to be made when it is missing: only the one nobody configured. */
  readonly ownWorkspace?: string;
  /** Hosts reached without the proxy, as NO_PROXY has them. */
  readonly noProxy: string;
  /** The file read; absent when there is none. */
  readonly file?: string;
  /** Folder for unix sockets, short enough for the kernel; to be made 0700. */
  readonly runtimeDir: string;
  /** Strings that must reach no log, chat or error (L10). */
  readonly secrets: readonly string[];
  /** Files the model must not read: the configuration, `.env`, targets of `file:`. */
  readonly secretFiles: readonly string[];
  /** What children inherit: an allowlist of the environment, without `codex.env`. */
  readonly environment: Readonly<Record<string, string>>;
}

/** What was learnt while reading. */
export interface Origin {
  readonly env: Environment;
  readonly locate: (path: string) => string;
  readonly cwd: string;
  readonly source: string;
  readonly file?: string;
  readonly secretFiles: readonly string[];
}

const bytesPerProcess = 64 * 1024 * 1024;

/** Fills in what depends on the machine, makes paths absolute, checks what spans keys. Throws ConfigError. */
export function complete(parsed: ParsedConfig, origin: Origin): LoadedConfig {
  const { env, locate } = origin;
  const dataDir = locate(parsed.dataDir);
  const { projects, ownWorkspace } = completeProjects(parsed, dataDir, origin);
  refuse(parsed, projects, dataDir, origin.source);
  return {
    ...parsed,
    dataDir,
    codex: {
      ...parsed.codex,
      ...(parsed.codex.bin === undefined ? {} : { bin: locate(parsed.codex.bin) }),
      home: locate(parsed.codex.home),
      maxProcesses: parsed.codex.maxProcesses ?? defaultMaxProcesses(),
    },
    projects,
    ...(ownWorkspace === undefined ? {} : { ownWorkspace }),
    timezone: parsed.timezone ?? new Intl.DateTimeFormat().resolvedOptions().timeZone,
    log: { ...parsed.log, file: logFile(parsed.log.file, dataDir, locate) },
    noProxy: eitherCase(env, "NO_PROXY") ?? "",
    ...(origin.file === undefined ? {} : { file: origin.file }),
    runtimeDir: runtimeFolder(dataDir, env),
    secrets: secretsOf(parsed),
    secretFiles: origin.secretFiles,
    environment: childEnvironment(env, parsed.proxy),
  };
}

/** Working turns at once: 64 MB each of half the memory we may use, at least 8. */
function defaultMaxProcesses(): number {
  const limit = process.constrainedMemory();
  const memory = limit > 0 ? Math.min(totalmem(), limit) : totalmem();
  return Math.max(8, Math.floor(memory / 2 / bytesPerProcess));
}

function completeProjects(
  parsed: ParsedConfig,
  dataDir: string,
  origin: Origin,
): Pick<LoadedConfig, "projects" | "ownWorkspace"> {
  const entries = Object.entries(parsed.projects);
  if (entries.length > 0) {
    const located = entries.map(([key, project]): [string, ProjectConfig] => {
      const path = origin.locate(project.path);
      return [
        key,
        { ...project, path, writable: project.writable.map((folder) => absolutePath(folder, path, origin.env)) },
      ];
    });
    return { projects: Object.fromEntries(located) };
  }
  if (isForeignCheckout(origin.cwd))
    return { projects: { default: { path: origin.cwd, pool: "default", writable: [] } } };
  // Beside dataDir, not in it: the model is denied everything below dataDir.
  const ownWorkspace = `${dataDir}-workspace`;
  return { projects: { default: { path: ownWorkspace, pool: "default", writable: [] } }, ownWorkspace };
}

function refuse(parsed: ParsedConfig, projects: LoadedConfig["projects"], dataDir: string, file: string): void {
  const faults: ConfigFault[] = [];
  if (["/proc", "/sys", "/dev"].some((root) => isWithin(dataDir, root)))
    faults.push({ file, keyPath: "dataDir", expected: "a folder on a disk", got: dataDir });
  for (const [key, project] of Object.entries(projects)) {
    if (isWithin(project.path, dataDir))
      faults.push({
        file,
        keyPath: `projects.${key}.path`,
        expected: `a folder outside dataDir (${dataDir})`,
        got: project.path,
      });
  }
  const { web } = parsed.channels;
  if (web !== false && web.token === undefined && !isLoopback(hostAndPort(web.listen).host))
    faults.push({
      file,
      keyPath: "channels.web.token",
      expected: `a token (16 characters or more), because ${web.listen} is reached from other machines; or listen on 127.0.0.1`,
    });
  for (const channel of ["telegram", "feishu"] as const) {
    const ids = parsed.channels[channel].map((account) => account.id);
    for (const [index, id] of ids.entries()) {
      if (ids.indexOf(id) !== index)
        faults.push({
          file,
          keyPath: `channels.${channel}.${index}.id`,
          expected: "a name no other account has",
          got: JSON.stringify(id),
        });
    }
  }
  if (faults.length > 0) throw new ConfigError(faults);
}

function logFile(file: boolean | string, dataDir: string, locate: (path: string) => string): string | false {
  if (file === true) return join(dataDir, "log", "hotline.log");
  return file === false ? false : locate(file);
}

function secretsOf(parsed: ParsedConfig): readonly string[] {
  const all = [
    ...parsed.channels.telegram.map((account) => account.token),
    ...parsed.channels.feishu.map((account) => account.appSecret),
    ...(parsed.channels.web === false ? [] : [parsed.channels.web.token ?? ""]),
    ...Object.values(parsed.codex.env),
    ...urlSecrets(parsed.redis?.url),
    ...urlSecrets(parsed.proxy),
  ];
  return [...new Set(all.filter((secret) => secret !== ""))];
}
