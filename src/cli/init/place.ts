import { constants } from "node:fs";
import { chmod, copyFile, mkdir, open, readFile, realpath, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Texts } from "./draft.ts";

/** What was written. */
export interface Placed {
  /** The copy of the file that was there. */
  readonly backup?: string;
}

/** Reads a configuration file and the `.env` beside it; what is not there is absent. */
export async function readTexts(file: string): Promise<Texts> {
  const yaml = await readIfThere(file);
  return { ...(yaml === undefined ? {} : { yaml }), dotenv: (await readIfThere(join(dirname(file), ".env"))) ?? "" };
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

/**
 * Puts the texts in place, each whole or not at all, readable by the owner alone; the file that was there is kept as
 * `.bak` (`.bak2`, … when there is one), `.env` comes first. Only what differs is written.
 */
export async function placeTexts(file: string, before: Texts, after: Required<Texts>): Promise<Placed> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const changed = before.yaml !== after.yaml;
  const backup = changed && before.yaml !== undefined ? await keep(file) : undefined;
  if (before.dotenv !== after.dotenv) await writeWhole(join(dirname(file), ".env"), after.dotenv);
  if (changed) await writeWhole(file, after.yaml);
  return backup === undefined ? {} : { backup };
}

async function keep(file: string): Promise<string> {
  for (let number = 1; ; number++) {
    const backup = `${file}.bak${number === 1 ? "" : number}`;
    try {
      await copyFile(file, backup, constants.COPYFILE_EXCL);
      await chmod(backup, 0o600);
      return backup;
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
    }
  }
}

/** A link stays one: what it points to is replaced. */
async function writeWhole(path: string, text: string): Promise<void> {
  const target = await realpath(path).catch(() => path);
  const fresh = `${target}.${process.pid}.new`;
  try {
    const handle = await open(fresh, "wx", 0o600);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(fresh, target);
  } finally {
    await rm(fresh, { force: true });
  }
}
