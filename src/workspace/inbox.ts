import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { copyFile, lstat, mkdir, readdir, realpath, rm, rmdir, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { BridgeError } from "../model/errors.ts";
import type { ChatKey } from "../model/ids.ts";
import { numberedName, safeFileName } from "./file-name.ts";

/** A file being received. */
export interface Incoming {
  /** The name people gave it, unsafe. */
  readonly name: string | undefined;
  /** Used when the name is absent or nothing of it is left. */
  readonly fallback: string;
  /** Writes the bytes to a path that does not exist yet. */
  readonly download: (path: string) => Promise<void>;
}

/** Files people send. They come in through `staging`, which the model cannot reach, and end up in its project. */
export interface ChatInbox {
  /** Saves into `<cwd>/.hotline/inbox/<chat>/` under a unique name. BridgeError `diskFull`, or what `download` throws. */
  save(chat: ChatKey, cwd: string, incoming: Incoming): Promise<{ readonly path: string; readonly name: string }>;
  /** Removes files of a project's inbox last written before `before` (ms), and folders left empty; how many files. */
  sweep(cwd: string, before: number): Promise<number>;
}

/** `staging`: a folder below dataDir. Files left there by a crash are removed by {@link clearStaging}. */
export function createChatInbox(staging: string): ChatInbox {
  return {
    async save(chat, cwd, incoming) {
      const staged = join(staging, randomBytes(12).toString("hex"));
      try {
        await mkdir(staging, { recursive: true, mode: 0o700 });
        await incoming.download(staged);
        const folder = await chatFolder(cwd, chat);
        return await moveIn(staged, folder, safeFileName(incoming.name, incoming.fallback));
      } catch (cause) {
        throw asDiskFull(cause);
      } finally {
        await rm(staged, { force: true });
      }
    },
    sweep: (cwd, before) => sweep(cwd, before),
  };
}

/** Removes what a crash left in the staging folder; once, before anything is received. */
export async function clearStaging(staging: string): Promise<void> {
  await rm(staging, { recursive: true, force: true });
}

/** The model writes in the project as well: a link it put in the way is removed, never followed. */
async function chatFolder(cwd: string, chat: ChatKey): Promise<string> {
  const own = await realFolder(await realpath(cwd), ".hotline");
  await writeFile(join(own, ".gitignore"), "*\n", { flag: "wx" }).catch((error: unknown) => {
    if (codeOf(error) !== "EEXIST") throw error;
  });
  return realFolder(await realFolder(own, "inbox"), chat.replaceAll(/[^A-Za-z0-9~_.@-]/g, "_"));
}

async function realFolder(parent: string, name: string): Promise<string> {
  const path = join(parent, name);
  const found = await lstat(path).catch(() => undefined);
  if (found?.isSymbolicLink() === true) await unlink(path);
  await mkdir(path, { recursive: true });
  return path;
}

async function moveIn(
  staged: string,
  folder: string,
  name: string,
): Promise<{ readonly path: string; readonly name: string }> {
  for (let number = 1; ; number++) {
    const unique = numberedName(name, number);
    const path = join(folder, unique);
    try {
      await copyFile(staged, path, constants.COPYFILE_EXCL);
      return { path, name: unique };
    } catch (error) {
      if (codeOf(error) === "EEXIST") continue;
      await rm(path, { force: true });
      throw error;
    }
  }
}

async function sweep(cwd: string, before: number): Promise<number> {
  const inbox = join(cwd, ".hotline", "inbox");
  if (!(await isRealFolder(join(cwd, ".hotline"))) || !(await isRealFolder(inbox))) return 0;
  let removed = 0;
  for (const chat of await readdir(inbox)) {
    const folder = join(inbox, chat);
    if (!(await isRealFolder(folder))) continue;
    for (const name of await readdir(folder)) {
      const file = join(folder, name);
      const found = await lstat(file).catch(() => undefined);
      if (found === undefined || found.isDirectory() || found.mtimeMs >= before) continue;
      await rm(file, { force: true });
      removed += 1;
    }
    // Fails while files are left, which is what is wanted.
    await rmdir(folder).catch(() => undefined);
  }
  return removed;
}

async function isRealFolder(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => undefined))?.isDirectory() ?? false;
}

function asDiskFull(cause: unknown): unknown {
  const code = codeOf(cause);
  return code === "ENOSPC" || code === "EDQUOT"
    ? new BridgeError("diskFull", "no space left for a file people sent", { cause })
    : cause;
}

function codeOf(error: unknown): unknown {
  return error instanceof Error ? Reflect.get(error, "code") : undefined;
}
