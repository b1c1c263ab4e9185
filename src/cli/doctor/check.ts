import type { LoadedConfig } from "../../../config/load.ts";
import { type DoctorWords, doctorWords } from "../../model/catalog/doctor.ts";
import type { Finding } from "../../model/finding.ts";
import type { Role, ServiceStatus } from "../app-port.ts";

/** The service of this dataDir: its status, `silent` when it holds the socket or lock and says nothing, or absent. */
export type ServiceState = ServiceStatus | "silent" | undefined;

/** What every check knows. */
export interface Scene {
  readonly config: LoadedConfig;
  readonly words: DoctorWords;
  readonly service: ServiceState;
  /** What this process is, or shall be. */
  readonly role: Role;
  /** A key of the configuration as an operator finds it: "codex.bin in /…/hotline.yaml". */
  readonly place: (keyPath: string) => string;
}

/** Something to look at. Never shares state with another check. */
export interface Check {
  /** Name of the finding when the check itself fails or has no time. */
  readonly name: string;
  /** Resolves soon after `signal` is aborted. */
  run(signal: AbortSignal): Promise<readonly Finding[]>;
}

/** Checks that are aborted may take this long to clean up, ms. */
const graceMs = 1000;

/** The scene for a readable configuration. `role` as asked for; else that of the running service, else all. */
export function sceneOf(config: LoadedConfig, service: ServiceState, role?: Role): Scene {
  const words = doctorWords[config.language];
  const running = service === undefined || service === "silent" ? "all" : service.role;
  return { config, words, service, role: role ?? running, place: (keyPath) => words.place(keyPath, config.file) };
}

/**
 * Runs all checks at once, each at most `limitMs` (and a second to clean up), or until `stop`; findings in the order of
 * the checks. Never rejects.
 */
export async function runChecks(
  checks: readonly Check[],
  limitMs: number,
  words: DoctorWords,
  stop?: AbortSignal,
): Promise<readonly Finding[]> {
  const found = await Promise.all(checks.map((check) => runCheck(check, limitMs, words, stop)));
  return found.flat();
}

async function runCheck(
  check: Check,
  limitMs: number,
  words: DoctorWords,
  stop: AbortSignal | undefined,
): Promise<readonly Finding[]> {
  const late = (): Finding => ({ check: check.name, state: "error", message: words.noTime(limitMs / 1000) });
  try {
    const found = await withinLimit((signal) => check.run(signal), limitMs, stop);
    return found === "late" ? [late()] : found;
  } catch (error) {
    if (error instanceof LateError) return [late()];
    return [{ check: check.name, state: "error", message: words.checkFailed(reasonOf(error)) }];
  }
}

/** The reason of a signal whose time is over. */
class LateError extends Error {
  override readonly name = "TimeoutError";
}

/** Resolves with the result of `work`; aborts it after `limitMs` or at `stop`, and gives up on it a second later. */
export async function withinLimit<T>(
  work: (signal: AbortSignal) => Promise<T>,
  limitMs: number,
  stop?: AbortSignal,
): Promise<T | "late"> {
  const abort = new AbortController();
  const timers: NodeJS.Timeout[] = [];
  const late = new Promise<"late">((resolve) => {
    const end = (): void => {
      abort.abort(new LateError("no answer in time"));
      timers.push(setTimeout(() => resolve("late"), graceMs));
    };
    timers.push(setTimeout(end, limitMs));
    stop?.addEventListener("abort", end, { once: true });
  });
  try {
    const working = work(abort.signal);
    // When we gave up on it, nobody else looks at its end.
    working.catch(() => undefined);
    return await Promise.race([working, late]);
  } finally {
    for (const timer of timers) clearTimeout(timer);
  }
}

/** What an error says, in one line. */
export function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replaceAll(/\s+/g, " ").trim().slice(0, 300);
}
