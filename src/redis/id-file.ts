import { randomBytes } from "node:crypto";
import { link, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

/** How a file without content comes to be: whole or not at all, and never over one that is there. */
const once = { flag: "wx", mode: 0o600, flush: true } as const;

/**
 * The id kept in `file`, `<kind>-` and 12 hexadecimal digits; made on first call, also by several at once, and whole even
 * if the power fails. Rejects when nothing can be written there, or when the file holds something else.
 */
export async function keptId(file: string, kind: "n" | "h"): Promise<string> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.${randomBytes(4).toString("hex")}`;
  const fresh = `${kind}-${randomBytes(6).toString("hex")}\n`;
  const known = await readFile(file, "utf8").catch(ignoring("ENOENT"));
  if (known === undefined) {
    try {
      await writeFile(draft, fresh, once);
      await link(draft, file).catch(ignoring("EEXIST", "EPERM", "ENOTSUP", "ENOSYS"));
      // A file system without links.
      await writeFile(file, fresh, once).catch(ignoring("EEXIST"));
    } finally {
      await rm(draft, { force: true });
    }
  }
  const id = (known ?? (await readFile(file, "utf8"))).trim();
  if (!/^[nh]-[0-9a-f]{12}$/.test(id) || !id.startsWith(kind))
    throw new Error(`${file} does not hold an id of ours; remove it to get a new one`);
  return id;
}

function ignoring(...codes: readonly string[]): (error: unknown) => undefined {
  return (error) => {
    if (!(error instanceof Error && "code" in error && codes.includes(String(error.code)))) throw error;
    return undefined;
  };
}
