import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type Check, runChecks } from "../../../src/cli/doctor/check.ts";
import { nodeFinding } from "../../../src/cli/doctor/machine.ts";
import { mendAll, printJson, printLines } from "../../../src/cli/doctor/report.ts";
import { doctorWords } from "../../../src/model/catalog/doctor.ts";
import type { Finding } from "../../../src/model/finding.ts";

const words = doctorWords.en;
const ok = (check: string): Finding => ({ check, state: "ok", message: "fine" });

describe("checks", () => {
  const named = (name: string, run: Check["run"]): Check => ({ name, run });

  it("run at once and are told in their order, whoever is first", async () => {
    let open: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const first = named("first", async () => {
      await gate;
      return [ok("first")];
    });
    const second = named("second", async () => {
      open();
      return [ok("second")];
    });
    expect((await runChecks([first, second], 5000, words)).map((one) => one.check)).toEqual(["first", "second"]);
  });

  it("that fail are an error of their own and harm no other", async () => {
    const broken = named("broken", async () => {
      throw new Error("two\nlines");
    });
    expect(await runChecks([broken, named("sound", async () => [ok("sound")])], 5000, words)).toEqual([
      { check: "broken", state: "error", message: "could not be checked: two lines" },
      ok("sound"),
    ]);
  });

  it("that never end are given up, whether they heed the signal or not", async () => {
    const deaf = named("deaf", () => new Promise(() => undefined));
    const heeding = named(
      "heeding",
      (signal) => new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
    );
    const late = (check: string): Finding => ({ check, state: "error", message: "no answer within 0.01 s" });
    expect(await runChecks([deaf, heeding], 10, words)).toEqual([late("deaf"), late("heeding")]);
  });
});

describe("mending", () => {
  const broken = (mend: () => Promise<string>): Finding => ({
    check: "x",
    state: "error",
    message: "broken",
    fix: "glue",
    mend,
  });

  it("says what was done, and that all is well then", async () => {
    const [outcome] = await mendAll([broken(async () => "glued")], 1000, words);
    expect(outcome).toEqual({ check: "x", state: "ok", message: "glued", mended: true });
  });

  it("that fails or never ends leaves the fault, its fix and the reason", async () => {
    const fails = broken(async () => {
      throw new Error("no glue");
    });
    const hangs = broken(() => new Promise(() => undefined));
    expect(await mendAll([ok("a"), fails, hangs], 10, words)).toEqual([
      ok("a"),
      { check: "x", state: "error", message: "broken; --fix could not mend it: no glue", fix: "glue" },
      { check: "x", state: "error", message: "broken; --fix could not mend it: no answer within 0.01 s", fix: "glue" },
    ]);
  });
});

describe("the report", () => {
  const found: readonly Finding[] = [
    ok("a"),
    { check: "bb", state: "warn", message: "w\nx", fix: "do it", mend: async () => "done" },
    { check: "ccc", state: "error", message: "e" },
  ];

  it("is one line each with the fix beside it, and counts what needs attention", () => {
    const lines: string[] = [];
    printLines(found, words, (line) => void lines.push(line));
    expect(lines).toEqual([
      "ok     a    fine",
      "warn   bb   w x → do it [--fix]",
      "error  ccc  e",
      "1 error, 1 warning.",
      '"npx hotline doctor --fix" does what is marked [--fix].',
    ]);
  });

  it("as JSON is one array", () => {
    const lines: string[] = [];
    printJson(found, (line) => void lines.push(line));
    expect(JSON.parse(lines.join(""))).toEqual([
      { check: "a", state: "ok", message: "fine", fixable: false },
      { check: "bb", state: "warn", message: "w\nx", fix: "do it", fixable: true },
      { check: "ccc", state: "error", message: "e", fixable: false },
    ]);
  });
});

describe("Node", () => {
  it("is judged by what package.json asks for", () => {
    const [, oldest] = /"node": ">=(\d+\.\d+)"/.exec(readFileSync("package.json", "utf8")) ?? [];
    expect(nodeFinding(`v${oldest}.0`, words).state).toBe("ok");
    for (const version of ["v18.20.4", "v20.18.3"])
      expect(nodeFinding(version, words)).toMatchObject({
        state: "error",
        message: `Node ${version} is too old, ${oldest} or newer is needed`,
      });
    expect(nodeFinding("v24.0.0", words).state).toBe("ok");
  });
});
