import { join } from "node:path";
import { keptId } from "./id-file.ts";

/**
 * The name of a Codex home, kept in it: a conversation can only go on where its rollouts lie, whichever worker works
 * there. `fallback` where nothing can be written into it: it is this node's alone then.
 */
export async function homeId(codexHome: string, fallback: string): Promise<string> {
  try {
    return await keptId(join(codexHome, ".codex-hotline-id"), "h");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "EACCES" || code === "EROFS" || code === "EPERM") return fallback;
    throw error;
  }
}
