import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { laws, mutants } from "../mutants/catalog.ts";
import { planted } from "../mutants/tree.ts";
import { ROOT, trackedFiles } from "./source-files.ts";

const read = (path: string): string => readFileSync(join(ROOT, path), "utf8");

/** Laws named in the strings of a test file and of the contract it runs: the names of its tests. */
function lawsIn(path: string): ReadonlySet<string> {
  const text = read(path);
  const [contract] = /"\.\/([\w.]+\.contract\.ts)"/.exec(text)?.slice(1) ?? [];
  const all = contract === undefined ? text : text + read(join(dirname(path), contract));
  return new Set(
    [...all.matchAll(/["'`].*?["'`]/g)].flatMap(([name]) => [...name.matchAll(/\bL\d+\b/g)].map(([law]) => law)),
  );
}

const named = new Map(
  trackedFiles()
    .filter((path) => /^test\/(unit|contract|integration|e2e)\/.*\.test\.ts$/.test(path))
    .map((path) => [path, lawsIn(path)] as const),
);

describe.each(laws)("law %s", (law) => {
  test("is in the name of a test", () => {
    expect([...named.values()].some((found) => found.has(law))).toBe(true);
  });

  test("has at least two faults that its tests must see", () => {
    expect(mutants.filter((mutant) => mutant.law === law).length).toBeGreaterThanOrEqual(2);
  });
});

test("test names have no law that does not exist", () => {
  const unknown = [...named].flatMap(([path, found]) =>
    [...found].filter((law) => !laws.some((known) => known === law)).map((law) => `${path}: ${law}`),
  );
  expect(unknown).toEqual([]);
});

describe.each(mutants)("the fault of $law that $fault", (mutant) => {
  test("can be planted in exactly one place", () => {
    const text = read(mutant.file);
    expect(planted(text, mutant)).not.toBe(text);
  });

  test.each(mutant.tests)("has tests of its law in %s", (path) => {
    expect(named.get(path)?.has(mutant.law)).toBe(true);
  });
});
