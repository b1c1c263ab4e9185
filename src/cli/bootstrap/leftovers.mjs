import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { run } from "./run.mjs";

/**
 * Removes what runs that were killed left in a folder: entries that begin with `prefix` and a process id nobody has.
 *
 * @param {string} folder
 * @param {string} prefix e.g. "dist."
 */
export function sweep(folder, prefix) {
  for (const name of readdirSync(folder)) {
    const pid = name.startsWith(prefix) ? Number.parseInt(name.slice(prefix.length), 10) : Number.NaN;
    if (!Number.isNaN(pid) && (pid === process.pid || !isAlive(pid))) {
      rmSync(join(folder, name), { recursive: true, force: true });
    }
  }
}

/**
 * The arguments a living process was started with; undefined when there is none.
 *
 * @param {number} pid
 * @returns {Promise<string | undefined>}
 */
export async function commandLine(pid) {
  if (!isAlive(pid)) return undefined;
  if (process.platform !== "linux") {
    const { code, output } = await run("ps", ["-o", "args=", "-p", String(pid)]);
    return code === 0 ? output.trim() : undefined;
  }
  try {
    // A process that ended but was not waited for has an empty one.
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim() || undefined;
  } catch (error) {
    if (error.code === "ENOENT" || error.code === "ESRCH") return undefined;
    throw error;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}
