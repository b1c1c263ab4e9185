import { randomBytes } from "node:crypto";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/log.ts";
import { BridgeError } from "../model/errors.ts";
import type { AboutWorker, KnownWorker } from "../redis/worker-registry.ts";
import { isUp } from "./routing.ts";

/** What workers of one Codex home tell each other, so that a shared home is told from a copy. */
export interface HomeSigns {
  /** Stands in a file of this worker in its home, made anew at each start. */
  readonly mark: string;
  /** Marks of the others that stand in this worker's home, too. */
  readonly sees: readonly string[];
  /** Marks that do not: their homes are other folders of the same name. */
  readonly misses: readonly string[];
}

/** A worker as {@link HomeMark} knows it. */
export type HomeNeighbour = Pick<
  KnownWorker<AboutWorker & { readonly signs?: HomeSigns }>,
  "node" | "livesMs" | "until" | "about"
>;

/** The mark of this worker in its Codex home. */
export interface HomeMark {
  /** To be told with each beat; undefined before {@link join}, and where nothing can be written into the home. */
  signs(): HomeSigns | undefined;
  /** Looks for the marks of the others. */
  look(known: readonly HomeNeighbour[]): Promise<void>;
  /**
   * Resolves when no living worker works on a copy of this home, or is too slow to say so (6 s). `beat` tells of us; it
   * comes only where another worker claims the same home. BridgeError `copyRuns`.
   */
  join(known: () => Promise<readonly HomeNeighbour[]>, beat: () => Promise<void>): Promise<void>;
  leave(): Promise<void>;
}

export interface HomeMarkOptions {
  /** Path of the Codex home. */
  readonly dir: string;
  /** Its name; see `homeId`. */
  readonly home: string;
  readonly node: string;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Longer than a worker counts as living after its last beat, ms. */
const patienceMs = 6000;
const pollMs = 200;

/** See {@link HomeMark}. */
export function createHomeMark({ dir, home, node, clock, log }: HomeMarkOptions): HomeMark {
  const mark = randomBytes(9).toString("base64url");
  const file = (of: string): string => join(dir, `.codex-hotline-at-${of}`);
  let [sees, misses]: readonly [readonly string[], readonly string[]] = [[], []];
  let written = false;

  const neighbours = (known: readonly HomeNeighbour[]) =>
    known.flatMap((one) => {
      const { signs } = one.about;
      const counts = one.node !== node && one.about.home === home && isUp(one);
      return counts && signs ? [{ node: one.node, until: one.until, signs }] : [];
    });

  const look: HomeMark["look"] = async (known) => {
    const found = await Promise.all(
      neighbours(known).map(async ({ node: of, signs }) => ({
        mark: signs.mark,
        here: (await readFile(file(of), "utf8").catch(() => "")).trim() === signs.mark,
      })),
    );
    sees = found.filter((one) => one.here).map((one) => one.mark);
    misses = found.filter((one) => !one.here).map((one) => one.mark);
  };

  return {
    signs: () => (written ? { mark, sees, misses } : undefined),
    look,
    async join(known, beat) {
      written = await writeFile(file(node), `${mark}\n`, { mode: 0o600 }).then(
        () => true,
        (error: unknown) => {
          log.warn({ error }, "codex home cannot be marked: a copy of it is not noticed");
          return false;
        },
      );
      if (!written) return;
      // Told before its worker was killed, or left, a mark that is missing says nothing: it counts once told anew.
      const toldUntil = new Map<string, number>();
      for (let waitedMs = 0; waitedMs < patienceMs; waitedMs += pollMs) {
        const all = await known();
        const others = neighbours(all);
        if (others.length === 0) return;
        await look(all);
        const missed = others.filter(({ signs }) => misses.includes(signs.mark));
        const again = missed.some(({ signs, until }) => until > (toldUntil.get(signs.mark) ?? until));
        const last = missed.length > 0 && waitedMs + pollMs >= patienceMs;
        if (again || last || others.some(({ signs }) => signs.misses.includes(mark))) throw copied(dir, home);
        for (const { signs, until } of missed) if (!toldUntil.has(signs.mark)) toldUntil.set(signs.mark, until);
        if (others.every(({ signs }) => signs.sees.includes(mark))) return;
        if (waitedMs === 0) await beat();
        await clock.sleep(pollMs);
      }
      log.warn({ home }, "another worker of this Codex home does not say whether it is the same folder");
    },
    leave: () => rm(file(node), { force: true }),
  };
}

function copied(dir: string, home: string): BridgeError {
  return new BridgeError(
    "copyRuns",
    `a worker elsewhere runs on another copy of the Codex home ${dir} (${home}): chats would go on in one of the two by chance. ` +
      "Stop that worker, or remove the file .codex-hotline-id here to make this a home of its own (its chats stay with the other)",
  );
}
