import type { Lab } from "./lab.ts";
import { type Played, play } from "./play.ts";
import { rollDice, settingOf } from "./scheduler.ts";

/** Figures of a run of schedules. */
export interface Summary {
  readonly schedules: number;
  /** Decided and calm steps of each. */
  readonly steps: readonly number[];
  /** Decided ones alone. */
  readonly decided: readonly number[];
  readonly owners: readonly number[];
  readonly crashes: readonly number[];
  readonly faults: ReadonlyMap<string, number>;
  /** The first schedules that broke a law. */
  readonly failing: readonly Played[];
  readonly durationMs: number;
}

/** Plays the schedules of consecutive seeds. Stops after `failures` (default 1) that break a law, or after `limitMs` (default: never). */
export async function run(
  lab: Lab,
  options: {
    readonly seed: number;
    readonly schedules: number;
    readonly failures?: number;
    readonly limitMs?: number;
  },
  told: (done: number) => void = () => undefined,
): Promise<Summary> {
  const startedAt = Date.now();
  const steps: number[] = [];
  const decided: number[] = [];
  const owners: number[] = [];
  const crashes: number[] = [];
  const faults = new Map<string, number>();
  const failing: Played[] = [];
  const { limitMs = Number.POSITIVE_INFINITY } = options;
  for (let at = 0; at < options.schedules && failing.length < (options.failures ?? 1); at += 1) {
    if (Date.now() - startedAt >= limitMs) break;
    const seed = options.seed + at;
    const played = await play(lab, settingOf(seed), rollDice(seed));
    steps.push(played.steps + played.calmSteps);
    decided.push(played.steps);
    owners.push(played.owners);
    crashes.push(played.crashes);
    for (const [kind, count] of played.faults) faults.set(kind, (faults.get(kind) ?? 0) + count);
    if (played.violations.length > 0) failing.push(played);
    told(at + 1);
  }
  const durationMs = Date.now() - startedAt;
  return { schedules: steps.length, steps, decided, owners, crashes, faults, failing, durationMs };
}

/** The middle one. */
export function median(figures: readonly number[]): number {
  return [...figures].sort((a, b) => a - b)[Math.floor(figures.length / 2)] ?? 0;
}
