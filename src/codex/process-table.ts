import { readdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { ps } from "./process.ts";

/** A process as it is found in the system's table. `startTime` tells it from a later one with the same pid. */
export interface Found {
  readonly pid: number;
  readonly startTime: string;
}

const linux = process.platform === "linux";

/** Start time of a living process (clock ticks since boot on Linux); undefined when there is none, or only a zombie. */
export function startTimeOf(pid: number): string | undefined {
  if (!linux) return ps(["-o", "lstart=", "-p", String(pid)]).trim() || undefined;
  const fields = statFields(pid);
  if (fields === undefined || fields[0] === "Z" || fields[0] === "X") return undefined;
  return fields[19];
}

/** Whether this very process lives. */
export function lives(found: Found): boolean {
  return startTimeOf(found.pid) === found.startTime;
}

/** Children, their children and so on, as of now. */
export function descendantsOf(pid: number): Found[] {
  const parents = parentTable();
  const found = new Set<number>([pid]);
  for (let size = 0; size !== found.size; ) {
    size = found.size;
    for (const [child, parent] of parents) if (found.has(parent)) found.add(child);
  }
  found.delete(pid);
  return [...found].flatMap(toFound);
}

/** Processes whose environment holds `NAME=value`; only on Linux, and only those we may look into. */
export function markedWith(name: string, value: string): Found[] {
  if (!linux) return [];
  const entry = `${name}=${value}`;
  return pids()
    .filter((pid) => environmentOf(pid).includes(entry))
    .flatMap(toFound);
}

/**
 * Sandboxed file helpers of Codex (`bwrap … --codex-run-as-fs-helper`) that lost their parent: seen now and then after
 * an end (0.169.0), sleeping for ever and deaf to SIGTERM. `policyPath` stands in the sandbox policy on their command line.
 */
export function orphanedHelpers(policyPath: string): Found[] {
  if (!linux) return [];
  const isHelper = (pid: number): boolean => {
    const args = readProc(`/proc/${pid}/cmdline`) ?? "";
    return args.includes("--codex-run-as-fs-helper") && args.includes(`"${policyPath}"`);
  };
  return pids()
    .filter((pid) => statFields(pid)?.[1] === "1" && isHelper(pid))
    .flatMap(toFound);
}

/** Living app-servers whose socket lies in `runtimeDir`, by their command line. Only on Linux. */
export function serversIn(runtimeDir: string): (Found & { readonly socket: string })[] {
  if (!linux) return [];
  return pids().flatMap((pid) => {
    const args = (readProc(`/proc/${pid}/cmdline`) ?? "").split("\0");
    const socket = args[args.indexOf("--listen") + 1]?.replace(/^unix:\/\//, "") ?? "";
    if (args[1] !== "app-server" || dirname(socket) !== runtimeDir) return [];
    return toFound(pid).map((found) => ({ ...found, socket }));
  });
}

/** Whether a process is an app-server that listens on `socket`, by its command line. Only on Linux. */
export function servesOn(pid: number, socket: string): boolean {
  const args = linux ? (readProc(`/proc/${pid}/cmdline`) ?? "").split("\0") : [];
  return args.includes("app-server") && args[args.indexOf("--listen") + 1] === `unix://${socket}`;
}

function toFound(pid: number): Found[] {
  const startTime = startTimeOf(pid);
  return startTime === undefined ? [] : [{ pid, startTime }];
}

function parentTable(): [pid: number, parent: number][] {
  if (linux) return pids().map((pid) => [pid, Number(statFields(pid)?.[1] ?? 0)]);
  const lines = ps(["-axo", "pid=,ppid="]).trim().split("\n");
  return lines.map((line) => {
    const [pid, parent] = line.trim().split(/\s+/);
    return [Number(pid), Number(parent)];
  });
}

function pids(): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

/** Fields of /proc/PID/stat after the command name (which may hold anything): state, ppid, … starttime is the 20th. */
function statFields(pid: number): string[] | undefined {
  const text = readProc(`/proc/${pid}/stat`);
  return text === undefined ? undefined : text.slice(text.lastIndexOf(")") + 2).split(" ");
}

function environmentOf(pid: number): string[] {
  return readProc(`/proc/${pid}/environ`)?.split("\0") ?? [];
}

function readProc(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    // Gone meanwhile, or another user's: not one we look for.
    return undefined;
  }
}
