import type { Lab } from "./lab.ts";
import { type Broken, play } from "./play.ts";
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
  /** The schedules that broke a law. */
  readonly failing: readonly Broken[];
  readonly durationMs: number;
}

/** What is kept of one schedule that was played; plain data. */
export interface Figures {
  readonly seed: number;
  readonly decided: number;
  readonly calmSteps: number;
  readonly owners: number;
  readonly crashes: number;
  readonly faults: readonly (readonly [string, number])[];
  readonly broken: Broken | undefined;
}

/** Which schedules, and when to end: after `failures` (default 1) that break a law, or after `limitMs` (default: never). */
export interface Range {
  readonly seed: number;
  readonly schedules: number;
  readonly failures?: number;
  readonly limitMs?: number;
}

/** Collects figures; wants no more when `ended`. */
export interface Collection {
  readonly ended: boolean;
  readonly done: number;
  add(figures: Figures): void;
  summary(): Summary;
}

/** Hears of each schedule as it is played, and how many that makes. */
export type Told = (done: number, figures: Figures) => void;

/** Schedules that are played at the same time: most of one is waiting for Redis, and they share nothing else. */
const atOnce = 8;

/** Plays the schedules of consecutive seeds. */
export async function run(lab: Lab, range: Range, told?: Told): Promise<Summary> {
  const collection = collect(range);
  const seeds = Array.from({ length: range.schedules }, (_, at) => range.seed + at);
  await playAll(lab, seeds, (figures) => {
    if (collection.ended) return false;
    collection.add(figures);
    told?.(collection.done, figures);
    return !collection.ended;
  });
  return collection.summary();
}

/** Plays the schedules of these seeds, some at once, until `played` answers false. */
export async function playAll(
  lab: Lab,
  seeds: readonly number[],
  played: (figures: Figures) => boolean | Promise<boolean>,
): Promise<void> {
  const waiting = [...seeds];
  const player = async (): Promise<void> => {
    for (let seed = waiting.shift(); seed !== undefined; seed = waiting.shift()) {
      if (!(await played(await figuresOf(lab, seed)))) waiting.splice(0);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, player));
}

/** Plays the schedule of a seed. */
async function figuresOf(lab: Lab, seed: number): Promise<Figures> {
  const played = await play(lab, settingOf(seed), rollDice(seed));
  const { steps, calmSteps, owners, crashes, faults } = played;
  const { schedule, violations } = played;
  const broken = violations.length === 0 ? undefined : { schedule, violations };
  return { seed, decided: steps, calmSteps, owners, crashes, faults: [...faults], broken };
}

/** Of a run that begins now. */
export function collect({ failures = 1, limitMs = Number.POSITIVE_INFINITY }: Range): Collection {
  const startedAt = Date.now();
  const all: Figures[] = [];
  const failing = (): readonly Broken[] => all.flatMap(({ broken }) => broken ?? []);
  return {
    get ended() {
      return failing().length >= failures || Date.now() - startedAt >= limitMs;
    },
    get done() {
      return all.length;
    },
    add: (figures) => void all.push(figures),
    summary() {
      all.sort((x, y) => x.seed - y.seed);
      const faults = new Map<string, number>();
      for (const [kind, count] of all.flatMap((one) => one.faults)) faults.set(kind, (faults.get(kind) ?? 0) + count);
      return {
        schedules: all.length,
        steps: all.map(({ decided, calmSteps }) => decided + calmSteps),
        decided: all.map(({ decided }) => decided),
        owners: all.map(({ owners }) => owners),
        crashes: all.map(({ crashes }) => crashes),
        faults,
        failing: failing(),
        durationMs: Date.now() - startedAt,
      };
    },
  };
}

/** The middle one. */
export function median(figures: readonly number[]): number {
  return [...figures].sort((a, b) => a - b)[Math.floor(figures.length / 2)] ?? 0;
}
