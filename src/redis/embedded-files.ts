import { createHash } from "node:crypto";
import { accessSync, constants } from "node:fs";
import { lstat, mkdir, open, realpath, rename, stat } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { BridgeError } from "../model/errors.ts";

/** Unix socket paths end at 104 to 108 bytes, depending on the system. */
const longestSocketPath = 100;
const longestLogBytes = 4_000_000;
const serverNames = ["valkey-server", "redis-server"];

/** Where a private server keeps its things. */
export interface EmbeddedFiles {
  /** Append-only files; also how our server is told from a foreign one. */
  readonly dir: string;
  readonly socket: string;
  readonly pidFile: string;
  readonly logFile: string;
}

/** Pure. `runtimeDir` is used when the socket's path in `dataDir` would be too long. */
export function embeddedFiles(dataDir: string, runtimeDir: string): EmbeddedFiles {
  const dir = join(dataDir, "redis");
  const near = join(dir, "redis.sock");
  const name = createHash("sha256").update(dataDir).digest("hex").slice(0, 12);
  const socket =
    Buffer.byteLength(near) <= longestSocketPath ? near : join(runtimeDir, `hotline-${name}`, "redis.sock");
  return { dir, socket, pidFile: join(dir, "redis.pid"), logFile: join(dir, "redis.log") };
}

/** Makes the folders, for this user only; resolves to the files with links in `dir` followed. */
export async function prepareFiles(files: EmbeddedFiles): Promise<EmbeddedFiles> {
  await mkdir(files.dir, { recursive: true, mode: 0o700 });
  const runtime = dirname(files.socket);
  if (runtime !== files.dir) {
    await mkdir(runtime, { recursive: true, mode: 0o700 });
    const facts = await lstat(runtime);
    // In a shared folder like /tmp somebody else may have been first.
    if (!facts.isDirectory() || facts.uid !== process.getuid?.() || (facts.mode & 0o077) !== 0)
      throw new BridgeError("redisUnavailable", `${runtime} must be a folder of this user with mode 0700`);
  }
  return { ...files, dir: await realpath(files.dir) };
}

/** Path of a server binary: `explicit`, else from `path` (as $PATH), else the one unpacked in `dataDir`. */
export function findRedisServer(where: {
  readonly explicit?: string;
  readonly path: string;
  readonly dataDir: string;
}): string | undefined {
  if (where.explicit !== undefined) return where.explicit;
  const folders = where.path.split(delimiter).filter((folder) => folder !== "");
  const candidates = [...folders, join(where.dataDir, "redis", "bin")].flatMap((folder) =>
    serverNames.map((name) => join(folder, name)),
  );
  return candidates.find(executable);
}

/** Keeps one older log. The server opens its log anew for every line, so the file may be moved under it. */
export async function boundLog(logFile: string, longestBytes = longestLogBytes): Promise<void> {
  const size = await stat(logFile).then(
    (facts) => facts.size,
    () => 0,
  );
  if (size > longestBytes) await rename(logFile, `${logFile}.1`);
}

/** The last lines of the log, for an error message; empty when there is none. */
export async function logTail(logFile: string, lines = 3): Promise<string> {
  const file = await open(logFile).catch(() => undefined);
  if (file === undefined) return "";
  try {
    const { size } = await file.stat();
    const length = Math.min(size, 4096);
    const { buffer } = await file.read(Buffer.alloc(length), 0, length, size - length);
    return buffer.toString("utf8").trimEnd().split("\n").slice(-lines).join(" | ");
  } finally {
    await file.close();
  }
}

function executable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
