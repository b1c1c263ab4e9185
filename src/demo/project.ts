/** Where the demo's source file lies in its project. */
export const greetFile = "src/greet.js";

const greet = `const greetings = {
  en: "Hello",
  de: "Hallo",
  zh: "你好",
};

/** Greets somebody; in English where the language is not known. */
export function greet(name, language) {
  return \`\${greetings[language] ?? greetings.en}, \${name}!\`;
}
`;

const test = `import assert from "node:assert/strict";
import { test } from "node:test";
import { greet } from "../src/greet.js";

test("greets in the language of the person", () => {
  assert.equal(greet("Ada", "de"), "Hallo, Ada!");
});

test("greets in English where the language is not known", () => {
  assert.equal(greet("Ada", "xx"), "Hello, Ada!");
});
`;

const readme = `# Demo project

A throw-away project for the demo model: change it, break it, delete it. It is made anew when it is missing.

- \`src/greet.js\` greets people, \`test/greet.test.js\` checks that: \`node --test\`
- \`origin\` is a bare repository beside it; nothing that is pushed leaves this machine.
`;

/** The demo's project: path → content, one map per commit. The last commit is not pushed yet. */
export const projectCommits: readonly { readonly message: string; readonly files: Readonly<Record<string, string>> }[] =
  [
    {
      message: "Begin the demo project",
      files: { "package.json": '{ "name": "demo", "private": true, "type": "module" }\n', [greetFile]: greet },
    },
    { message: "Say what this is, and test it", files: { "README.md": readme, "test/greet.test.js": test } },
  ];

const french = '  fr: "Bonjour",';

/** What the demo's `patch` does to the source file as it is now; undefined: it is not as the demo knows it. */
export function greetPatch(
  source: string,
): { readonly change: "added" | "removed"; readonly patch: string } | undefined {
  if (source.includes(french)) return { change: "removed", patch: update(["-".concat(french)]) };
  return source.includes('  de: "Hallo",\n  zh: "你好",')
    ? { change: "added", patch: update([`+${french}`]) }
    : undefined;
}

function update(change: readonly string[]): string {
  const around = (text: string): string => ` ${text}`;
  return [
    "*** Begin Patch",
    `*** Update File: ${greetFile}`,
    "@@",
    around('  de: "Hallo",'),
    ...change,
    around('  zh: "你好",'),
    "*** End Patch",
  ].join("\n");
}
