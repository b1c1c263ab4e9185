import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { untilAborted } from "../../src/lib/until-aborted.ts";
import type { ChatEvidence, Evidence } from "./evidence.ts";
import { judge, type Verdict } from "./judge.ts";
import { type Outage, Outages } from "./outages.ts";
import { type FaultKind, faultKinds, type PlannedFault, planFaults } from "./plan.ts";
import { Random } from "./random.ts";
import { leakedKeys, unrecorded } from "./residue.ts";
import { Striker } from "./striker.ts";
import { User } from "./user.ts";
import { World } from "./world.ts";

/** What a run is. */
export interface RunOptions {
  readonly seed: number;
  /** How long people write and things go wrong, ms; the settling comes after it. */
  readonly writingMs: number;
  readonly chats: number;
  /** Gateway and worker as processes of their own; default: one process. */
  readonly split?: boolean;
  /** Only these faults; default all this machine can cause. */
  readonly only?: readonly FaultKind[];
  /** Where a failed run leaves its logs and transcripts. */
  readonly keepIn: string;
  /** Ends the run early: it rejects with the reason, once everything it started is ended. */
  readonly signal?: AbortSignal;
  readonly tell: (line: string) => void;
}

/** What came of it. */
export interface RunResult {
  readonly verdict: Verdict;
  readonly evidence: Evidence;
  readonly notRun: ReadonlyMap<FaultKind, string>;
  readonly struck: readonly PlannedFault[];
  /** What did not come to its end in time: chats, the whole service, its clean stop. */
  readonly unsettled: readonly string[];
  /** Not judged, but worth a look: ends by themselves, wrong use of a platform. */
  readonly remarks: readonly string[];
}

/** Without a fault the service is quiet well within this, ms. */
const settleMs = 120_000;
const parkMs = 120_000;
const idleMinutes = 0.25;
const startMs = 60_000;

/** One run from start to verdict. Everything it starts is ended. Rejects when the service does not start at all. */
export async function run(options: RunOptions): Promise<RunResult> {
  const since = Date.now();
  const timeline: string[] = [];
  const note = (what: string): void => {
    const line = `${((Date.now() - since) / 1000).toFixed(1).padStart(7)} s  ${what}`;
    timeline.push(line);
    options.tell(line);
  };
  const { chats, split = false } = options;
  const world = await World.create({ chats, idleMinutes, split }, new Random(options.seed, "restarts"), note);
  try {
    const result = await untilAborted(live(options, world, note), options.signal ?? new AbortController().signal);
    if (failed(result)) await keep(options, world, timeline, result);
    return result;
  } finally {
    await world.dispose();
  }
}

/** A law was broken, or something did not come to its end. */
export function failed({ verdict, unsettled }: RunResult): boolean {
  return verdict.findings.length > 0 || unsettled.length > 0;
}

async function live(options: RunOptions, world: World, note: (what: string) => void): Promise<RunResult> {
  const { seed, writingMs } = options;
  for (const unit of world.units) unit.start();
  await started(world);
  note("the service runs");
  const absent = Striker.absent(world);
  const kinds = (options.only ?? faultKinds).filter((kind) => !absent.has(kind));
  const struck = planFaults(new Random(seed, "faults"), writingMs, kinds);
  const users = world.lines.map((line, at) => {
    const pauseMs = at % 5 === 4 ? ([20_000, 40_000] as const) : ([2_000, 12_000] as const);
    return new User(line, new Random(seed, line.name), pauseMs);
  });
  const outages = new Outages(world.store);
  const striker = new Striker(world, note, outages);
  const begun = Date.now();
  const lives = users.map((user) => user.live(() => Date.now() - begun < writingMs));
  for (const fault of struck) {
    await rest(begun + fault.atMs - Date.now());
    await striker.strike(fault);
  }
  await rest(begun + writingMs - Date.now());
  striker.calm();
  note("nothing goes wrong any more");
  await Promise.all(lives);
  const settled = await Promise.all(users.map((user) => user.settle(Date.now() + settleMs)));
  note(`${settled.filter(Boolean).length} of ${users.length} chats answered their last words`);
  const parked = settled.every(Boolean) && (await atRest(world, users));
  note(parked ? "at rest" : "not at rest");
  outages.stop();
  const evidence = await gather(world, users, outages.all);
  const unsettled = [
    ...users.flatMap((user, at) => (settled[at] === true ? [] : [`${user.line.name} did not answer its last words`])),
    ...(parked ? [] : ["the service did not come to rest"]),
    ...(await stopAll(world)),
  ];
  const remarks = [
    ...world.units.flatMap((unit) => unit.surprises),
    ...world.telegram.violations.map(({ kind, method, reason }) => `Telegram: ${kind} ${method}: ${reason}`),
    ...world.feishu.violations.map((what) => `Feishu: ${what}`),
  ];
  return { verdict: judge(evidence), evidence, notRun: absent, struck, unsettled, remarks };
}

