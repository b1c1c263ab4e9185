import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
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
}

/**
 * Reads the configuration: `--config`, else $HOTLINE_CONFIG, else ./hotline.yaml, else
 * ~/.config/codex-hotline/hotline.yaml, else defaults; with the `.env` beside it (the real environment wins).
 * The only reader of process.env. Throws ConfigError with every fault found.
 */
export function loadConfig(options: LoadOptions = {}): LoadedConfig {
  const cwd = options.cwd ?? process.cwd();
  const outer = options.env ?? process.env;
  const file = findFile(options.file, outer, cwd);
  const folder = file === undefined ? cwd : dirname(file);
  const dotenv = join(folder, ".env");
  const env = { ...readDotenv(dotenv), ...outer };
  const locate = (path: string): string => absolutePath(path, folder, env);
  const source = file ?? "defaults";
  const filled = substitute(file === undefined ? {} : readYaml(file), source, env, locate);
  const { tree, fromEnvironment } = withShortcuts(filled.value, env);
  const parsed = parse(tree, source, filled.faults, fromEnvironment);
  return complete(parsed, {
    env,
    locate,
    cwd,
    source,
    ...(file === undefined ? {} : { file }),
    secretFiles: [...(file === undefined ? [] : [file]), ...(existsSync(dotenv) ? [dotenv] : []), ...filled.files],
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
  const named = asked ?? (env.HOTLINE_CONFIG || undefined);
  if (named !== undefined) {
    const path = absolutePath(named, cwd, env);
    if (!existsSync(path)) throw new ConfigError([{ file: path, keyPath: "", expected: "this file to exist" }]);
    return path;
  }
  const home = env.HOME || homedir();
  return [resolve(cwd, "hotline.yaml"), join(home, ".config", "codex-hotline", "hotline.yaml")].find((path) =>
    existsSync(path),
  );
}

function readDotenv(path: string): Environment {
  return existsSync(path) ? parseEnv(readText(path)) : {};
}

function readYaml(path: string): unknown {
  // prettyErrors would quote the offending lines, which may hold a token.
  const document = parseDocument(readText(path), { prettyErrors: false });
  const [error] = document.errors;
  if (error !== undefined) {
    const line = readText(path).slice(0, error.pos[0]).split("\n").length;
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
