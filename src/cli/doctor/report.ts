import type { DoctorWords } from "../../model/catalog/doctor.ts";
import type { Finding } from "../../model/finding.ts";
import { columnsOf } from "../../model/text/width.ts";
import { reasonOf, withinLimit } from "./check.ts";

/** A finding, and whether it was mended just now: `message` then says what was done and `state` is `ok`. */
export interface Outcome extends Finding {
  readonly mended?: boolean;
}

/** Mends all that can be, at once, each at most `limitMs` (and a second). What could not be mended stays as it was, with the reason. Never rejects. */
export async function mendAll(
  found: readonly Finding[],
  limitMs: number,
  words: DoctorWords,
): Promise<readonly Outcome[]> {
  return Promise.all(found.map((finding) => mendOne(finding, limitMs, words)));
}

async function mendOne(finding: Finding, limitMs: number, words: DoctorWords): Promise<Outcome> {
  const { mend, fix, ...rest } = finding;
  if (mend === undefined) return finding;
  const failed = (why: string): Outcome => ({
    ...rest,
    ...(fix === undefined ? {} : { fix }),
    message: `${finding.message}; ${words.notMended(why)}`,
  });
  try {
    const done = await withinLimit(mend, limitMs);
    if (done === "late") return failed(words.noTime(limitMs / 1000));
    return { ...rest, state: "ok", message: done, mended: true };
  } catch (error) {
    return failed(reasonOf(error));
  }
}

/** Prints an array of `{check, state, message, fix?, fixable, mended?}`. */
export function printJson(outcomes: readonly Outcome[], print: (line: string) => void): void {
  const rows = outcomes.map(({ check, state, message, fix, mend, mended }) => ({
    check,
    state,
    message,
    ...(fix === undefined ? {} : { fix }),
    fixable: mend !== undefined,
    ...(mended === true ? { mended } : {}),
  }));
  print(JSON.stringify(rows, null, 2));
}

/** Prints one line per finding, the fix beside it, and how many need attention. */
export function printLines(outcomes: readonly Outcome[], words: DoctorWords, print: (line: string) => void): void {
  const width = Math.max(...outcomes.map(({ check }) => check.length));
  for (const one of outcomes) print(lineOf(one, width, words));
  const count = (state: Finding["state"]): number => outcomes.filter((one) => one.state === state).length;
  print(words.summary(count("error"), count("warn")));
  const fixable = outcomes.filter((one) => one.mend !== undefined).length;
  if (fixable > 0) print(words.fixable(fixable));
}

function lineOf(one: Outcome, width: number, words: DoctorWords): string {
  const state = one.mended === true ? words.states.mended : words.states[one.state];
  const fix = one.fix === undefined ? "" : ` → ${one.fix}`;
  const own = one.mend === undefined ? "" : ` [--fix]`;
  const states = Object.values(words.states).map(columnsOf);
  const padding = " ".repeat(Math.max(...states) - columnsOf(state));
  return `${state}${padding}  ${one.check.padEnd(width)}  ${one.message}${fix}${own}`.replaceAll(/\p{Cc}+/gu, " ");
}
