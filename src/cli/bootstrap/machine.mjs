import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import { run } from "./run.mjs";
import { StopError } from "./stop-error.mjs";

/**
 * Throws a StopError on a system that the dependencies' programs are not made for: said before they are installed.
 */
export function checkSystem() {
  if (process.platform === "linux") {
    process.report.excludeNetwork = true;
    if (process.report.getReport().header.glibcVersionRuntime !== undefined) return;
    throw new StopError(
      "This Linux has no glibc (Alpine, or another system with musl), and the service is made and tested with glibc only: use Debian, Ubuntu, Fedora or another glibc system, or the container of the Dockerfile.",
    );
  }
  if (process.platform === "darwin") return;
  const instead =
    process.platform === "win32" ? 'use WSL (run "wsl --install", then clone and start in there)' : "use one of them";
  throw new StopError(`The service runs on Linux and macOS, this is ${process.platform}: ${instead}.`);
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
  // A folder on PATH that may not be read holds nothing for us: it is passed over like an empty one.
  try {
    if (!statSync(file).isFile()) return false;
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
