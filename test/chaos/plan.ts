import type { Random } from "./random.ts";

/** Everything that can go wrong on purpose. */
export const faultKinds = [
  "kill service",
  "kill gateway",
  "kill worker",
  "freeze service",
  "block event loop",
  "stop service",
  "kill redis",
  "cut redis",
  "fill disk",
  "kill codex",
  "jump clock",
  "cut telegram",
  "cut feishu",
  "limit telegram",
  "limit feishu",
  "lose answers",
  "lose acks",
] as const;
export type FaultKind = (typeof faultKinds)[number];

/** One thing that goes wrong. */
export interface PlannedFault {
  /** ms since the start of the run. */
  readonly atMs: number;
  readonly kind: FaultKind;
  /** How long it holds, ms; 0 for what is over at once. */
  readonly forMs: number;
  /** From 0 up to 1: which of several it strikes. */
  readonly target: number;
}

/** The first fault waits until chats work. */
const quietStartMs = 8_000;
/** No fault begins this close to the end of the writing, ms. */
const quietEndMs = 5_000;
const gapMs = [2_500, 8_000] as const;

/** How long each holds, ms; the rest is over at once. The lease is 5 s. */
const lasts: Partial<Record<FaultKind, readonly [number, number]>> = {
  "freeze service": [6_000, 10_000],
  "block event loop": [15_000, 15_000],
  "fill disk": [20_000, 20_000],
  "jump clock": [5_000, 20_000],
  "cut telegram": [500, 6_000],
  "cut feishu": [0, 0],
};

/** The faults of a run, by seed: every kind once in an order of its own, then any; deaths come more often than the rest. Pure. */
export function planFaults(random: Random, writingMs: number, kinds: readonly FaultKind[]): readonly PlannedFault[] {
  const planned: PlannedFault[] = [];
  const queue = random.shuffle(kinds);
  const often = kinds.flatMap((kind) => (kind.startsWith("kill") ? [kind, kind] : [kind]));
  let atMs = quietStartMs;
  while (atMs < writingMs - quietEndMs) {
    const kind = queue.shift() ?? random.pick(often);
    const [low, high] = lasts[kind] ?? [0, 0];
    const forMs = random.between(low, high);
    planned.push({ atMs, kind, forMs, target: random.next() });
    atMs += random.between(...gapMs);
  }
  return planned;
}
