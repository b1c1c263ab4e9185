import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Mutant, mutants } from "../mutants/catalog.ts";
import { copyTree, type Tree } from "../mutants/tree.ts";

/** Why the explorer cannot see a planted fault. It runs no adapter, no page, no configuration and no real Codex. */
const outOfReach: readonly (readonly [RegExp, string])[] = [
  [/^adapters\//, "an adapter"],
  [/^config\//, "configuration"],
  [/^src\/(telemetry|codex|model\/text)\//, "not part of the protocol"],
  [/^src\/model\/trace\./, "what `hotline trace` hides"],
  [/^src\/redis\/backup/, "`hotline backup`"],
  [/^src\/channel\/reception/, "schedules hand events to whoever lives: no account is received"],
  [/^src\/(redis\/scripts\/(hand-over|rehome)|queue\/port)\./, "runs only where projects are served by two hosts"],
  [/^src\/redis\/embedded/, "the server's own settings"],
  [/^src\/redis\/scripts\/transcript/, "the web's transcript"],
];

/** Those whose breach no reader of a schedule can see, each with the reason. */
const unseen: Readonly<Record<string, string>> = {
  "a message that interrupts ends a turn that has read nothing, for ever":
    "for ever only where every start shortens the conversation; in a schedule the next one reads its message",
  "what was handed to a turn and not read starts after the stop":
    "the laws ask that a message is read once or taken back with words, not which of the two a stop does",
  "of an album or a cut text only the part that mentions the bot is taken": "its group hears everything",
  "a message that was taken back while its file was fetched is steered": "no message has files",
  "a chat whose project is another worker's begins its next turn here": "one host serves all projects",
  "a worker ends the Codex of a turn whose project is another worker's": "one host serves all projects",
  "a chat is claimed by a worker that does not have its conversation": "one host has all conversations",
  "frames are sent while the final waits in the outbox":
    "the final's operation removes the view in its own step (commit.lua), and update-view.lua lets none come back",
  "an ended view goes on being shown": "every commit that ends a view also holds the operation that ends its frames",
  "a late frame brings an ended view back": "the actor has awaited its last frame before it ends the view",
};

/** What became of one. */
export interface Hunt {
  readonly mutant: Mutant;
  /** Number of the schedule that found it, and the first breach it told. */
  readonly found: { readonly schedule: number; readonly breach: string } | undefined;
  /** Set when it was not looked for. */
  readonly skipped: string | undefined;
}

/** Faults in the code that schedules run; the others with the reason why not. */
function reachable(mutant: Mutant): string | undefined {
  return unseen[mutant.fault] ?? outOfReach.find(([file]) => file.test(mutant.file))?.[1];
}

/** Which schedules hunt. `anew`: not first the one that found it last. `jobs`: hunts side by side. */
interface HuntOptions {
  readonly name: string;
  readonly anew: boolean;
  readonly seed: number;
  readonly schedules: number;
  readonly jobs: number;
}

/** The seed that found each fault last, beside this file. */
const memory = new URL("found.json", import.meta.url);

/**
 * Plants each fault whose name holds `name` and explores until it is found. A breach counts only when the same schedule
 * without the fault keeps every law. What was found is written down.
 */
export async function hunt(options: HuntOptions, told: (hunt: Hunt) => void): Promise<readonly Hunt[]> {
  const known = JSON.parse(readFileSync(memory, "utf8")) as Record<string, number>;
  const hunts: Hunt[] = [];
  // Those that nobody found yet come first.
  const waiting = mutants
    .filter(({ fault }) => fault.includes(options.name))
    .sort((x, y) => Number(x.fault in known) - Number(y.fault in known));
  const hunter = async (): Promise<void> => {
    const tree = copyTree();
    try {
      for (let mutant = waiting.shift(); mutant !== undefined; mutant = waiting.shift()) {
        const skipped = reachable(mutant);
        const last = options.anew ? undefined : known[mutant.fault];
        const found = skipped === undefined ? await huntOne(tree, mutant, options, last) : undefined;
        if (found !== undefined) known[mutant.fault] = options.seed + found.schedule - 1;
        writeFileSync(memory, `${JSON.stringify(known, undefined, 2)}\n`);
        hunts.push({ mutant, found, skipped });
        told({ mutant, found, skipped });
      }
    } finally {
      tree.remove();
    }
  };
  await Promise.all(Array.from({ length: options.jobs }, hunter));
  return hunts;
}

async function huntOne(
  tree: Tree,
  mutant: Mutant,
  { seed, schedules }: HuntOptions,
  last: number | undefined,
): Promise<Hunt["found"]> {
  tree.plant(mutant);
  const again = last === undefined ? undefined : await find(tree.root, { seed: last, schedules: 1 });
  const anew = again === undefined ? await find(tree.root, { seed, schedules }) : undefined;
  tree.restore(mutant);
  const found = again === undefined ? anew : { ...again, schedule: (last ?? seed) - seed + 1 };
  if (found !== undefined) await keepsLaws(tree.root, seed + found.schedule - 1);
  return found;
}

async function keepsLaws(root: string, seed: number): Promise<void> {
  const broken = await find(root, { seed, schedules: 1 });
  if (broken !== undefined) throw new Error(`seed ${seed} breaks a law without a fault: ${broken.breach}`);
}

const brief = /^FOUND (\d+) (.*)$/m;

/** Runs the copy's own explorer. */
function find(
  root: string,
  { seed, schedules }: { readonly seed: number; readonly schedules: number },
): Promise<Hunt["found"]> {
  const args = ["--import", "tsx", join(root, "test/explorer/main.ts"), "--brief", "--seed", String(seed)];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [...args, "--schedules", String(schedules)], { cwd: root }, (error, out, stderr) => {
      const [, schedule, breach = ""] = brief.exec(out) ?? [];
      if (schedule !== undefined) resolve({ schedule: Number(schedule), breach });
      else if (error === null) resolve(undefined);
      else reject(new Error(`the explorer does not run: ${stderr.slice(-1000)}`));
    });
  });
}
