import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type FreshClone, freshClone } from "./fresh-clone.ts";

let clone: FreshClone;

beforeEach(() => {
  clone = freshClone();
});
afterEach(() => clone.remove());

const file = (path: string) => join(clone.root, path);

/** Says that it runs, half-does its work, and waits to be let go. */
const half = (work: string) => `${work}; echo $$ > "$HOME.pid"; while [ ! -e "$HOME.go" ]; do sleep 0.05; done`;

test("kill -9 during the install: the npm that outlives it is waited for, then completed by one of our own", async () => {
  clone.fakeProgram(
    "npm",
    `[ "$1" = --version ] && echo 10.8.2 && exit; [ "$1" = ping ] && exit; ${half("mkdir -p node_modules/tiny")}`,
  );
  const first = clone.begin("build", { npm_execpath: "" });
  await first.until(() => existsSync(`${clone.home}.pid`));
  first.kill();
  await first.ended;
  clone.removeProgram("npm");
  const second = clone.begin("build");
  await second.until(() => second.output().includes("Another install of this folder still runs"));
  expect(existsSync(file("dist"))).toBe(false);
  writeFileSync(`${clone.home}.go`, "");
  expect((await second.ended).code).toBe(0);
  expect(second.output()).toMatch(/still runs \(process \d+\).*\nCompleting dependencies .*\nBuilding …\n$/);
  expect(existsSync(file("node_modules/tiny/index.js"))).toBe(true);
  expect(await clone.bootstrap("build")).toEqual({ code: 0, output: "" });
});

test("a process id left by an install long ago, now somebody else's, is not waited for", async () => {
  mkdirSync(file(".cache"));
  writeFileSync(file(".cache/npm.pid"), String(process.pid));
  expect((await clone.bootstrap("build")).output).toMatch(/^Installing dependencies/);
});

test("kill -9 during the build leaves nothing that the next run does not remove", async () => {
  await clone.bootstrap("build");
  clone.put("src/main.ts", "export const a = 2;\n");
  const compiler = readFileSync(file("packages/typescript/bin/tsc"), "utf8");
  const wait = `while (!require("node:fs").existsSync(process.env.HOME + ".go")) {}\n`;
  clone.put(
    "packages/typescript/bin/tsc",
    `const fs = require("node:fs");
     fs.mkdirSync(process.argv[process.argv.indexOf("--outDir") + 1]);
     fs.writeFileSync(process.env.HOME + ".pid", "");
     ${wait}`,
  );
  const first = clone.begin("build");
  await first.until(() => existsSync(`${clone.home}.pid`));
  first.kill();
  await first.ended;
  writeFileSync(`${clone.home}.go`, "");
  const builds = () => readdirSync(clone.root).filter((name) => name.startsWith("dist."));
  expect(builds()).toHaveLength(1);
  expect(readFileSync(file("dist/src/main.js"), "utf8")).toContain("1");

  clone.put("packages/typescript/bin/tsc", compiler);
  expect(await clone.bootstrap("build")).toEqual({ code: 0, output: "Building …\n" });
  expect(readFileSync(file("dist/src/main.js"), "utf8")).toContain("2");
  expect(builds()).toEqual([]);
});

test("kill -9 while Redis is unpacked: the next run starts over and removes the half", async () => {
  await clone.bootstrap("build");
  clone.fakeProgram("apt-get", half(":"));
  const first = clone.begin("start");
  await first.until(() => existsSync(`${clone.home}.pid`));
  first.kill();
  await first.ended;
  writeFileSync(`${clone.home}.go`, "");
  const halves = () => readdirSync(join(clone.dataDir, "redis")).filter((name) => name.startsWith("unpacking-"));
  expect(halves()).toHaveLength(1);

  clone.fakeProgram("apt-get", "echo 'E: no network' >&2; exit 100");
  expect((await clone.bootstrap("start")).code).toBe(1);
  expect(halves()).toEqual([]);
});
