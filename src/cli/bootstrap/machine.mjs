import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import { run } from "./run.mjs";
import { StopError } from "./stop-error.mjs";

const MIN_NODE = [20, 19];

/**
 * What is wrong with this Node.js, as one sentence; undefined when it will do.
 *
 * @param {string} version as in process.versions.node, e.g. "18.20.4"
 * @returns {string | undefined}
 */
export function nodeFault(version) {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [minMajor = 0, minMinor = 0] = MIN_NODE;
  if (major > minMajor || (major === minMajor && minor >= minMinor)) return undefined;
  return `Node.js ${MIN_NODE.join(".")} or newer is needed, this is ${version}: install the current LTS (for example "nvm install --lts") and run the same command again.`;
}

/** Throws a StopError unless `git` runs. */
export async function checkGit() {
  const { code } = await run("git", ["--version"]);
  if (code === 0) return;
  const command = process.platform === "darwin" ? "xcode-select --install" : "sudo apt-get install -y git";
  throw new StopError(
    `git is needed and was not found on PATH: run "${command}" (or your system's way) and try again.`,
  );
}

/**
 * The first executable file of that name on PATH, absolute; undefined without one.
 *
 * @param {string} name
 * @returns {string | undefined}
 */
export function findOnPath(name) {
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    const file = join(folder, name);
    if (folder !== "" && isExecutable(file)) return file;
  }
  return undefined;
}

/**
 * @param {string} file
 * @returns {boolean}
 */
export function isExecutable(file) {
  if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true) return false;
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
