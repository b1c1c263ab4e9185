import { accessSync, constants, statSync } from "node:fs";
import { userInfo } from "node:os";
import { dirname } from "node:path";
import { StopError } from "./stop-error.mjs";

/**
 * Throws a StopError unless the service's data can be written.
 *
 * @param {string} dataDir absolute; need not exist
 */
export function checkDataDir(dataDir) {
  const fault = writeFault(dataDir);
  if (fault === undefined) return;
  throw new StopError(
    `The service keeps its data in ${dataDir}, which cannot be written (${fault}): make it writable for the user ${userName()}, or name another folder ("HOTLINE_DATA_DIR=/path npm start"), and try again.`,
  );
}

/**
 * Throws a StopError unless the checkout can be written: only to be called when there is something to write.
 *
 * @param {string} root the project folder
 */
export function checkCheckout(root) {
  const fault = writeFault(root);
  if (fault === undefined) return;
  throw new StopError(
    `Something must be installed or built in ${root}, which cannot be written (${fault}): run the same command as the user who owns it, or clone it again as ${userName()}.`,
  );
}

/**
 * Why nothing can be made in a folder, e.g. "EACCES at /home"; undefined when it can.
 *
 * @param {string} folder absolute; need not exist
 * @returns {string | undefined}
 */
export function writeFault(folder) {
  let place = folder;
  for (;;) {
    try {
      if (!statSync(place).isDirectory()) return `${place} is not a folder`;
      accessSync(place, constants.W_OK | constants.X_OK);
      return undefined;
    } catch (error) {
      const above = dirname(place);
      if (error.code !== "ENOENT" || above === place) return `${error.code} at ${place}`;
      place = above;
    }
  }
}

function userName() {
  try {
    return userInfo().username;
  } catch {
    // A user id without an entry, as containers have it.
    return String(process.getuid?.() ?? "who runs this");
  }
}
