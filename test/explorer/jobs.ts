import { type ChildProcess, fork } from "node:child_process";
import type { Lab } from "./lab.ts";
import { collect, type Figures, playAll, type Range, type Summary, type Told } from "./run.ts";

/** Plays a range in `jobs` processes, each with its own Redis: every one takes each `jobs`-th seed. Throws when one of them fails. */
export async function runInJobs(range: Range, jobs: number, told: Told): Promise<Summary> {
  const collection = collect(range);
  const children = Array.from({ length: jobs }, (_, at) =>
    fork(process.argv[1] ?? "", [
      "--part",
      `${at}/${jobs}`,
      "--seed",
      `${range.seed}`,
      "--schedules",
      `${range.schedules}`,
    ]),
  );
  const part = (child: ChildProcess): Promise<void> =>
    new Promise((resolve, reject) => {
      child.on("message", (figures) => {
        if (!collection.ended) {
          collection.add(figures as Figures);
          told(collection.done, figures as Figures);
        }
        if (collection.ended && child.connected) child.disconnect();
      });
      child.once("exit", (code) => (code === 0 ? resolve() : reject(new Error(`a part ends with ${code}`))));
    });
  try {
    await Promise.all(children.map(part));
  } finally {
    for (const child of children) if (child.connected) child.disconnect();
  }
  return collection.summary();
}

/** One of those processes: tells each schedule as it is played, and ends when nobody listens any more. */
export async function playPart(lab: Lab, { seed, schedules }: Range, part: string): Promise<void> {
  const [first = 0, jobs = 1] = part.split("/").map(Number);
  const seeds: number[] = [];
  for (let at = first; at < schedules; at += jobs) seeds.push(seed + at);
  await playAll(lab, seeds, async (figures) => {
    await new Promise((resolve) => process.send?.(figures, resolve) ?? resolve(undefined));
    return process.connected;
  });
}
