import { existsSync, readdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { parseEnv } from "node:util";
import { parseDocument } from "yaml";
import { complete, type LoadedConfig } from "./complete.ts";
import type { Environment } from "./environment.ts";
import { explain } from "./explain.ts";
import { ConfigError, type ConfigFault } from "./faults.ts";
import { absolutePath } from "./places.ts";
import { configSchema, type ParsedConfig } from "./schema.ts";
import { withShortcuts } from "./shortcuts.ts";
import { substitute } from "./substitute.ts";

export type { LoadedConfig } from "./complete.ts";

/** Where to look; everything absent comes from the process. */
export interface LoadOptions {
  /** `--config`; must exist. */
  readonly file?: string;
  readonly env?: Environment;
  /** Folder the service was started in. */
  readonly cwd?: string;
  /** What a file and the `.env` beside it would hold: read in place of what is there. */
  readonly draft?: Draft;
}

/** A configuration before it is written. */
export interface Draft {
  /** Absolute path of the file. */
  readonly file: string;
  readonly yaml: string;
  readonly dotenv: string;
}

/**
 * Reads the configuration: `--config`, else $HOTLINE_CONFIG, else ./hotline.yaml, else
 * ~/.config/codex-hotline/hotline.yaml, else defaults; with the `.env` beside it (the real environment wins).
 * The only reader of process.env. Throws ConfigError with every fault found.
 */
export function loadConfig(options: LoadOptions = {}): LoadedConfig {
  const cwd = options.cwd ?? process.cwd();
  const outer = options.env ?? process.env;
  const { draft } = options;
  const file = draft?.file ?? findFile(options.file, outer, cwd);
  const folder = file === undefined ? cwd : dirname(file);
  const dotenv = join(folder, ".env");
  const env = { ...(draft === undefined ? readDotenv(dotenv) : parseEnv(draft.dotenv)), ...outer };
  const locate = (path: string): string => absolutePath(path, folder, env);
  const source = file ?? "defaults";
  const filled = substitute(
    file === undefined ? {} : readYaml(file, draft?.yaml ?? readText(file)),
    source,
    env,
    locate,
  );
  const { tree, fromEnvironment } = withShortcuts(filled.value, env);
  const parsed = parse(tree, source, filled.faults, fromEnvironment);
  return complete(parsed, {
    env,
    locate,
    cwd,
    source,
    ...(file === undefined ? {} : { file }),
    secretFiles: [...withBackups(file), ...(existsSync(dotenv) ? [dotenv] : []), ...filled.files],
  });
}

function parse(
  tree: unknown,
  source: string,
  earlier: readonly ConfigFault[],
  fromEnvironment: ReadonlyMap<string, string>,
): ParsedConfig {
  const result = configSchema.safeParse(tree);
  if (result.success && earlier.length === 0) return result.data;
  const known = new Set(earlier.map((fault) => fault.keyPath));
  const faults = result.success
    ? []
    : explain(result.error.issues, tree, configSchema, source).filter((fault) => !known.has(fault.keyPath));
  throw new ConfigError([...earlier, ...faults.map((fault) => namedAfterVariable(fault, fromEnvironment))]);
}

/** A value that came from a shortcut variable is reported under its name. */
function namedAfterVariable(fault: ConfigFault, fromEnvironment: ReadonlyMap<string, string>): ConfigFault {
  for (const [key, variable] of fromEnvironment) {
    if (fault.keyPath === key || fault.keyPath.startsWith(`${key}.`))
      return { ...fault, file: "environment", keyPath: variable };
  }
  return fault;
}

function findFile(asked: string | undefined, env: Environment, cwd: string): string | undefined {
  const named = namedFile(asked, env, cwd);
  if (named !== undefined && !existsSync(named))
    throw new ConfigError([{ file: named, keyPath: "", expected: "this file to exist" }]);
  return named ?? usualFiles(env, cwd).find((path) => existsSync(path));
}

function namedFile(asked: string | undefined, env: Environment, cwd: string): string | undefined {
  const named = asked ?? (env.HOTLINE_CONFIG || undefined);
  return named === undefined ? undefined : absolutePath(named, cwd, env);
}

function usualFiles(env: Environment, cwd: string): readonly [string, string] {
  const home = env.HOME || homedir();
  return [resolve(cwd, "hotline.yaml"), join(home, ".config", "codex-hotline", "hotline.yaml")];
}

/**
 * The file that `loadConfig` would read, or where to write one: in the home folder, but beside a `.env` of this folder,
 * which would be read no longer otherwise.
 */
export function configPlace(options: Omit<LoadOptions, "draft"> = {}): {
  readonly file: string;
  readonly exists: boolean;
} {
  const cwd = options.cwd ?? process.cwd();
  const env = options.env ?? process.env;
  const [here, home] = usualFiles(env, cwd);
  const file =
    namedFile(options.file, env, cwd) ??
    [here, home].find((path) => existsSync(path)) ??
    (existsSync(resolve(cwd, ".env")) ? here : home);
  return { file, exists: existsSync(file) };
}

/** The file and what set-up kept of it (`hotline.yaml.bak`, …), which may hold tokens as well. */
function withBackups(file: string | undefined): readonly string[] {
  if (file === undefined) return [];
  const folder = dirname(file);
  const kept = existsSync(folder) ? readdirSync(folder).filter((name) => name.startsWith(`${basename(file)}.bak`)) : [];
  return [file, ...kept.map((name) => join(folder, name))];
}

function readDotenv(path: string): Environment {
  return existsSync(path) ? parseEnv(readText(path)) : {};
}

function readYaml(path: string, text: string): unknown {
  // prettyErrors would quote the offending lines, which may hold a token.
  const document = parseDocument(text, { prettyErrors: false });
  const [error] = document.errors;
  if (error !== undefined) {
    const line = text.slice(0, error.pos[0]).split("\n").length;
    throw new ConfigError([
      {
        file: `${path}:${line}`,
        keyPath: "",
        expected: `valid YAML (${error.code.toLowerCase().replaceAll("_", " ")})`,
      },
    ]);
  }
  return document.toJS() ?? {};
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new ConfigError([{ file: path, keyPath: "", expected: "a readable file" }], { cause });
  }
}
