import { execFile } from "node:child_process";
import { join } from "node:path";
import { type Mutant, mutants } from "../mutants/catalog.ts";
import { copyTree } from "../mutants/tree.ts";

/** Why the explorer cannot see a planted fault. It runs no adapter, no page, no configuration and no real Codex. */
const outOfReach: readonly (readonly [RegExp, string])[] = [
  [/^adapters\//, "an adapter"],
  [/^config\//, "configuration"],
  [/^src\/(telemetry|codex|model\/text)\//, "not part of the protocol"],
  [/^src\/model\/trace\./, "what `hotline trace` hides"],
  [/^src\/redis\/backup/, "`hotline backup`"],
  [/^src\/channel\/reception/, "schedules hand events to whoever lives: no account is received"],
  [/^src\/redis\/scripts\/(hand-over|rehome)\./, "runs only where projects are served by two hosts"],
  [/^src\/redis\/embedded/, "the server's own settings"],
  [/^src\/redis\/scripts\/transcript/, "the web's transcript"],
];

/** Those whose breach no reader of a schedule can see, each with the reason. */
const unseen: Readonly<Record<string, string>> = {
  "a chat whose project is another worker's begins its next turn here": "one host serves all projects",
  "a chat is claimed by a worker that does not have its conversation": "one host has all conversations",
  "a text that the turn takes no more is dropped":
    "Codex tells the end of a turn before it refuses a steer, and `closeTurn` (turn.ts) forgets the steers on their way",
  "frames are sent while the final waits in the outbox":
    "the final's operation removes the view in its own step (commit.lua), and update-view.lua lets none come back",
  "an ended view goes on being shown": "every commit that ends a view also holds the operation that ends its frames",
  "a late frame brings an ended view back": "the actor has awaited its last frame before it ends the view",
  "a button answers in every chat of its group's name": "needs topics",
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

/**
 * Plants each fault whose name holds `name`, one at a time, and explores until it is found. A breach counts only when
 * the same schedule without the fault keeps every law; throws when it does not.
 */
export async function hunt(
  options: { readonly name: string; readonly seed: number; readonly schedules: number },
  told: (hunt: Hunt) => void,
): Promise<readonly Hunt[]> {
  const tree = copyTree();
  const hunts: Hunt[] = [];
  try {
    for (const mutant of mutants.filter(({ fault }) => fault.includes(options.name))) {
      const skipped = reachable(mutant);
      let found: Hunt["found"];
      if (skipped === undefined) {
        tree.plant(mutant);
        found = await find(tree.root, options);
        tree.restore(mutant);
        if (found !== undefined) await keepsLaws(tree.root, options.seed + found.schedule - 1);
      }
      const one = { mutant, found, skipped };
      hunts.push(one);
      told(one);
    }
  } finally {
    tree.remove();
  }
  return hunts;
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
