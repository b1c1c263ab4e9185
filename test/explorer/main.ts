import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { programOptions, wrongUse } from "../fixtures/program-options.ts";
import { playPart, runInJobs } from "./jobs.ts";
import { type Lab, openLab } from "./lab.ts";
import { hunt } from "./mutants.ts";
import type { Broken, Schedule } from "./play.ts";
import { median, type Range, run, type Summary, type Told } from "./run.ts";
import { replay, shrink } from "./shrink.ts";

/**
 * `npm run explore -- [--seed N] [--schedules N] [--failures N] [--minutes N] [--jobs N] [--replay FILE]`: plays schedules and says
 * what came of them. One that breaks a law is shrunk and written as a file; exit 1 then. `--jobs`: processes side by side.
 * `--mutants [--mutant WORDS] [--anew]` plants the faults of the catalogue one at a time and says which schedule finds it;
 * the one that found it last is played first, unless `--anew`. Exit 1 when one survives.
 */
const usage = `npm run explore -- [OPTION]…   plays schedules; exit 1 when one breaks a law
  --seed N         the first schedule, default 1
  --schedules N    how many, default 20000 (5000 of each planted fault)
  --failures N     ends after so many that break a law, default 1
  --minutes N      ends after that time
  --jobs N         processes side by side, default 1
  --replay FILE    plays one again and prints all that happened
  --mutants        plants the faults of test/mutants one at a time; exit 1 when one survives
  --mutant WORDS   only those whose name holds the words
  --anew           plays from the first schedule, not first the one that found it last
  --brief          says in one line what was found`;

function report({ schedules, steps, decided, owners, crashes, faults, durationMs }: Summary, seed: number): void {
  const range = (figures: readonly number[]): string =>
    `median ${median(figures)}, ${Math.min(...figures)} to ${Math.max(...figures)}`;
  const kinds = [...faults].sort(([, a], [, b]) => b - a).map(([kind, count]) => `${kind} ${count}`);
  console.log(
    `schedules       ${schedules}, seeds ${seed} to ${seed + schedules - 1}, ${Math.round(durationMs / 1000)} s`,
  );
  console.log(`steps           ${range(steps)}`);
  console.log(`of them decided ${range(decided)}`);
  console.log(`owners          ${range(owners)}`);
  console.log(`crashes         ${range(crashes)}`);
  console.log(`faults          ${kinds.join(", ")}`);
}

/** Says what a schedule broke. */
function tell({ violations }: Pick<Broken, "violations">): void {
  for (const { law, what } of violations) console.log(`${law.padEnd(3)}  ${what}`);
}

async function explore(lab: Lab, range: Range, jobs: number): Promise<number> {
  const { seed, schedules } = range;
  const every = Math.max(1, Math.floor(schedules / 20));
  const told: Told = (done, { broken }) => {
    if (done % every === 0) console.log(`${done} of ${schedules}`);
    if (broken === undefined) return;
    console.log(`seed ${broken.schedule.setting.seed} breaks`);
    tell(broken);
  };
  const summary = await (jobs > 1 ? runInJobs(range, jobs, told) : run(lab, range, told));
  report(summary, seed);
  for (const failing of summary.failing) {
    const short = await shrink(lab, failing);
    const { setting, decisions } = short.schedule;
    const file = join(mkdtempSync(join(tmpdir(), "hl-explorer-")), `seed-${setting.seed}.json`);
    writeFileSync(file, `${JSON.stringify(short.schedule, undefined, 1)}\n`);
    console.log(
      `\nseed ${setting.seed}, shrunk from ${failing.schedule.decisions.length} to ${decisions.length} decisions: ${file}`,
    );
    for (const decision of decisions) console.log(`  ${decision}`);
    tell(short);
  }
  console.log(`\n${summary.failing.length} of ${summary.schedules} schedules break a law`);
  return summary.failing.length === 0 ? 0 : 1;
}

async function again(lab: Lab, file: string): Promise<number> {
  const played = await replay(lab, JSON.parse(readFileSync(file, "utf8")) as Schedule);
  tell(played);
  for (const event of played.world.trace) console.log(JSON.stringify(event));
  console.log(`${played.violations.length} breaches`);
  return played.violations.length === 0 ? 0 : 1;
}

/** One line for whoever plants faults. */
async function inBrief(lab: Lab, seed: number, schedules: number): Promise<number> {
  const [found] = (await run(lab, { seed, schedules })).failing;
  const [first] = found?.violations ?? [];
  if (found === undefined || first === undefined) return 0;
  console.log(`FOUND ${found.schedule.setting.seed - seed + 1} ${first.law}: ${first.what.split("\n")[0]}`);
  return 1;
}

async function plant(options: Parameters<typeof hunt>[0]): Promise<number> {
  const hunts = await hunt(options, ({ mutant, found, skipped }) => {
    const told = found === undefined ? (skipped ?? "SURVIVED") : `${found.schedule}  ${found.breach}`;
    console.log(`${mutant.law.padEnd(3)}  ${mutant.fault}: ${skipped === undefined ? "" : "out of reach: "}${told}`);
  });
  if (hunts.length === 0) return wrongUse(`no planted fault is called ${options.name}`, usage);
  const survived = hunts.filter(({ found, skipped }) => found === undefined && skipped === undefined).length;
  console.log(`\n${hunts.filter(({ found }) => found !== undefined).length} found, ${survived} survived`);
  return survived === 0 ? 0 : 1;
}

async function main(): Promise<number> {
  const { values } = programOptions(usage, {
    options: {
      seed: { type: "string", default: "1" },
      schedules: { type: "string", default: "20000" },
      failures: { type: "string", default: "1" },
      minutes: { type: "string", default: "Infinity" },
      jobs: { type: "string", default: "1" },
      part: { type: "string" },
      replay: { type: "string" },
      mutants: { type: "boolean", default: false },
      mutant: { type: "string", default: "" },
      anew: { type: "boolean", default: false },
      brief: { type: "boolean", default: false },
    },
  });
  const [seed, schedules, jobs] = [Number(values.seed), Number(values.schedules), Number(values.jobs)];
  for (const name of ["seed", "schedules", "jobs", "failures"] as const)
    if (!(Number.isSafeInteger(Number(values[name])) && Number(values[name]) > 0))
      return wrongUse(`--${name} must be a whole number above 0, not ${values[name]}`, usage);
  if (!(Number(values.minutes) > 0)) return wrongUse(`--minutes must be more than 0, not ${values.minutes}`, usage);
  if (values.replay !== undefined && !existsSync(values.replay))
    return wrongUse(`there is no file ${values.replay}`, usage);
  if (values.mutants || values.mutant !== "")
    return plant({ name: values.mutant, anew: values.anew, seed, schedules: Math.min(schedules, 5000), jobs });
  const lab = await openLab();
  try {
    if (values.replay !== undefined) return await again(lab, values.replay);
    if (values.brief) return await inBrief(lab, seed, schedules);
    if (values.part !== undefined) {
      await playPart(lab, { seed, schedules }, values.part);
      return 0;
    }
    const limits = { failures: Number(values.failures), limitMs: Number(values.minutes) * 60_000 };
    return await explore(lab, { seed, schedules, ...limits }, jobs);
  } finally {
    await lab.stop();
  }
}

const code = await main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.stack : error);
  return 1;
});
// Calls of services that died in a schedule are never answered, and their deadlines would be waited for.
process.exit(code);
