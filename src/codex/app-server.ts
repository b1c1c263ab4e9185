import { createHash, randomBytes } from "node:crypto";
import { existsSync, readFileSync, realpathSync } from "node:fs";
import { mkdir, readdir, readlink, rm, stat, truncate, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { basename, dirname, join, sep } from "node:path";
import { z } from "zod";
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/log.ts";
import { configArgs, denyPattern, processEnv, type ServicePolicy } from "./config-overrides.ts";
import { CodexError, type ProcessRecord } from "./port.ts";
import { spawnDetached } from "./process.ts";
import { startTimeOf } from "./process-table.ts";
import { type MessageStream, openWsStream } from "./ws-stream.ts";

/** What every app-server process of this service shares. */
export interface Launch {
  readonly bin: string;
  /** Holds sockets, pid files and logs; 0700. */
  readonly runtimeDir: string;
  readonly policy: ServicePolicy;
  /** Environment of this service; only an allowlist of it is passed on. */
  readonly hostEnv: Readonly<Record<string, string | undefined>>;
  /** Noted in the records of its processes. */
  readonly servedBy?: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** Ends the wait for a started process before its 30 s. */
  readonly signal?: AbortSignal;
}

// sun_path holds 104 bytes on macOS, 108 on Linux.
const maxSocketBytes = 100;
const maxLogBytes = 1024 * 1024;
const readyWithinMs = 30_000;
const pollMs = 10;

/** Starts a process and connects to it. Rejects with CodexError `spawnFailed`; nothing is left running then. */
export async function launch(name: string, options: Launch): Promise<{ record: ProcessRecord; stream: MessageStream }> {
  const { bin, runtimeDir, policy } = options;
  const servedBy = options.servedBy === undefined ? {} : { servedBy: options.servedBy };
  const mark = `${createHash("sha256").update(name).digest("hex").slice(0, 8)}-${randomBytes(3).toString("hex")}`;
  const socket = join(runtimeDir, `${mark}.sock`);
  if (Buffer.byteLength(socket) > maxSocketBytes)
    throw new CodexError("spawnFailed", `socket path too long: ${socket}`);
  await mkdir(runtimeDir, { recursive: true, mode: 0o700 });
  await mkdir(policy.home, { recursive: true, mode: 0o700 });
  const child = await spawnDetached({
    bin,
    args: ["app-server", "--listen", `unix://${socket}`, ...configArgs(fenced(policy), mark)],
    env: processEnv(options.hostEnv, policy),
    cwd: policy.home,
    logFile: filesOf(socket).log,
  }).catch((cause: unknown) => {
    throw new CodexError("spawnFailed", `${bin} cannot be started: ${String(cause)}`, { cause });
  });
  let ended: string | undefined;
  void child.exited.then((reason) => {
    ended = reason;
  });
  const record = { pid: child.pid, startTime: startTimeOf(child.pid) ?? "", socket, host: hostname(), ...servedBy };
  await writeFile(filesOf(socket).pid, JSON.stringify(record), { mode: 0o600 });
  const stream = await ready(record, options, () => ended);
  if (stream !== undefined) {
    // A process that ends in a hurry removes the link and leaves its target.
    const target = await readlink(socket).catch(() => undefined);
    await writeFile(filesOf(socket).pid, JSON.stringify({ ...record, target }), { mode: 0o600 });
    return { record, stream };
  }
  child.kill();
  const why = `${ended ?? "it does not answer"} ${lastError(filesOf(socket).log)}`.trim();
  await removeFiles(socket);
  throw new CodexError("spawnFailed", `Codex did not start: ${why}`);
}

async function ready(
  record: ProcessRecord,
  { clock, signal }: Launch,
  ended: () => string | undefined,
): Promise<MessageStream | undefined> {
  const until = clock.uptime() + readyWithinMs;
  while (ended() === undefined && clock.uptime() < until && signal?.aborted !== true) {
    if (existsSync(record.socket)) {
      try {
        return await openWsStream(record.socket);
      } catch {
        // The path exists before it accepts; the deadline bounds the tries.
      }
    }
    await clock.sleep(pollMs);
  }
  return undefined;
}

/** The value of `processMark` in the commands of this process. */
export function markOf(record: Pick<ProcessRecord, "socket">): string {
  return basename(record.socket, ".sock");
}

/**
 * Adds what this host knows: links resolved, Codex's sign-in, and the folders app-server puts sockets in (whoever can
 * talk to one answers his own approvals).
 */
export function fenced(policy: ServicePolicy): ServicePolicy {
  const home = resolved(policy.home);
  const daemons = [tmpdir(), "/tmp"].map((dir) => join(dir, `codex-daemon-${process.getuid?.() ?? 0}`));
  const all = [...policy.deny, ...daemons, join(home, "app-server-control"), join(home, "auth.json")].map(resolved);
  // Denied inside of what is denied, the sandbox would look for a place to mount it, and every command would fail.
  const outer = [...new Set(all)].filter((path) => !all.some((other) => isBelow(path, other)));
  const deny = outer.map((path) => denyPattern(path, existsSync(path)));
  return { ...policy, home, deny, homeDenied: outer.some((path) => path === home || isBelow(home, path)) };
}

function isBelow(path: string, folder: string): boolean {
  return path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

/** Links resolved as far as the path exists. */
function resolved(path: string): string {
  if (existsSync(path)) return realpathSync(path);
  return dirname(path) === path ? path : join(resolved(dirname(path)), basename(path));
}

interface ProcessFiles {
  readonly socket: string;
  readonly pid: string;
  readonly log: string;
}

function filesOf(socket: string): ProcessFiles {
  const stem = socket.replace(/\.sock$/, "");
  return { socket, pid: `${stem}.pid`, log: `${stem}.log` };
}

/** Removes what a process that is gone left in our folder and where its socket link points. */
export async function removeFiles(socket: string): Promise<void> {
  const { pid, log } = filesOf(socket);
  const target = readPidFile(pid)?.target ?? (await readlink(socket).catch(() => undefined));
  const targets = target === undefined ? [] : [target, `${target}.lock`];
  await Promise.all([socket, pid, log, ...targets].map((path) => rm(path, { force: true })));
}

/** Records of all processes started from `runtimeDir` whose files are still there. */
export async function recordedIn(runtimeDir: string): Promise<ProcessRecord[]> {
  const names = await readdir(runtimeDir).catch(() => []);
  return names.filter((name) => name.endsWith(".pid")).flatMap((name) => readRecord(join(runtimeDir, name)));
}

function readRecord(path: string): ProcessRecord[] {
  const read = readPidFile(path);
  return read === undefined
    ? []
    : [{ pid: read.pid, startTime: read.startTime, socket: path.replace(/\.pid$/, ".sock"), host: hostname() }];
}

const pidFile = z.looseObject({ pid: z.number(), startTime: z.string(), target: z.string().optional() });

function readPidFile(path: string): z.infer<typeof pidFile> | undefined {
  try {
    return pidFile.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch {
    // Gone, or torn by a crash while it was written: then nothing tells its process.
    return undefined;
  }
}

/** Empties the log of a process when it has grown over 1 MiB. */
export async function boundLog(record: ProcessRecord): Promise<void> {
  const { log } = filesOf(record.socket);
  const size = (await stat(log).catch(() => undefined))?.size ?? 0;
  if (size > maxLogBytes) await truncate(log, 0);
}

/** Only lines that begin with "Error": the rest of a log may hold anything. */
function lastError(path: string): string {
  try {
    return (
      readFileSync(path, "utf8")
        .split("\n")
        .findLast((line) => /^Error/.test(line))
        ?.slice(0, 500) ?? ""
    );
  } catch {
    return "";
  }
}
