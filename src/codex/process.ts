import { execFile, spawn, spawnSync } from "node:child_process";
import { closeSync, openSync } from "node:fs";

/** A process that outlives us. */
export interface Detached {
  readonly pid: number;
  /** Resolves with a reason when it ends while we live. */
  readonly exited: Promise<string>;
  /** SIGKILL; nothing happens when it is gone. */
  kill(): void;
}

/** What to start. */
export interface DetachedOptions {
  readonly bin: string;
  readonly args: readonly string[];
  /** The whole environment; nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Appended to; stdout goes there as well. */
  readonly logFile: string;
}

/** Starts a process in a session of its own, without pipes to us. Rejects when it cannot be started. */
export async function spawnDetached(options: DetachedOptions): Promise<Detached> {
  // Append mode: the file can be truncated under the writer.
  const log = openSync(options.logFile, "a", 0o600);
  try {
    const child = spawn(options.bin, [...options.args], {
      cwd: options.cwd,
      env: { ...options.env },
      detached: true,
      stdio: ["ignore", log, log],
    });
    const exited = new Promise<string>((resolve) => {
      child.once("exit", (code, signal) => resolve(signal === null ? `exit code ${code}` : `signal ${signal}`));
    });
    await new Promise<void>((resolve, reject) => {
      child.once("spawn", resolve);
      child.once("error", reject);
    });
    child.unref();
    if (child.pid === undefined) throw new Error("no pid");
    return { pid: child.pid, exited, kill: () => void child.kill("SIGKILL") };
  } finally {
    closeSync(log);
  }
}

/**
 * Runs a short command to its end and resolves with its stdout. Rejects on a non-zero exit (`stderr` is a field of the
 * error), after 30 s, and when aborted (SIGKILL).
 */
export function run(
  bin: string,
  args: readonly string[],
  env?: Readonly<Record<string, string>>,
  signal?: AbortSignal,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = {
      timeout: 30_000,
      maxBuffer: 16 * 1024 * 1024,
      ...(env === undefined ? {} : { env: { ...env } }),
      ...(signal === undefined ? {} : { signal, killSignal: "SIGKILL" as const }),
    };
    execFile(bin, [...args], options, (error, stdout, stderr) =>
      error === null ? resolve(stdout) : reject(Object.assign(error, { stderr })),
    );
  });
}

/** `ps` for systems without /proc; empty when it knows no such process. */
export function ps(args: readonly string[]): string {
  const result = spawnSync("ps", [...args], { encoding: "utf8", timeout: 5_000 });
  return result.status === 0 ? result.stdout : "";
}
