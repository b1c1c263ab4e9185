import { chmod, lstat, mkdir } from "node:fs/promises";
import { ConfigError } from "../../config/faults.ts";
import type { LoadedConfig } from "../../config/load.ts";

/** Makes the folders the service needs: dataDir and the socket folder private, its own workspace if it has one. ConfigError. */
export async function makeFolders(config: LoadedConfig): Promise<void> {
  await makePrivate(config.dataDir, "dataDir", config.file);
  await makePrivate(config.runtimeDir, "dataDir", config.file);
  if (config.ownWorkspace !== undefined) await make(config.ownWorkspace, "projects.default.path", config.file);
}

/** Makes a folder only we can enter, or makes it so; absolute. ConfigError names `keyPath` when it is not ours or cannot be made. */
export async function makePrivate(path: string, keyPath: string, file: string | undefined): Promise<void> {
  await make(path, keyPath, file);
  const found = await lstat(path);
  // Below a folder everybody can write to, somebody else may have been first.
  const own = process.getuid === undefined || found.uid === process.getuid();
  if (!own || (found.mode & 0o022) !== 0)
    throw fault(file, keyPath, `a folder that nobody else can write to at ${path}`);
  if ((found.mode & 0o077) !== 0) await chmod(path, 0o700);
}

async function make(path: string, keyPath: string, file: string | undefined): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
  } catch (cause) {
    const why = cause instanceof Error ? ` (${String(Reflect.get(cause, "code"))})` : "";
    throw fault(file, keyPath, `a folder that can be made at ${path}${why}`, cause);
  }
}

function fault(file: string | undefined, keyPath: string, expected: string, cause?: unknown): ConfigError {
  return new ConfigError([{ file: file ?? "defaults", keyPath, expected }], { cause });
}