/** A clean stop of every process; what was not clean about it. */
async function stopAll({ units }: World): Promise<readonly string[]> {
  const told: string[] = [];
  for (const unit of units) {
    const code = await unit.stop();
    if (code !== 0) told.push(`the ${unit.name} ended its clean stop with ${code}`);
  }
  return told;
}

/** Every chat is parked, its process ended, and nothing without an owner is left. */
async function atRest(world: World, users: readonly User[]): Promise<boolean> {
  const ends = Date.now() + parkMs;
  while (Date.now() < ends) {
    for (const user of users) user.look();
    const pids = await world.codexPids();
    if (pids.length === 0 && (await leakedKeys(world.store))?.length === 0) return true;
    await rest(1_000);
  }
  return false;
}

async function gather(world: World, users: readonly User[], outages: readonly Outage[]): Promise<Evidence> {
  const interruptions = world.units.flatMap((unit) => unit.interruptions);
  const chats = await Promise.all(
    users.map(async ({ line, said, taps }): Promise<ChatEvidence> => {
      const { name, channel } = line;
      return {
        name,
        channel,
        said: said.map((one) => ({ ...one, ...line.handed(one.id) })),
        histories: world.record.historiesOf(name),
        reached: world.record.reached,
        turns: world.record.turnsOf(name),
        shown: line.shown(interruptions, outages),
        taps,
        runs: await world.runs(said.map((one) => one.id)),
      };
    }),
  );
  const loose = await unrecorded(await world.codexPids(), world.store);
  return {
    chats,
    orphans: loose.filter((one) => one.old).map(({ pid }) => `process ${pid}`),
    leaked: (await leakedKeys(world.store)) ?? ["Redis does not answer"],
  };
}

async function keep(options: RunOptions, world: World, timeline: readonly string[], result: RunResult): Promise<void> {
  await mkdir(options.keepIn, { recursive: true });
  const write = (name: string, text: string): Promise<void> => writeFile(join(options.keepIn, name), text);
  const sets = (_: string, value: unknown): unknown =>
    value instanceof Set ? [...value] : value instanceof Map ? Object.fromEntries(value) : value;
  await write("timeline.txt", `${timeline.join("\n")}\n`);
  await write("verdict.json", JSON.stringify({ ...result, evidence: undefined }, sets, 2));
  const chats = result.evidence.chats.map((chat) => ({ ...chat, reached: undefined }));
  await write("evidence.json", JSON.stringify({ ...result.evidence, chats }, sets, 2));
  await write("telegram.jsonl", world.telegram.transcript.exchanges.map((one) => JSON.stringify(one)).join("\n"));
  await write("feishu.jsonl", world.feishu.calls.map((one) => JSON.stringify(one)).join("\n"));
  for (const unit of world.units) await write(`${unit.name}.log`, unit.service.output);
}

/** Rejects with what the service said when it does not start. */
async function started({ units }: World): Promise<void> {
  const ends = Date.now() + startMs;
  while (!units.every((unit) => unit.ready)) {
    const said = units.map((unit) => unit.service.output.slice(-2_000)).join("\n");
    if (Date.now() > ends || units.some((unit) => unit.surprises.length > 0))
      throw new Error(`the service does not start:\n${said}`);
    await rest(50);
  }
}

function rest(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));
}
