import { readFileSync } from "node:fs";

/**
 * @param {string} file
 * @returns {string | undefined} undefined when it does not exist
 */
export function readText(file) {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
    throw error;
  }
}
