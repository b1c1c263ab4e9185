import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { makeThrowAway, type ThrowAwayPlaces } from "../../../src/workspace/throw-away.ts";

let dir = "";
let places: ThrowAwayPlaces;
const commits = [
  { message: "one", files: { "src/a.js": "a\n" } },
  { message: "two", files: { "b.md": "b\n" } },
];
const environment = { PATH: process.env.PATH ?? "" };

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "hotline-throw-"));
  places = { project: join(dir, "p", "project"), origin: join(dir, "p", "origin.git") };
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const git = (...args: readonly string[]): string =>
  execFileSync("git", ["-C", places.project, ...args], { encoding: "utf8" }).trim();

it("is a clean checkout whose last commit is not pushed, whatever the user's git is set to", async () => {
  writeFileSync(join(dir, ".gitconfig"), "[commit]\n\tgpgsign = true\n[init]\n\tdefaultBranch = other\n");
  expect(await makeThrowAway(places, commits, { ...environment, HOME: dir })).toBe(true);
  expect(git("status", "--porcelain")).toBe("");
  expect(git("log", "--format=%s", "main")).toBe("two\none");
  expect(git("log", "--format=%s", "origin/main")).toBe("one");
  git("push", "-q", "origin", "main");
  expect(git("log", "--format=%s", "origin/main")).toBe("two\none");
});

it("is made once, mended when it was cut off half-way, and made anew when it is gone", async () => {
  writeFileSync(join(dir, "p"), "");
  await expect(makeThrowAway(places, commits, environment)).rejects.toThrow();
  rmSync(join(dir, "p"));
  await makeThrowAway({ ...places, project: `${places.project}.new` }, commits.slice(0, 1), environment);
  await makeThrowAway(places, commits, environment);
  writeFileSync(join(places.project, "b.md"), "mine\n");
  expect(await makeThrowAway(places, commits, environment)).toBe(true);
  expect(readFileSync(join(places.project, "b.md"), "utf8")).toBe("mine\n");
  git("push", "-q", "origin", "main");
  rmSync(places.project, { recursive: true });
  expect(await makeThrowAway(places, commits, environment)).toBe(true);
  expect(git("log", "--format=%s", "origin/main")).toBe("one");
});

it("has its files without git, and says that it is no checkout, the next time too", async () => {
  expect(await makeThrowAway(places, commits, { PATH: dir })).toBe(false);
  expect(readFileSync(join(places.project, "src/a.js"), "utf8")).toBe("a\n");
  expect(await makeThrowAway(places, commits, environment)).toBe(false);
});
