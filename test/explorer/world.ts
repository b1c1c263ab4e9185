import { type ChatKey, chatKey } from "../../src/model/ids.ts";
import { type CodexHost, createCodexHost } from "./codex.ts";
import type { ScriptStep } from "./codex-process.ts";
import { createDice, type Dice } from "./dice.ts";
import { createGate, type Gate } from "./gate.ts";
import type { Lab } from "./lab.ts";
import { createLeases } from "./leases.ts";
import { type ServiceNode, type Surroundings, startNode } from "./node.ts";
import { createPeople, type People } from "./people.ts";
import { account, createPlatform } from "./platform.ts";
import { createJobQueue, type JobQueue } from "./queue.ts";
import { createTime, type Time } from "./time.ts";
import type { TraceEvent } from "./trace.ts";

/** What a schedule begins with; everything else are its decisions. */
export interface Setting {
  readonly seed: number;
  readonly chats: number;
  /** Per chat. */
  readonly messages: number;
  readonly whileBusy: "steer" | "queue" | "interrupt";
  readonly recovery: "ask" | "continue";
  /** The platform knows idempotency keys. */
  readonly keyed: boolean;
  /** Share of scripted steps that ask for an approval. */
  readonly asks: number;
  /** Whether people stop turns; default true. They do so soon, and most turns end before anything else comes of them. */
  readonly stops?: boolean;
}

/** The small world of one schedule. */
export interface World {
  readonly setting: Setting;
  readonly chats: readonly ChatKey[];
  readonly trace: readonly TraceEvent[];
  tell(event: TraceEvent): void;
  readonly gate: Gate;
  readonly time: Time;
  readonly codex: CodexHost;
  readonly queue: JobQueue;
  readonly people: People;
  readonly nodes: ReadonlyMap<string, ServiceNode>;
  /** Services started and crashes so far. */
  readonly counts: { lives: number; crashes: number };
  start(node: string): void;
  /** What is left in Redis that should not be: before (`stopped` false) or after everything was stopped. */
  leftovers(stopped: boolean): Promise<readonly string[]>;
}

/** A world with two started nodes. Its keys are `setting.seed`'s. */
export function createWorld(lab: Lab, setting: Setting): World {
  const prefix = `e${setting.seed}`;
  const trace: TraceEvent[] = [];
  const tell = (event: TraceEvent): void => void trace.push(event);
  const gate = createGate();
  const time = createTime();
  const nodes = new Map<string, ServiceNode>();
  const lives = new Map<string, number>();
  const counts = { lives: 0, crashes: 0 };
  let nonces = 0;
  const chats = ["1", "-2"].slice(0, setting.chats).map((chat) => chatKey({ channel: "fake", account: "main", chat }));
  const platform = createPlatform(gate, tell, setting.keyed);
  const around: Surroundings = {
    lab,
    gate,
    time,
    prefix,
    leases: createLeases(() => time.now, tell),
    codex: createCodexHost(gate, tell, scriptsOf(setting), (left) => diceOf(setting.seed, left).chance(0.5)),
    platform,
    queue: createJobQueue(),
    settings: { whileBusy: setting.whileBusy, recovery: setting.recovery },
    trace: tell,
    nonce: () => `n${++nonces}`,
    publish: ({ channel, message }) => {
      for (const node of nodes.values()) node.heard(channel, message);
    },
  };
  const world: World = {
    setting,
    chats,
    trace,
    tell,
    gate,
    time,
    codex: around.codex,
    queue: around.queue,
    people: createPeople({ ...setting, chats, platform, now: () => time.now, trace: tell }),
    nodes,
    counts,
    start(node) {
      const old = nodes.get(node);
      if (old !== undefined) gate.forget(old.name);
      const life = (lives.get(node) ?? 0) + 1;
      lives.set(node, life);
      counts.lives += 1;
      nodes.set(node, startNode(around, node, life));
    },
    async leftovers(stopped) {
      const left = await leftovers(lab, prefix, chats, stopped);
      if (stopped) return left;
      // Flagged by a call that was sent again, or left by a node that died: the sweep sees to it.
      const flagged = await lab.redis.zrange(`${prefix}:sched`, "0", "-1");
      const holds = ({ name, state }: ServiceNode, chat: string): boolean =>
        state === "alive" && !around.leases.stale(name, chat);
      const unheld = flagged.filter((chat) => ![...nodes.values()].some((node) => holds(node, chat)));
      return [...left, ...unheld.map((chat) => `a wake-up of ${chat}`)];
    },
  };
  for (const node of ["a", "b"]) world.start(node);
  return world;
}

/** What a turn does follows from its text and how often it was started. */
function scriptsOf({ seed, asks }: Setting): (text: string) => readonly ScriptStep[] {
  const started = new Map<string, number>();
  return (text) => {
    const count = (started.get(text) ?? 0) + 1;
    started.set(text, count);
    const dice = diceOf(seed, `${text}${count}`);
    // Short ones for many turns, long ones for what happens beside a turn.
    const length = dice.chance(0.3) ? 4 + dice.below(6) : dice.below(4);
    const steps = Array.from({ length }, (): ScriptStep => {
      if (dice.chance(asks)) return "ask";
      return dice.chance(0.3) ? "action" : "text";
    });
    const end: ScriptStep = dice.chance(0.12) ? "fail" : "complete";
    const script: readonly ScriptStep[] = dice.chance(0.2) ? ["rigid", ...steps, end] : [...steps, end];
    return dice.chance(0.15) ? ["compact", ...script] : script;
  };
}

/** The same throws for the same words, whatever happened before. */
function diceOf(seed: number, words: string): Dice {
  let hash = seed;
  for (const letter of words) hash = Math.imul(hash ^ letter.charCodeAt(0), 0x01000193);
  return createDice(hash);
}

/** Reads in one step what should be empty. */
const leftoversScript = `
local left = {}
local prefix, stopped, account = ARGV[1], ARGV[2], ARGV[3]
local function note(what, is) if is then left[#left + 1] = what end end
for index = 4, #ARGV do
  local chat = ARGV[index]
  local key = prefix .. ':{' .. chat .. '}:'
  note('mail in ' .. chat, redis.call('XLEN', key .. 'mb') > 0)
  note('operations of ' .. chat, redis.call('XLEN', key .. 'ob') > 0)
  note('a turn of ' .. chat, redis.call('HEXISTS', key .. 'st', 't') == 1)
  note('open requests of ' .. chat, redis.call('ZCARD', key .. 'rq') > 0)
  note('a view of ' .. chat, redis.call('EXISTS', key .. 'vw') == 1)
  if stopped == '1' then
    note('an owner of ' .. chat, redis.call('HEXISTS', key .. 'st', 'own') == 1)
    note('a process of ' .. chat, redis.call('HEXISTS', key .. 'st', 'p') == 1)
  end
end
note('pending chats', redis.call('SCARD', prefix .. ':ac:' .. account .. ':pd') > 0)
if stopped == '1' then
  note('scheduled chats', redis.call('ZCARD', prefix .. ':sched') > 0)
  note('a sender', redis.call('HEXISTS', prefix .. ':ac:' .. account .. ':ls', 'own') == 1)
end
return left
`;

async function leftovers(
  { redis }: Lab,
  prefix: string,
  chats: readonly string[],
  stopped: boolean,
): Promise<readonly string[]> {
  const left = await redis.eval(leftoversScript, 0, prefix, stopped ? "1" : "0", account, ...chats);
  return left as readonly string[];
}
