import { execFile, spawn } from "node:child_process";
import { readFile, readlink } from "node:fs/promises";
import { promisify } from "node:util";
import { Redis } from "ioredis";
import { BridgeError } from "../model/errors.ts";
import type { EmbeddedFiles } from "./embedded-files.ts";

/** What answers at our socket. */
export type Probe =
  | { readonly state: "none" | "loading" }
  | { readonly state: "ready"; readonly pid: number /** Ends with the server. */; readonly control: Redis };

/** A server process that was started by us just now. */
export interface Spawned {
  readonly pid: number;
  /** How it ended; undefined while it runs. */
  ended(): string | undefined;
}

/** Asks at the socket. BridgeError `redisUnfit` when a server answers whose data is not in our folder. */
export async function probe(files: EmbeddedFiles): Promise<Probe> {
  const control = new Redis(files.socket, {
    lazyConnect: true,
    enableReadyCheck: false,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
    replyMapping: "legacy",
  });
  control.on("error", () => undefined);
  try {
    await control.connect();
    const [, dir] = (await control.config("GET", "dir")) as string[];
    if (dir !== files.dir)
      throw new BridgeError("redisUnfit", `a server that keeps its data in ${dir} answers at ${files.socket}`);
    const info = await control.info();
    if (/^loading:0/m.test(info)) return { state: "ready", pid: Number(/^process_id:(\d+)/m.exec(info)?.[1]), control };
    control.disconnect();
    return { state: "loading" };
  } catch (error) {
    control.disconnect();
    if (error instanceof BridgeError) throw error;
    return { state: "none" };
  }
}

/** Starts a server that outlives this process. */
export function spawnServer(binary: string, path: string, files: EmbeddedFiles): Spawned {
  // PATH alone: the server needs nothing else, and secrets in the environment are none of its business.
  const child = spawn(binary, serverArguments(files), {
    cwd: files.dir,
    detached: true,
    stdio: "ignore",
    env: { PATH: path },
  });
  let end: string | undefined;
  child.on("error", (error) => {
    end = error.message;
  });
  child.on("exit", (code, signal) => {
    end = `it ended with ${signal ?? `code ${code}`}`;
  });
  child.unref();
  return { pid: child.pid ?? 0, ended: () => end };
}

/** Pure. The configuration of a private server; a message counts as taken only once it is on disk. */
export function serverArguments(files: EmbeddedFiles): readonly string[] {
  const settings: readonly (readonly [string, string])[] = [
    ["port", "0"],
    ["unixsocket", files.socket],
    ["unixsocketperm", "700"],
    ["dir", files.dir],
    ["pidfile", files.pidFile],
    ["logfile", files.logFile],
    ["appendonly", "yes"],
    ["appendfsync", "always"],
    ["aof-load-truncated", "yes"],
    ["save", ""],
    ["maxmemory-policy", "noeviction"],
    // A parked chat's state in one block of memory; the older name is known to every version.
    ["hash-max-ziplist-value", "1024"],
  ];
  return settings.flatMap(([name, value]) => [`--${name}`, value]);
}

/** A server process on our folder that does not answer (starting, stopping, stuck): two would destroy the append-only file. */
export async function runningServer(files: EmbeddedFiles): Promise<number | undefined> {
  const pid = Number(await readFile(files.pidFile, "utf8").catch(() => ""));
  if (!(pid > 0) || !isAlive(pid)) return undefined;
  if (process.platform === "linux")
    return (await readlink(`/proc/${pid}/cwd`).catch(() => "")) === files.dir ? pid : undefined;
  const { stdout } = await promisify(execFile)("ps", ["-p", String(pid), "-o", "comm="]).catch(() => ({ stdout: "" }));
  return /(redis|valkey)-server/.test(stdout) ? pid : undefined;
}

/** True while a process with this id exists. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
