import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { isAbsolute, join, resolve, sep } from "node:path";
import type { Environment } from "./environment.ts";

/** Longest socket path we rely on, bytes (the kernel's limit is 104 on macOS, 108 on Linux). */
const maxSocketPath = 100;
/** Room for the longest name below the runtime folder. */
const socketNameRoom = 40;

/** Absolute path of `path`: `~` is the home folder, anything relative lies below `base`. */
export function absolutePath(path: string, base: string, env: Environment): string {
  const home = env.HOME || homedir();
  if (path === "~") return home;
  if (path.startsWith("~/")) return join(home, path.slice(2));
  return isAbsolute(path) ? resolve(path) : resolve(base, path);
}

/** Folder for unix sockets: `dataDir` where the paths stay short enough, else a folder named after it. To be made 0700. */
export function runtimeFolder(dataDir: string, env: Environment): string {
  if (Buffer.byteLength(dataDir) + socketNameRoom <= maxSocketPath) return dataDir;
  const hash = createHash("sha256").update(dataDir).digest("hex").slice(0, 12);
  return join(env.XDG_RUNTIME_DIR || "/tmp", `hotline-${hash}`);
}

/** True when `path` is `folder` or lies below it. Both absolute. */
export function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

/** True when `folder` is the root of a git checkout that is not the service's own. */
export function isForeignCheckout(folder: string): boolean {
  return existsSync(join(folder, ".git")) && !isOwnCheckout(folder);
}

function isOwnCheckout(root: string): boolean {
  const manifest = join(root, "package.json");
  return existsSync(manifest) && /"name"\s*:\s*"codex-hotline"/.test(readFileSync(manifest, "utf8"));
}
