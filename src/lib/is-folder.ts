import { statSync } from "node:fs";

/** Whether a folder is there, as far as we may see. */
export function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false; // Missing, or out of reach: of no use either way.
  }
}
