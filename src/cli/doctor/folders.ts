import { constants, existsSync, readFileSync, statSync } from "node:fs";
import { access, chmod, lstat, mkdir, statfs } from "node:fs/promises";
import { dirname, join } from "node:path";
import { processFilesRoom } from "../../codex/leftovers.ts";
import type { Finding } from "../../model/finding.ts";
import { embeddedFiles } from "../../redis/embedded-files.ts";
import type { Scene } from "./check.ts";

const mebibyte = 1024 * 1024;
/** Free space below which the service soon stops, and below which somebody should look, bytes. */
const littleSpace = 100 * mebibyte;
const lowSpace = 1024 * mebibyte;
/** Longest socket path of every system we run on, bytes. */
const longestSocket = 100;

/** The folders of the service: there, ours, closed to others, with space and short enough names. */
export async function checkFolders(scene: Scene): Promise<readonly Finding[]> {
  const { dataDir, runtimeDir } = scene.config;
  const data = await checkPrivate("dataDir", dataDir, scene);
  const runtime = runtimeDir === dataDir ? [] : [await checkPrivate("runtimeDir", runtimeDir, scene)];
  return [data, ...runtime, socketFinding(scene), await spaceFinding(scene)];
}

async function checkPrivate(check: string, path: string, scene: Scene): Promise<Finding> {
  const { words, place } = scene;
  const at = place("dataDir");
  const found = await lstat(path).catch((error: unknown) => {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  });
  if (found === undefined) return missingFolder(check, path, scene);
  if (!found.isDirectory())
    return { check, state: "error", message: words.noFolder(path), fix: words.fixOtherPath(at) };
  if (process.getuid !== undefined && found.uid !== process.getuid())
    return { check, state: "error", message: words.foreignFolder(path), fix: words.fixOwner(path, at) };
  const writable = await canWrite(path);
  if (!writable) return { check, state: "error", message: words.notWritable(path), fix: `chmod 700 ${path}` };
  return modeFinding(check, path, found.mode, 0o700, scene) ?? { check, state: "ok", message: path };
}

async function missingFolder(check: string, path: string, { words, place }: Scene): Promise<Finding> {
  const parent = existing(path);
  if (!statSync(parent).isDirectory() || !(await canWrite(parent)))
    return {
      check,
      state: "error",
      message: words.cannotMake(path, parent),
      fix: words.fixOtherPath(place("dataDir")),
    };
  return {
    check,
    state: "warn",
    message: words.folderMissing(path),
    fix: `mkdir -p -m 700 ${path}`,
    async mend() {
      await mkdir(path, { recursive: true, mode: 0o700 });
      return words.folderMade(path);
    },
  };
}

/** A folder or file others may read (warn) or write (error) although it holds secrets. `mode` is what it should have. */
function modeFinding(check: string, path: string, found: number, mode: number, scene: Scene): Finding | undefined {
  const { words } = scene;
  const open = found & 0o077;
  if (open === 0) return undefined;
  return {
    check,
    state: (open & 0o022) === 0 ? "warn" : "error",
    message: words.openToOthers(path, (found & 0o777).toString(8)),
    fix: `chmod ${mode.toString(8)} ${path}`,
    async mend() {
      await chmod(path, mode);
      return words.closedToOthers(path, mode.toString(8));
    },
  };
}

/** Files that others may read although a secret is in them: the configuration, `.env`, targets of `file:`, Codex's sign-in. */
export function checkSecretFiles(scene: Scene): readonly Finding[] {
  const { config } = scene;
  const signIn = join(config.codex.home, "auth.json");
  const files = [...config.secretFiles.filter((path) => holdsSecret(path, config.secrets)), signIn];
  return files.flatMap((path) => {
    const found = statSync(path, { throwIfNoEntry: false });
    return found === undefined ? [] : (modeFinding("secrets", path, found.mode, 0o600, scene) ?? []);
  });
}

function holdsSecret(path: string, secrets: readonly string[]): boolean {
  const text = existsSync(path) ? readFileSync(path, "utf8") : "";
  return secrets.some((secret) => text.includes(secret));
}

function socketFinding({ config, words, place }: Scene): Finding {
  const redis = embeddedFiles(config.dataDir, config.environment.XDG_RUNTIME_DIR ?? "/tmp").socket;
  const codex = join(config.runtimeDir, processFilesRoom);
  const longest = [redis, codex].reduce((a, b) => (Buffer.byteLength(a) >= Buffer.byteLength(b) ? a : b));
  const bytes = Buffer.byteLength(longest);
  if (bytes <= longestSocket) return { check: "sockets", state: "ok", message: words.socketFits(bytes, longestSocket) };
  return {
    check: "sockets",
    state: "error",
    message: words.socketTooLong(longest, bytes, longestSocket),
    fix: words.fixSocket(place("dataDir")),
  };
}

async function spaceFinding({ config, words }: Scene): Promise<Finding> {
  const at = existing(config.dataDir);
  const { bavail, bsize } = await statfs(at);
  const free = bavail * bsize;
  const told = `${Math.floor(free / mebibyte)} MiB`;
  if (free >= lowSpace) return { check: "disk", state: "ok", message: words.space(told, at) };
  const state = free < littleSpace ? "error" : "warn";
  return { check: "disk", state, message: words.littleSpace(told, at), fix: words.fixSpace(at) };
}

/** The nearest folder above (or at) a path that is there. */
function existing(path: string): string {
  return existsSync(path) || dirname(path) === path ? path : existing(dirname(path));
}

/** Whether this user may write into a folder. */
export function canWrite(path: string): Promise<boolean> {
  return access(path, constants.W_OK | constants.X_OK).then(
    () => true,
    () => false,
  );
}

/** The system's code of an error, `ENOENT`. */
export function codeOf(error: unknown): string | undefined {
  const code: unknown = error instanceof Error ? Reflect.get(error, "code") : undefined;
  return typeof code === "string" ? code : undefined;
}
