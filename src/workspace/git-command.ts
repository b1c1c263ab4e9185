import { execFile } from "node:child_process";

/**
 * Runs git in a folder. Undefined when git is missing or fails (not a checkout, refused, took over 20 s).
 * `input` is standard input, `index` another index file.
 */
export type GitCommand = (
  args: readonly string[],
  options?: { readonly input?: string; readonly index?: string },
) => Promise<string | undefined>;

const timeoutMs = 20_000;
const maxOutput = 64 * 1024 * 1024;

/**
 * The project belongs to the model: what stands in its `.git` must not run outside the sandbox. So no hooks, no
 * file-system monitor, no transport, no submodules, and filters configured in the checkout itself are switched off
 * (those of the user's own configuration, such as Git LFS, stay).
 */
export async function openGit(cwd: string, environment: Readonly<Record<string, string>>): Promise<GitCommand> {
  const base: NodeJS.ProcessEnv = {
    ...environment,
    LC_ALL: "C",
    GIT_OPTIONAL_LOCKS: "0",
    GIT_TERMINAL_PROMPT: "0",
    GIT_ALLOW_PROTOCOL: "none",
    GIT_NO_LAZY_FETCH: "1",
  };
  const listed = await runGit(cwd, ["config", "--list", "--show-scope", "--name-only", "-z"], base);
  const overrides = [
    ["core.fsmonitor", "false"],
    ["core.hooksPath", "/dev/null"],
    ["core.quotePath", "false"],
    ["diff.ignoreSubmodules", "all"],
    ...localFilters(listed ?? "").flatMap((name) => [
      [`filter.${name}.clean`, ""],
      [`filter.${name}.smudge`, ""],
      [`filter.${name}.process`, ""],
      [`filter.${name}.required`, "false"],
    ]),
  ];
  // As variables, because `-c name=value` cannot name a filter that holds "=".
  const config = overrides.flatMap(([key, value], index) => [
    [`GIT_CONFIG_KEY_${index}`, key],
    [`GIT_CONFIG_VALUE_${index}`, value],
  ]);
  const env = { ...base, ...Object.fromEntries(config), GIT_CONFIG_COUNT: String(overrides.length) };
  return (args, options = {}) =>
    runGit(cwd, args, options.index === undefined ? env : { ...env, GIT_INDEX_FILE: options.index }, options.input);
}

/** Names of filters set in the checkout's own configuration, includes and worktree configuration among it. */
function localFilters(listed: string): readonly string[] {
  const fields = listed.split("\0");
  const names = fields.flatMap((key, index) => {
    const scope = fields[index - 1];
    const name =
      index % 2 === 1 && (scope === "local" || scope === "worktree")
        ? /^filter\.(.+)\.[^.]+$/s.exec(key)?.[1]
        : undefined;
    return name === undefined ? [] : [name];
  });
  return [...new Set(names)];
}

/** One git command with exactly this environment; what it printed. Undefined when git is missing or fails. */
export function runGit(
  cwd: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  input?: string,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    const child = execFile(
      "git",
      ["--no-pager", ...args],
      { cwd, env, timeout: timeoutMs, maxBuffer: maxOutput, encoding: "utf8" },
      (error, stdout) => resolve(error === null ? stdout : undefined),
    );
    // git may end before it has read everything; its exit code says what there is to say.
    child.stdin?.on("error", () => undefined);
    child.stdin?.end(input ?? "");
  });
}
