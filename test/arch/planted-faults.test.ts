import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ROOT } from "./source-files.ts";

const LONG = (lines: number) => `${Array.from({ length: lines }, (_, n) => `export const v${n} = ${n};`).join("\n")}\n`;

/** Faults of style, each in a file of its own: path, text, the biome rule that must name it. */
const STYLE: readonly (readonly [path: string, text: string, rule: string])[] = [
  ["src/lib/long.ts", LONG(301), "noExcessiveLinesPerFile"],
  ["adapters/web/long.ts", LONG(301), "noExcessiveLinesPerFile"],
  ["test/unit/long.test.ts", LONG(501), "noExcessiveLinesPerFile"],
  ["src/lib/default.ts", "const a = 1;\nexport default a;\n", "noDefaultExport"],
  ["src/lib/enum.ts", "export enum A {\n  B = 1,\n}\n", "noEnum"],
  ["src/lib/console.ts", 'console.log("a");\n', "noConsole"],
  ["src/lib/env.ts", "export const a = process.env.HOME;\n", "noProcessEnv"],
  ["src/cli/env.ts", "export const a = process.env.HOME;\n", "noProcessEnv"],
  ["src/lib/non-null.ts", "export const a = (b?: string): string => b!;\n", "noNonNullAssertion"],
  ["src/lib/any.ts", "export const a = (b: any): unknown => b;\n", "noExplicitAny"],
  ["src/lib/badName.ts", "export const a = 1;\n", "useFilenamingConvention"],
  ["src/lib/parameter.ts", "export class A {\n  constructor(readonly b: string) {}\n}\n", "noParameterProperties"],
  ["src/lib/undeclared.ts", 'export { a } from "left-pad";\n', "noUndeclaredDependencies"],
];

/** What the same rules let pass. */
const FINE: readonly (readonly [path: string, text: string])[] = [
  ["src/lib/full.ts", LONG(300)],
  ["test/unit/full.test.ts", LONG(499)],
  ["src/codex/protocol/long.ts", LONG(301)],
  ["src/cli/console.ts", 'console.log("a");\n'],
  ["config/env.ts", "export const a = process.env.HOME;\n"],
  ["some.config.ts", "const a = 1;\nexport default a;\n"],
];

const PROMISES = "export const work = async (): Promise<number> => 1;\n";
const TYPES: readonly (readonly [path: string, text: string, rule: string])[] = [
  ["src/lib/floating.ts", `${PROMISES}work();\n`, "no-floating-promises"],
  ["src/lib/misused.ts", `${PROMISES}export const a = (): number => (work() ? 1 : 2);\n`, "no-misused-promises"],
  ["src/lib/await.ts", "export const a = async (): Promise<number> => await 1;\n", "await-thenable"],
  [
    "src/lib/switch.ts",
    'export function a(b: "c" | "d"): void {\n  switch (b) {\n    case "c":\n      return;\n  }\n}\n',
    "switch-exhaustiveness-check",
  ],
];

const DEAD = {
  "src/main.ts": 'import { used } from "./lib/used.ts";\n\nused();\n',
  "src/lib/used.ts": "export const used = (): number => 1;\nexport const unusedExport = 1;\n",
  "src/lib/unused-file.ts": "export const a = 1;\n",
};

/** A folder with this project's tool settings, its packages, and `files`. */
function fixture(files: Iterable<readonly [path: string, text: string, ...rest: unknown[]]>): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "hotline-faults-")));
  for (const name of ["biome.json", ".oxlintrc.json", "knip.json", "package.json", "tsconfig.json", ".gitignore"]) {
    cpSync(join(ROOT, name), join(root, name));
  }
  symlinkSync(join(ROOT, "node_modules"), join(root, "node_modules"));
  for (const [path, text] of files) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

/** The tool's output; all of these end with 1 when they find something. */
function tool(name: string, args: readonly string[], cwd: string): Promise<string> {
  const env = { ...process.env, NO_COLOR: "1" };
  return new Promise((resolve) => {
    const options = { cwd, env, maxBuffer: 64 * 2 ** 20 };
    execFile(join(ROOT, "node_modules/.bin", name), args, options, (_error, out) => resolve(out));
  });
}

describe("biome", () => {
  let root = "";
  let found: readonly string[] = [];

  beforeAll(async () => {
    root = fixture([...STYLE, ...FINE]);
    const out = await tool("biome", ["ci", "--colors=off", "--reporter=json", "--max-diagnostics=none", "."], root);
    const { diagnostics } = JSON.parse(out) as { diagnostics: { category: string; location: { path: string } }[] };
    found = diagnostics.map((d) => `${d.location.path} ${d.category.split("/").at(-1)}`);
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  test.each(STYLE)("sees the fault in %s", (path, _text, rule) => {
    expect(found).toContain(`${path} ${rule}`);
  });

  test.each(FINE)("lets %s pass", (path) => {
    expect(found.filter((line) => line.startsWith(`${path} `))).toEqual([]);
  });
});

describe("oxlint with types", () => {
  let root = "";
  let found: readonly string[] = [];

  beforeAll(async () => {
    root = fixture(TYPES);
    const out = await tool("oxlint", ["--type-aware", "--deny-warnings", "--format=json"], root);
    const { diagnostics } = JSON.parse(out) as { diagnostics: { code: string; filename: string }[] };
    found = diagnostics.map((d) => `${d.filename} ${/\((.*)\)/.exec(d.code)?.[1] ?? d.code}`);
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  test.each(TYPES)("sees the fault in %s", (path, _text, rule) => {
    expect(found).toContain(`${path} ${rule}`);
  });
});

describe("knip", () => {
  let root = "";
  let out = "";

  beforeAll(async () => {
    root = fixture(Object.entries(DEAD));
    out = await tool("knip", ["--reporter=compact", "--include=files,exports", "--no-config-hints"], root);
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  test("names an unused file", () => {
    expect(out).toContain("src/lib/unused-file.ts");
  });

  test("names an unused export", () => {
    expect(out).toMatch(/src\/lib\/used\.ts.*unusedExport/);
  });
});
