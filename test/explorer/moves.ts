import type { Dice } from "./dice.ts";
import type { Fault, Held } from "./gate.ts";
import type { ServiceNode } from "./node.ts";
import type { World } from "./world.ts";

/** One thing that may happen next. Its name is the same in every repetition of a schedule. */
export interface Move {
  readonly name: string;
  /** Violence, by kind; undefined for what happens on a good day. */
  readonly fault: string | undefined;
  /** How likely it is among its like. */
  readonly weight: number;
  /** What sets its pace: the other side of a call, or the first word of its name. */
  readonly pace: string;
  go(): void | Promise<void>;
}

/** Everything that may happen. `calm`: no violence any more, and people only do what is needed for an end. */
export function movesOf(world: World, calm: boolean): readonly Move[] {
  const good = [...callMoves(world), ...hearingMoves(world), ...peopleMoves(world, calm), ...codexMoves(world)];
  if (calm) return good;
  return [...good, ...nodeMoves(world), ...faultMoves(world)];
}

/** The next thing that happens by time alone; undefined when nothing would. */
export function timeMove(world: World): Move | undefined {
  const now = world.time.now;
  let due = world.queue.due(now);
  for (const node of living(world)) due = Math.min(due, node.clock.due);
  if (due === Number.POSITIVE_INFINITY) return undefined;
  return good("time", 0.5, () => passTime(world, due));
}

/** Calls take time as well: budgets refill and frames come due while others work. */
export function passStep(world: World, step: number): void {
  if (step % 8 === 7) passTime(world, world.time.now + 40);
}

function passTime(world: World, until: number): void {
  // Whole milliseconds, as every clock here tells them: Redis would round, and the laws would not.
  world.time.now = Math.max(world.time.now, Math.ceil(until));
  world.queue.tick(world.time.now);
  for (const node of living(world)) node.clock.wake();
}

/** A model thinks longer than a call takes: what belongs to one word of it happens, mostly, before the next. */
export function quicker(moves: readonly Move[], dice: Dice): readonly Move[] {
  const quick = moves.filter(({ pace }) => pace !== "go");
  return quick.length > 0 && dice.chance(0.85) ? quick : moves;
}

/** Nodes that live and are not frozen. */
export function living(world: World): readonly ServiceNode[] {
  return [...world.nodes.values()].filter(({ state }) => state === "alive");
}

/** Stops a node as SIGTERM does. */
export function stopNode(world: World, node: ServiceNode): void {
  void node.stop().then(() => {
    if (node.state === "dead") return;
    node.crash();
    world.gate.forget(node.name);
  });
}

function good(name: string, weight: number, go: Move["go"], pace = paceOf(name)): Move {
  return { name, fault: undefined, weight, pace, go };
}

function bad(name: string, fault: string, go: Move["go"], weight = 1): Move {
  return { name, fault, weight, pace: "", go };
}

function paceOf(name: string): string {
  return name.split(" ", 1)[0] ?? name;
}

function callMoves({ gate }: World): readonly Move[] {
  return gate.heads().map((held) => good(`run ${held.name}`, 4, () => held.run(), kindOf(held.lane)));
}

function hearingMoves(world: World): readonly Move[] {
  const moves: Move[] = [];
  for (const connection of world.codex.connections) {
    const node = [...world.nodes.values()].find(({ name }) => name === connection.user.name);
    if (node?.state === "alive" && connection.inbound.length > 0)
      moves.push(good(`hear ${connection.name}`, 4, () => connection.inbound.shift()?.()));
  }
  for (const node of living(world)) {
    if (node.hints.length > 0) moves.push(good(`ring ${node.name}`, 4, () => node.hints.shift()?.()));
  }
  const takers = world.queue.takers();
  for (const chat of world.queue.waiting(world.time.now)) {
    for (const node of living(world)) {
      if (takers.includes(node.name))
        moves.push(good(`act ${chat} ${node.name}`, 2, () => world.queue.take(chat, node.name)));
    }
  }
  return moves;
}

function peopleMoves(world: World, calm: boolean): readonly Move[] {
  const { people } = world;
  const acts = people
    .acts(calm)
    .map(({ name, mischief, go }) =>
      mischief ? bad(name, "mischief", go, /taps|types|elsewhere/.test(name) ? 3 : 0.3) : good(name, 1.5, go),
    );
  const handed = people
    .handing()
    .flatMap((chat) =>
      receiving(world).map((node) => good(`hand ${chat} ${node.name}`, 2, () => people.hand(chat, node))),
    );
  return [...acts, ...handed];
}

