import { join } from "node:path";
import { keptId } from "./id-file.ts";

/** The stable name of the node that works on `dataDir`, made once: a restarted node takes its own leases back at once. */
export function nodeId(dataDir: string): Promise<string> {
  return keptId(join(dataDir, "node-id"), "n");
}
