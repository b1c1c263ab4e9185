import { randomBytes } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** The stable name of the node that works on `dataDir`, made once: a restarted node takes its own leases back at once. */
export async function nodeId(dataDir: string): Promise<string> {
  const file = join(dataDir, "node-id");
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  try {
    await writeFile(file, `n-${randomBytes(6).toString("hex")}\n`, { flag: "wx", mode: 0o600 });
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  }
  const id = (await readFile(file, "utf8")).trim();
  if (!/^n-[0-9a-f]{12}$/.test(id)) throw new Error(`${file} does not hold a node id; remove it to get a new one`);
  return id;
}
