import { createDice, type Dice } from "./dice.ts";
import { living, type Move, quicker } from "./moves.ts";
import type { Decide } from "./play.ts";
import type { Setting, World } from "./world.ts";

/** Fewest and most decisions of a schedule. */
const fewest = 80;
const most = 200;

/** The small world of a seed. */
export function settingOf(seed: number): Setting {
  const dice = createDice(seed);
  return {
    seed,
    chats: dice.chance(0.35) ? 2 : 1,
    messages: 2 + dice.below(4),
    whileBusy: dice.pick(["steer", "steer", "queue", "interrupt"] as const),
    recovery: dice.pick(["ask", "continue"] as const),
    keyed: dice.chance(0.4),
    asks: dice.pick([0, 0.4, 0.8]),
    stops: dice.chance(0.3),
  };
}

/** Half of the schedules are peaceful at first, for up to so many moves: their violence meets turns, cards and answers. */
const longestPeace = 400;

/** Decides by dice. At least one crash comes. */
export function rollDice(seed: number): Decide {
  const peace = peaceOf(seed);
  const violent = violence(seed);
  return (world, moves, step) => (step < peace.moves ? peace.decide(moves) : violent(world, moves, step - peace.moves));
}

function peaceOf(seed: number): { readonly moves: number; decide(moves: readonly Move[]): Move | undefined } {
  const dice = createDice(seed ^ 0x9eace);
  return {
    moves: dice.chance(0.5) ? dice.below(longestPeace) : 0,
    decide(moves) {
      const good = moves.filter(({ fault }) => fault === undefined);
      const now = good.filter(({ pace }) => pace !== "time");
      const next = now.length > 0 ? now : good;
      return weighted(next.length > 0 ? quicker(next, dice) : moves, dice);
    },
  };
}

function violence(seed: number): Decide {
  const dice = createDice(seed ^ 0x0dd5);
  const share = dice.pick([0.03, 0.06, 0.12]);
  const steps = fewest + dice.below(most - fewest);
  const crashAt = Math.floor(steps * (0.15 + 0.6 * dice.next()));
  const { paceOf, fondOf } = tempersOf(seed);
  return (world, moves, step) => {
    if (step >= steps) return undefined;
    const forced = step >= crashAt && world.counts.crashes === 0 ? crashOf(world, moves, dice) : undefined;
    if (forced !== undefined) return forced;
    const faults = moves.filter(({ fault }) => fault !== undefined);
    const good = moves.filter(({ fault }) => fault === undefined);
    const rare = faults.filter(({ fault = "" }) => rarely.test(fault) && fondOf(fault) > 1);
    if (rare.length > 0 && dice.chance(0.15)) return kindFirst(rare, fondOf, dice);
    if (faults.length > 0 && (good.length === 0 || dice.chance(share))) return kindFirst(faults, fondOf, dice);
    return weighted(
      good.map((move) => ({ move, weight: move.weight * paceOf(move.pace) })),
      dice,
    )?.move;
  };
}

/** Everything has its pace in a schedule: one platform is slow, another Codex is quick. */
const paces = [0.15, 1, 1, 3];

/** What the violence of a schedule is fond of. */
const fondnesses = [/^$/, /^$/, /platform$/, /codex$/, /redis/, /^mischief/, /^(freeze|crash|stop)/, /sending$/];

/** Seldom possible at all: who is fond of it misses few chances. */
const rarely = /^(lose|drop|late|busy|refuse) (platform|codex)$|^mischief$|(sending|redis again)$/;

function tempersOf(seed: number): {
  readonly paceOf: (pace: string) => number;
  readonly fondOf: (fault: string) => number;
} {
  const dice = createDice(seed ^ 0x7e47);
  const fondness = dice.pick(fondnesses);
  const known = new Map<string, number>();
  return {
    paceOf(pace) {
      const set = known.get(pace) ?? dice.pick(paces);
      known.set(pace, set);
      return set;
    },
    fondOf: (fault) => (fondness.test(fault) ? 6 : 1),
  };
}

/** Decides as written down; what cannot be done any more is left out. */
export function follow(decisions: readonly string[]): Decide {
  let at = 0;
  return (_world, moves) => {
    for (;;) {
      const name = decisions[at];
      if (name === undefined) return undefined;
      at += 1;
      const move = moves.find((one) => one.name === name);
      if (move !== undefined) return move;
    }
  };
}

function crashOf(world: World, moves: readonly Move[], dice: Dice): Move | undefined {
  const names = living(world).map(({ name }) => `crash ${name}`);
  const crashes = moves.filter(({ name }) => names.includes(name));
  return crashes.length === 0 ? undefined : dice.pick(crashes);
}

/** What is seldom possible is likely when it is; the rest is always possible. */
const likely: readonly (readonly [RegExp, number])[] = [
  [/platform$|sending$|redis again$/, 6],
  [/codex$/, 4],
  [/^(lose|miss|cut|freeze)/, 2],
  [/^(late|drop|again|mischief)/, 1],
  [/./, 0.6],
];

/** The kind of violence first, however many calls are out. */
function kindFirst(faults: readonly Move[], fondOf: (fault: string) => number, dice: Dice): Move | undefined {
  const kinds = [...new Set(faults.map(({ fault = "" }) => fault))];
  const chosen = weighted(
    kinds.map((fault) => ({
      fault,
      weight: fondOf(fault) * (likely.find(([kind]) => kind.test(fault))?.[1] ?? 1),
    })),
    dice,
  );
  return weighted(
    faults.filter(({ fault }) => fault === chosen?.fault),
    dice,
  );
}

function weighted<T extends { readonly weight: number }>(moves: readonly T[], dice: Dice): T | undefined {
  const total = moves.reduce((sum, { weight }) => sum + weight, 0);
  let left = dice.next() * total;
  for (const move of moves) {
    left -= move.weight;
    if (left < 0) return move;
  }
  return moves.at(-1);
}
