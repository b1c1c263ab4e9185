import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { transform } from "esbuild";
import { afterEach, beforeEach, expect, test } from "vitest";
import { nodeFault } from "../../../src/cli/bootstrap/node-version.mjs";
import { type FreshClone, freshClone } from "./fresh-clone.ts";

let clone: FreshClone;

beforeEach(() => {
  clone = freshClone();
});
afterEach(() => clone.remove());

test.each([
  ["connect ENETUNREACH", "the npm registry cannot be reached: check the network, HTTPS_PROXY"],
  ["code ENOSPC", "the disk is full"],
  ["code EACCES", "a file may not be written"],
  [
    "self-signed certificate in certificate chain",
    "the registry's certificate is not trusted: set NODE_EXTRA_CA_CERTS",
  ],
  ["code E401", "the registry refuses this machine"],
  ["something else", "check the network and the lines above"],
])("an npm that fails with %j is shown with its lines, and what to do is said", async (words, advice) => {
  clone.fakeProgram("npm", `[ "$1" = --version ] && echo 10.8.2 && exit; echo 'npm error ${words}' >&2; exit 7`);
  const run = await clone.bootstrap("build", { npm_execpath: "" });
  expect(run.code).toBe(1);
  expect(run.output).toContain(`npm error ${words}\n`);
  const sentence = run.output.trimEnd().split("\n").at(-1);
  expect(sentence).toContain(`(npm install ended with 7): ${advice}`);
  expect(sentence).toMatch(/, then run the same command again\.$/);
});

test("without a network npm is not left to try for minutes: what it has kept is tried, then the cause is said", async () => {
  const nowhere = { npm_config_registry: "http://127.0.0.1:9/" };
  clone.put("package.json", JSON.stringify({ name: "clone", version: "1.0.0", dependencies: { "is-odd": "3.0.1" } }));
  const failed = await clone.bootstrap("build", nowhere);
  expect(failed.code).toBe(1);
  expect(failed.output).toContain("The npm registry cannot be reached; trying with what npm has kept …\n");
  expect(failed.output).toContain("ECONNREFUSED");
  expect(failed.output).toMatch(/: the npm registry cannot be reached: .*, then run the same command again\.\n$/);

  clone.put(
    "package.json",
    JSON.stringify({ name: "clone", version: "1.0.0", dependencies: { typescript: "file:packages/typescript" } }),
  );
  expect((await clone.bootstrap("build", nowhere)).code).toBe(0);
});

test("an npm too old for the lock file is named with its version", async () => {
  clone.fakeProgram("npm", "echo 6.14.18");
  const run = await clone.bootstrap("build", { npm_execpath: "" });
  expect(run).toEqual({
    code: 1,
    output: 'npm 8 or newer is needed, this is 6.14.18: run "npm install -g npm@10" and try again.\n',
  });
});

test("no npm at all is said in one sentence", async () => {
  clone.removeProgram("npm");
  const run = await clone.bootstrap("build", { npm_execpath: "" });
  expect(run.code).toBe(1);
  expect(run.output).toMatch(/^npm is needed and was not found on PATH: .*\n$/);
});

test("a data folder that cannot be made is said before anything is installed", async () => {
  writeFileSync(join(clone.root, "a-file"), "");
  const run = await clone.bootstrap("start", { HOTLINE_DATA_DIR: join(clone.root, "a-file/data") });
  expect(run.code).toBe(1);
  expect(run.output).toMatch(
    /^The service keeps its data in .*a-file\/data, which cannot be written \(.*\): .*HOTLINE_DATA_DIR=.*\n$/,
  );
});

test.runIf(process.getuid?.() === 0)("a plain user learns which folder is not theirs", async () => {
  const home = join(clone.root, "home");
  mkdirSync(home);
  chmodSync(home, 0o755);
  const asUser = { uid: 65534, gid: 65534 };
  const run = await clone.bootstrap("start", { HOME: home, HOTLINE_DATA_DIR: "" }, asUser);
  expect(run.code).toBe(1);
  expect(run.output).toMatch(
    /^The service keeps its data in \S+\/home\/\.local\/share\/codex-hotline, which cannot be written \(EACCES at \S+\/home\): make it writable for the user nobody, /,
  );
  const build = await clone.bootstrap("build", {}, asUser);
  expect(build.code).toBe(1);
  expect(build.output).toMatch(/^Something must be installed or built in \S+, which cannot be written \(EACCES at /);
});

test("what the entry is made of is understood by old releases of Node.js", async () => {
  // The syntax after ES2019 that Node.js 12 does not know would end there in a SyntaxError instead of a sentence.
  for (const path of ["src/cli/bootstrap.mjs", "src/cli/bootstrap/node-version.mjs"]) {
    const source = readFileSync(join(clone.root, path), "utf8");
    const { code: older } = await transform(source, { target: "node12.20", format: "esm" });
    const { code: newer } = await transform(source, { target: "esnext", format: "esm" });
    expect(older).toBe(newer);
  }
});

test("an old Node.js is turned away with its version and the way to a newer one", async () => {
  expect(nodeFault("20.19.0")).toBeUndefined();
  expect(nodeFault("24.0.0")).toBeUndefined();
  expect(nodeFault("20.18.3")).toMatch(/^Node\.js 20\.19 or newer is needed, this is 20\.18\.3: install /);
  expect(nodeFault("12.22.9")).toMatch(/this is 12\.22\.9/);
});
