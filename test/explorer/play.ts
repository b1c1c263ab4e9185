import { createDice, type Dice } from "./dice.ts";
import type { Lab } from "./lab.ts";
import { verdict } from "./laws.ts";
import { crash, living, type Move, movesOf, passStep, quicker, stopNode, timeMove } from "./moves.ts";
import type { Violation } from "./reading.ts";
import { createWorld, type Setting, type World } from "./world.ts";

/** A schedule: where it begins and what is decided, move by move. After the last decision everything is calm. */
export interface Schedule {
  readonly setting: Setting;
  readonly decisions: readonly string[];
}

/** A schedule, and how it broke the laws if it did. */
export interface Broken {
  readonly schedule: Schedule;
  readonly violations: readonly Violation[];
}

/** What became of a schedule. */
export interface Played extends Broken {
  readonly owners: number;
  readonly crashes: number;
  /** Decided ones and calm ones. */
  readonly steps: number;
  readonly calmSteps: number;
  /** Violence by kind. */
  readonly faults: ReadonlyMap<string, number>;
  readonly world: World;
}

/** Who decides: the name of the next move, or undefined when the violence is over. */
export type Decide = (world: World, moves: readonly Move[], step: number) => Move | undefined;

/** Calm moves after which something will never come to rest. */
const calmLimit = 6000;

/** The longest pause before a refused call is made again, ms: `patiently` in src/dispatcher/context.ts. */
const patienceMs = 2000;

/** Plays one schedule from its start to its verdict. */
export async function play(lab: Lab, setting: Setting, decide: Decide): Promise<Played> {
  const world = createWorld(lab, setting);
  const decisions: string[] = [];
  const faults = new Map<string, number>();
  let refusedAt = Number.NEGATIVE_INFINITY;
  await settled();
  for (let step = 0; ; step += 1) {
    const moves = movesOf(world, false);
    const time = timeMove(world);
    const move = decide(world, time === undefined ? moves : [...moves, time], step);
    if (move === undefined) break;
    decisions.push(move.name);
    if (move.fault?.startsWith("drop redis") === true) refusedAt = world.time.now;
    if (move.fault !== undefined) faults.set(move.fault, (faults.get(move.fault) ?? 0) + 1);
    passStep(world, step);
    await move.go();
    await settled();
  }
  const calmSteps = await calm(world, refusedAt + patienceMs);
  const violations = verdict(world.trace, setting);
  await lab.clear(`e${setting.seed}`);
  const { lives, crashes } = world.counts;
  const schedule = { setting, decisions };
  return { schedule, violations, owners: lives, crashes, steps: decisions.length, calmSteps, faults, world };
}

/** Everything that can follow without time has followed. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/**
 * Lets everything come to its end, fairly; what does not is in the trace. No stop before `from`: one that meets an owner
 * in its pause before it asks Redis again leaves the chat to its lease (actor.ts, `close`: "even while Redis is away").
 */
async function calm(world: World, from: number): Promise<number> {
  const dice = createDice(world.setting.seed ^ 0x5eed);
  world.codex.broken = false;
  for (const [id, node] of [...world.nodes]) {
    if (node.state === "frozen") node.thaw();
    if (node.state === "dead") world.start(id);
  }
  await settled();
  let stopped = false;
  for (let step = 0; step < calmLimit; step += 1) {
    if (!stopped) for (const [id, node] of [...world.nodes]) if (node.state === "dead") world.start(id);
    const moves = movesOf(world, true);
    let move = calmMove(moves, dice);
    if (move === undefined) {
      if (stopped && living(world).length === 0) return ended(world, step);
      if (!stopped && world.time.now >= from && (await atRest(world))) {
        stopped = true;
        for (const node of living(world)) stopNode(world, node);
        await settled();
        continue;
      }
      move = timeMove(world);
      if (move === undefined) return stuck(world, step, "nothing moves");
    }
    passStep(world, step);
    await move.go();
    await settled();
  }
  return stuck(world, calmLimit, "no rest");
}

function calmMove(moves: readonly Move[], dice: Dice): Move | undefined {
  const few = quicker(moves, dice);
  return few.length === 0 ? undefined : dice.pick(few);
}

async function atRest(world: World): Promise<boolean> {
  const { people, codex, gate } = world;
  // A stop that is under way comes to its end, and its node starts anew.
  if ([...world.nodes.values()].some(({ stopping }) => stopping)) return false;
  // A stop leaves what is rejoined to its lease, and to the next start.
  if (living(world).some(({ recovering }) => recovering)) return false;
  if (people.busy || people.silent > 0 || gate.held.length > 0) return false;
  if (codex.processes.some(({ alive, turn }) => alive && turn !== undefined)) return false;
  return (await world.leftovers(false)).length === 0;
}

async function ended(world: World, steps: number): Promise<number> {
  const left = await world.leftovers(true);
  const alive = world.codex.processes.filter((one) => one.alive).map(({ pid }) => `process ${pid}`);
  for (const what of [...left, ...alive]) world.tell({ kind: "left", what });
  return steps;
}

async function stuck(world: World, steps: number, why: string): Promise<number> {
  for (const what of [why, ...(await world.leftovers(false))]) world.tell({ kind: "left", what });
  for (const node of world.nodes.values()) if (node.state !== "dead") crash(world, node);
  return steps;
}