/** A service that stops takes nothing any more. */
function receiving(world: World): readonly ServiceNode[] {
  return living(world).filter(({ stopping }) => !stopping);
}

function codexMoves({ codex }: World): readonly Move[] {
  return codex.processes.filter(({ canGoOn }) => canGoOn).map((one) => good(`go p${one.pid}`, 1, () => one.goOn()));
}

function nodeMoves(world: World): readonly Move[] {
  return [...world.nodes].flatMap(([id, node]) => {
    if (node.state === "dead") return [good(`start ${id}`, 0.5, () => world.start(id))];
    return node.state === "frozen" ? [good(`thaw ${node.name}`, 0.4, () => node.thaw())] : [];
  });
}

function faultMoves(world: World): readonly Move[] {
  return [...callFaults(world), ...nodeFaults(world), ...codexFaults(world), ...peopleFaults(world)];
}

function callFaults({ gate }: World): readonly Move[] {
  return gate
    .heads()
    .flatMap((held) =>
      held.faults.map((fault) => bad(`${fault} ${held.name}`, faultOf(fault, held), () => held.run(fault))),
    );
}

/** What is sent again, as its answer was lost, may be refused: nobody knows then that it happened. */
function faultOf(fault: Fault, held: Held): string {
  const kind = `${fault} ${kindOf(held.lane)}`;
  return held.happened?.() === true ? `${kind} again` : kind;
}

function kindOf(lane: string): string {
  if (/ redis$/.test(lane)) return "redis";
  if (/ wire \d+$/.test(lane)) return "platform";
  return / queue$/.test(lane) ? "queue" : "codex";
}

function nodeFaults(world: World): readonly Move[] {
  const moves: Move[] = [];
  for (const node of world.nodes.values()) {
    if (node.state === "dead") continue;
    // Whoever has a call on the wire learns too late, or never, what came of it.
    const sending = world.gate.held.some((one) => one.owner === node.name && kindOf(one.lane) === "platform");
    const meanwhile = sending ? " sending" : "";
    moves.push(bad(`crash ${node.name}`, `crash${meanwhile}`, () => crash(world, node), 1.5));
    if (node.state !== "alive") continue;
    moves.push(bad(`freeze ${node.name}`, `freeze${meanwhile}`, () => node.freeze(), 3));
    if (node.hints.length > 0) moves.push(bad(`miss ${node.name}`, "miss", () => node.missHints()));
    if (!node.stopping) moves.push(bad(`stop ${node.name}`, "stop", () => stopNode(world, node)));
  }
  return moves;
}

/** kill -9: what was on its way may still arrive, but nobody hears of it. */
export function crash(world: World, node: ServiceNode): void {
  world.counts.crashes += 1;
  node.crash();
}

/** A person is asked after the third death in a row: fewer, so that every turn comes to an end by itself. */
const mostDeaths = 2;

function codexFaults({ codex }: World): readonly Move[] {
  const moves: Move[] = [];
  const deaths = codex.processes.filter(({ alive, killed }) => !alive && killed).length;
  for (const one of codex.processes) {
    if (!one.alive || deaths >= mostDeaths) continue;
    const dying = (how: () => void) => () => {
      one.killed = true;
      how();
    };
    moves.push(
      bad(
        `kill p${one.pid}`,
        "kill codex",
        dying(() => codex.kill(one, false)),
      ),
      bad(
        `kill-kept p${one.pid}`,
        "kill codex",
        dying(() => codex.kill(one, true)),
      ),
      bad(
        `erase p${one.pid}`,
        "erase codex",
        dying(() => codex.erase(one)),
      ),
    );
  }
  for (const one of codex.connections) if (one.open) moves.push(bad(`cut ${one.name}`, "cut", () => codex.cut(one)));
  const flip = codex.broken ? "mend codex" : "break codex";
  moves.push(
    bad(flip, "break", () => {
      codex.broken = !codex.broken;
    }),
  );
  return moves;
}

function peopleFaults(world: World): readonly Move[] {
  const { people } = world;
  return people
    .again()
    .flatMap(({ chat, id }) =>
      receiving(world).map((node) =>
        bad(`again ${chat} ${id} ${node.name}`, "again", () => people.handAgain(chat, id, node), 0.5),
      ),
    );
}
