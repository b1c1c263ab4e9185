import { randomBytes } from "node:crypto";
import { link, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

const name = "web-token";

/**
 * The token of the web chat, made at the first start and kept in dataDir (0600). Removing the file and starting again
 * makes a new one, and shuts out every browser that knew the old one.
 */
export async function keptToken(dataDir: string): Promise<string> {
  const path = join(dataDir, name);
  const found = await readFile(path, "utf8").catch((error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return "";
    throw error;
  });
  if (found.trim() !== "") return found.trim();
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const fresh = join(dataDir, `${name}.${process.pid}`);
  await writeFile(fresh, `${randomBytes(16).toString("hex")}\n`, { mode: 0o600 });
  // Whole or not at all; an empty file of an earlier crash goes first.
  await rm(path, { force: true });
  await link(fresh, path);
  await rm(fresh, { force: true });
  return (await readFile(path, "utf8")).trim();
}
