import type { Lab } from "./lab.ts";
import { type Broken, type Played, play, type Schedule } from "./play.ts";
import { follow } from "./scheduler.ts";

/**
 * The shortest form of a schedule that still breaks the same law: pieces of its decisions are left out, ever smaller
 * ones, until none can go (delta debugging). `tries` bounds the repetitions; default 400.
 */
export async function shrink(lab: Lab, failing: Broken, tries = 400): Promise<Broken> {
  const law = failing.violations[0]?.law;
  let best = failing;
  let left = tries;
  const fails = async (decisions: readonly string[]): Promise<Played | undefined> => {
    left -= 1;
    const played = await replay(lab, { setting: failing.schedule.setting, decisions });
    return played.violations.some((one) => one.law === law) ? played : undefined;
  };
  for (let size = Math.ceil(best.schedule.decisions.length / 2); size >= 1 && left > 0; ) {
    const shorter = await withoutOne(best.schedule.decisions, size, fails, () => left > 0);
    if (shorter !== undefined) best = shorter;
    else if (size === 1) break;
    if (shorter === undefined || size > best.schedule.decisions.length) size = Math.ceil(size / 2);
  }
  return best;
}

/** Plays written decisions. */
export function replay(lab: Lab, { setting, decisions }: Schedule): Promise<Played> {
  return play(lab, setting, follow(decisions));
}

/** The schedule without a piece of this size, if one can go. From the end: what comes late matters least. */
async function withoutOne(
  decisions: readonly string[],
  size: number,
  fails: (decisions: readonly string[]) => Promise<Played | undefined>,
  goOn: () => boolean,
): Promise<Played | undefined> {
  for (let to = decisions.length; to > 0 && goOn(); to -= size) {
    const from = Math.max(0, to - size);
    const found = await fails([...decisions.slice(0, from), ...decisions.slice(to)]);
    if (found !== undefined) return found;
  }
  return undefined;
}
