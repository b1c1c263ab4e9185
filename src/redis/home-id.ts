import { randomBytes } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

/**
 * The name of a Codex home, kept in it: a conversation can only go on where its rollouts lie, whichever worker works
 * there. `fallback` where nothing can be written into it: it is this node's alone then.
 */
export async function homeId(codexHome: string, fallback: string): Promise<string> {
  const file = join(codexHome, ".codex-hotline-id");
  try {
    await mkdir(codexHome, { recursive: true, mode: 0o700 });
    await writeFile(file, `h-${randomBytes(6).toString("hex")}\n`, { flag: "wx", mode: 0o600 });
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "EACCES" || code === "EROFS" || code === "EPERM") return fallback;
    if (code !== "EEXIST") throw error;
  }
  const id = (await readFile(file, "utf8")).trim();
  if (!/^h-[0-9a-f]{12}$/.test(id)) throw new Error(`${file} does not hold an id; remove it to get a new one`);
  return id;
}
