import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { productionFiles, ROOT, trackedFiles } from "./source-files.ts";

/** A rule that imports cannot say: no line of these files may match, but in the `except`ed ones. */
interface Convention {
  readonly sentence: string;
  readonly files: () => readonly string[];
  readonly except?: RegExp;
  readonly pattern: RegExp;
  /** Lines that show that the pattern sees what it must. */
  readonly faults: readonly string[];
}

const sources = () => productionFiles().filter((path) => /\.(tsx?|mjs)$/.test(path));
const text = () => trackedFiles().filter((path) => !/\.(png|ico|gz|lock)$/.test(path) && path !== SELF);

const SELF = "test/arch/conventions.test.ts";
/** Where packages come from is each machine's own setting. */
const REGISTRY = new RegExp(
  ["registry\\.npmjs", "npmmirror", "artifactory", "jfrog", "verdaccio", "nexus\\."].join("|"),
  "i",
);

const CONVENTIONS: readonly Convention[] = [
  {
    sentence: "only src/redis/keys.ts spells a Redis key",
    files: sources,
    except: /^src\/redis\/keys\.ts$/,
    pattern: /["'`]((hotline|hl):[\w${]|\$\{prefix\}:)/,
    faults: ["const key = `hotline:chat:1`", "redis.get('hl:ob')", "return `${prefix}:mv`"],
  },
  {
    sentence: "only the owners of child processes signal them",
    files: sources,
    except: /^src\/(codex\/process[^/]*\.ts|redis\/embedded[^/]*\.ts|cli\/.*)$/,
    pattern: /\bprocess\.kill\(/,
    faults: ["process.kill(pid, 0)"],
  },
  {
    sentence: "no text becomes markup or code in the page",
    files: () => productionFiles().filter((path) => path.startsWith("adapters/web/page/")),
    pattern:
      /\b(innerHTML|outerHTML|insertAdjacentHTML|dangerouslySetInnerHTML|srcdoc|DOMParser|createContextualFragment|eval)\b|new Function\b|document\.write|\sstyle=/,
    faults: [
      "element.innerHTML = text",
      "<p dangerouslySetInnerHTML={{ __html: text }} />",
      "element.insertAdjacentHTML('beforeend', text)",
      "document.write(text)",
      "new Function(text)",
      'return <p style="color: red">',
    ],
  },
  {
    sentence: "a comment refers only to what is here",
    files: text,
    pattern: /\b(DESIGN|SURFACE|SCREENS|STYLE) §/,
    faults: ["/** See DESIGN §7. */"],
  },
  {
    sentence: "production code leaves nothing for later",
    files: productionFiles,
    pattern: /\b(TODO|FIXME|XXX|HACK)\b/,
    faults: ["// TODO: later", "-- FIXME"],
  },
  {
    sentence: "no lint or type rule is switched off in place",
    files: sources,
    pattern: /@ts-(ignore|nocheck|expect-error)|(biome|oxlint|eslint)-(ignore|disable)/,
    faults: ["// @ts-ignore", "// biome-ignore lint: no", "/* oxlint-disable */"],
  },
  {
    sentence: "no tracked file names a package registry",
    files: text,
    pattern: REGISTRY,
    faults: ['"resolved": "https://registry.npmjs.org/a"'],
  },
  {
    sentence: "no tracked file holds a path of one developer's machine",
    files: text,
    pattern:
      /(^|[\s"'`(=])\/(home\/(?!(user|me|you|dev|alice|bob|node|app)\b)[a-z][\w.-]*\/|Users\/(?!(me|you)\b)[a-z]|root\/|work\/)/,
    faults: ["cd /home/jdoe/src", '"/work/x"', "/root/.npmrc"],
  },
];

function offenders(convention: Convention): string[] {
  const files = convention.files().filter((path) => convention.except?.test(path) !== true);
  return files.flatMap((path) =>
    readFileSync(join(ROOT, path), "utf8")
      .split("\n")
      .flatMap((line, index) => (convention.pattern.test(line) ? [`${path}:${index + 1}: ${line.trim()}`] : [])),
  );
}

describe.each(CONVENTIONS)("$sentence", (convention) => {
  test("holds in this tree", () => {
    expect(offenders(convention)).toEqual([]);
  });

  test.each(convention.faults)("would be seen in: %s", (line) => {
    expect(line).toMatch(convention.pattern);
  });
});

test("folders and files have names that say what they hold", () => {
  const vague = productionFiles().filter((path) => /(^|[/-])(utils?|helpers?|common|manager|misc)([./-]|$)/.test(path));
  expect(vague).toEqual([]);
});
