import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type FreshClone, freshClone } from "./fresh-clone.ts";

let clone: FreshClone;

beforeEach(() => {
  clone = freshClone();
});
afterEach(() => clone.remove());

const file = (path: string) => join(clone.root, path);

test("a fresh clone is installed and built, telling each long step, and the next run is silent", async () => {
  const first = await clone.bootstrap("build");
  expect(first).toEqual({
    code: 0,
    output: "Installing dependencies (first start, about a minute) …\nBuilding …\n",
  });
  expect(readFileSync(file("dist/src/main.js"), "utf8")).toBe("export const a = 1;\n");
  expect(existsSync(file("dist/src/scripts/one.lua"))).toBe(true);
  expect(await clone.bootstrap("build")).toEqual({ code: 0, output: "" });
});

test("an install that was cut off is completed by the next run", async () => {
  await clone.bootstrap("build");
  rmSync(file("node_modules/.hotline-installed"));
  rmSync(file("node_modules/tiny"), { recursive: true });
  expect((await clone.bootstrap("build")).output).toBe("Completing dependencies (about a minute) …\n");
  expect(existsSync(file("node_modules/tiny/index.js"))).toBe(true);
  expect(await clone.bootstrap("build")).toEqual({ code: 0, output: "" });
});

test("a package that vanished after the install is brought back", async () => {
  await clone.bootstrap("build");
  rmSync(file("node_modules/tiny"), { recursive: true });
  expect((await clone.bootstrap("build")).code).toBe(0);
  expect(existsSync(file("node_modules/tiny/index.js"))).toBe(true);
});

test("an install that a person made by hand is taken as it is", async () => {
  await clone.bootstrap("build");
  rmSync(file("node_modules/.hotline-installed"));
  expect(await clone.bootstrap("build")).toEqual({ code: 0, output: "" });
});

test("a changed source is built again, a failed build keeps the last good one and says what to run", async () => {
  await clone.bootstrap("build");
  clone.put("src/main.ts", "export const a = 2;\n");
  expect(await clone.bootstrap("build")).toEqual({ code: 0, output: "Building …\n" });
  expect(readFileSync(file("dist/src/main.js"), "utf8")).toContain("2");

  clone.put("src/main.ts", "type error\n");
  const failed = await clone.bootstrap("build");
  expect(failed.code).toBe(1);
  expect(failed.output).toContain("src/main.ts: error TS2322");
  expect(failed.output.trimEnd().split("\n").at(-1)).toMatch(/^The build failed.*"npm run types"/);
  expect(readFileSync(file("dist/src/main.js"), "utf8")).toContain("2");
  expect(readdirSync(clone.root).filter((name) => name.startsWith("dist."))).toEqual([]);
});

test("the page is bundled with the build, its build id changes with any source, and a fault in it stops the build", async () => {
  const esbuild = JSON.stringify(createRequire(import.meta.url).resolve("esbuild"));
  clone.put("packages/esbuild/package.json", JSON.stringify({ name: "esbuild", version: "1.0.0", main: "index.js" }));
  clone.put("packages/esbuild/index.js", `module.exports = require(${esbuild});\n`);
  const dependencies = { typescript: "file:packages/typescript", esbuild: "file:packages/esbuild" };
  clone.put("package.json", JSON.stringify({ name: "clone", version: "1.0.0", dependencies }));
  clone.put("adapters/web/page/index.html", "<p>page</p>\n");
  clone.put("adapters/web/page/app.css", "p {\n  color: red;\n}\n");
  clone.put("adapters/web/page/main.tsx", "declare const PAGE_BUILD: string;\ndocument.title = PAGE_BUILD;\n");
  expect((await clone.bootstrap("build")).code).toBe(0);
  const served = "dist/adapters/web/page";
  expect(readdirSync(file(served)).sort()).toEqual(["app.css", "app.js", "build.json", "index.html"]);
  const { build } = JSON.parse(readFileSync(file(`${served}/build.json`), "utf8")) as { build: string };
  expect(readFileSync(file(`${served}/app.js`), "utf8")).toBe(`document.title="${build}";\n`);

  clone.put("adapters/web/page/app.css", "p {\n  color: blue;\n}\n");
  expect((await clone.bootstrap("build")).code).toBe(0);
  expect(readFileSync(file(`${served}/build.json`), "utf8")).not.toContain(build);

  clone.put("adapters/web/page/main.tsx", 'import { gone } from "./gone.ts";\ngone();\n');
  const failed = await clone.bootstrap("build");
  expect(failed.code).toBe(1);
  expect(failed.output).toContain('Could not resolve "./gone.ts"');
  expect(failed.output.trimEnd().split("\n").at(-1)).toMatch(/^The web page could not be built.*"npm run types"/);
  expect(readFileSync(file(`${served}/app.css`), "utf8")).toContain("#00f");
});

test("an install without the Codex program is not taken for complete", async () => {
  const name = `@openai/codex-${process.platform}-${process.arch}`;
  clone.put("packages/codex/package.json", JSON.stringify({ name, version: "1.0.0" }));
  const dependencies = { typescript: "file:packages/typescript" };
  const optionalDependencies = { [name]: "file:packages/codex" };
  clone.put("package.json", JSON.stringify({ name: "clone", version: "1.0.0", dependencies, optionalDependencies }));
  const run = await clone.bootstrap("build");
  expect(run.code).toBe(1);
  expect(run.output).toContain("The Codex program for");
  expect(run.output).toContain('run "npm install --no-save --include=optional"');
  expect(existsSync(file("node_modules/.hotline-installed"))).toBe(false);
});

test("a lock file that lacks a package is installed from all the same, and stays as it was", async () => {
  await clone.bootstrap("build");
  rmSync(file("node_modules"), { recursive: true });
  const lock = JSON.parse(readFileSync(file("package-lock.json"), "utf8")) as { packages: Record<string, unknown> };
  const { "node_modules/tiny": _link, "packages/tiny": _target, ...packages } = lock.packages;
  const partial = JSON.stringify({ ...lock, packages });
  clone.put("package-lock.json", partial);
  expect((await clone.bootstrap("build")).code).toBe(0);
  expect(existsSync(file("node_modules/tiny/index.js"))).toBe(true);
  expect(readFileSync(file("package-lock.json"), "utf8")).toBe(partial);
  expect(await clone.bootstrap("build")).toEqual({ code: 0, output: "" });
});

test("git is asked for by a sentence", async () => {
  clone.fakeProgram("git", "exit 1");
  const run = await clone.bootstrap("build");
  expect(run.code).toBe(1);
  expect(run.output).toMatch(/^git is needed and was not found on PATH: run ".*" .*\n$/);
});
