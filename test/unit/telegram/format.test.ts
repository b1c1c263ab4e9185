import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { toEntities } from "../../../adapters/telegram/format.ts";
import { split } from "../../../adapters/telegram/format-split.ts";
import { plainOf } from "../../../src/model/text/plain.ts";
import { acceptText } from "../../emulators/telegram/entities.ts";
import { faultsOf, leavesOf, leftover, nasty, withType } from "./format-law.ts";

const fixture = (name: string): string => new Map(nasty).get(name) ?? "";
const languages = (markdown: string): readonly (string | undefined)[] =>
  toEntities(markdown).entities.flatMap((e) => (e.type === "pre" ? [e.language] : []));

/** What the rendering adds: bullets, boxes, numbers, rules, table lines, brackets of labels. */
const decoration = /^[•☐☑\d.—|+>[\]-]*$/u;
const withAddresses = new Set(["unsafe-links.md", "table-with-html.md", "autolinks.md", "footnotes.md"]);

describe.each(nasty)("L11: %s", (name, markdown) => {
  test("has entities that Telegram keeps as they are", () => {
    for (const part of split(toEntities(markdown))) {
      expect(faultsOf(part)).toEqual([]);
      expect(part.entities.length).toBeLessThanOrEqual(100);
      expect(part.text.length).toBeLessThanOrEqual(4096);
    }
    expect(faultsOf(toEntities(markdown))).toEqual([]);
  });

  test("shows every character its author wrote, in order and once", () => {
    const rest = leftover(toEntities(markdown).text, leavesOf(markdown));
    expect(rest).toBeDefined();
    if (!withAddresses.has(name)) expect(rest).toMatch(decoration);
    expect(toEntities(markdown).text.replace(/\s+/gu, "")).toBe(plainOf(markdown).replace(/\s+/gu, ""));
  });

  test("is as long as it looks: neither begins nor ends with a blank", () => {
    const { text } = toEntities(markdown);
    expect(text).toBe(text.trim());
  });
});

describe("code", () => {
  test.each([
    ["fence-in-list.md", ["bash", "ts"]],
    ["unclosed-fence.md", ["python"]],
    ["tilde-fence.md", ["markdown"]],
    ["nested-quote-rule.md", ["sh"]],
    ["heading-then-table.md", [undefined, undefined]],
  ])("of %s keeps its languages", (name, expected) => {
    expect(languages(fixture(name))).toEqual(expected);
  });

  test("within a list is neither indented by it nor stripped of its own indentation", () => {
    expect(withType(toEntities(fixture("fence-in-list.md")), "pre")).toEqual([
      "npm ci\n  --indented",
      'const alpha = "beta";',
    ]);
  });

  test("has four blanks where Telegram would leave one of a tab", () => {
    expect(withType(toEntities("```go\nfunc f() {\n\treturn\n}\n```"), "pre")).toEqual(["func f() {\n    return\n}"]);
  });

  test("cuts the emphasis around it", () => {
    const formatted = toEntities("**make `x` now** and *`y`*");
    expect(formatted.text).toBe("make x now and y");
    expect(withType(formatted, "bold")).toEqual(["make ", " now"]);
    expect(withType(formatted, "code")).toEqual(["x", "y"]);
    expect(withType(formatted, "italic")).toEqual([]);
  });

  test("as the label of a link gives way to the link", () => {
    const formatted = toEntities("[`run`](https://example.com/x)");
    expect(formatted.entities).toEqual([{ type: "text_link", url: "https://example.com/x", offset: 0, length: 3 }]);
  });
});

describe("formatting", () => {
  test("makes Chinese bold next to punctuation bold", () => {
    const formatted = toEntities(fixture("cjk-bold.md"));
    expect(withType(formatted, "bold")).toEqual(["注意：", "“引号”", "步骤一："]);
    expect(withType(formatted, "strikethrough")).toEqual(["删除："]);
    expect(formatted.text).not.toMatch(/[*~]/u);
  });

  test("never makes a link of an address that is not safe to tap, and shows it", () => {
    const { text, entities } = toEntities(fixture("unsafe-links.md"));
    expect(entities.flatMap((e) => (e.type === "text_link" ? [e.url] : []))).toEqual([
      "https://example.com/ok",
      "https://example.com/p.png",
      "https://example.com/ci",
      "https://example.org/r",
    ]);
    for (const shown of [
      "(javascript:alert(1))",
      "(file:///etc/hosts)",
      "(data:text/html,hello)",
      "(src/main.ts)",
      "(/repo/src/a.ts:12)",
      "(http://localhost:3000/x)",
      "(./d.svg)",
      "(vbscript:foo)",
      "(Title words)",
      "[unused]: note that vanishes",
    ]) {
      expect(text).toContain(shown);
    }
  });

  test("shows HTML as it was written", () => {
    expect(toEntities("a <b>x</b> <T> &lt;i&gt;\n\n<details>\n<summary>s</summary>").text).toBe(
      "a <b>x</b> <T> <i>\n\n<details>\n<summary>s</summary>",
    );
  });

  test("makes headings bold, once", () => {
    expect(toEntities("# A **b** c").entities).toEqual([{ type: "bold", offset: 0, length: 5 }]);
  });

  test("quotes what holds no code and prefixes the rest", () => {
    const formatted = toEntities("> plain\n>\n> with `code`\n>\n> > inner");
    expect(formatted.text).toBe("plain\n\n> with code\n\n> inner");
    expect(withType(formatted, "blockquote")).toEqual(["plain", "> inner"]);
  });

  test("replaces the characters Telegram removes", () => {
    expect(toEntities("a\u030a q\u030a x\u0333 y\u033f l\u2028m \u202en").text).toBe("å q˚ x\u0332 y\u0305 l\nm n");
  });
});

const RUNS = 300;
const fragment = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(" ", "\n", "\n\n") },
  fc.constantFrom(
    "**",
    "*",
    "_",
    "`",
    "\n```ts\n",
    "\n> ",
    "\n- ",
    "\n1. ",
    "\n# ",
    "|",
    "\n|---|---|\n",
    "~~",
    "<",
    ">",
    "&",
    "[",
    "](",
    ")",
    "![",
    "  \n",
    "\\",
    "\n---\n",
    "    ",
    "[^1]",
    "：",
    "。",
    "👩‍💻",
    "é",
    "\u202e",
    "\t",
  ),
);
const document = fc
  .array(fragment, { maxLength: 60 })
  .map((parts) => parts.map((part, index) => `${part}w${index}q`).join(""));
const anything = fc.oneof(
  fc.string({ unit: "binary", maxLength: 200 }),
  fc.string({ unit: "grapheme", maxLength: 200 }),
  document,
);

describe("any text", () => {
  test("becomes lawful entities", () => {
    fc.assert(
      fc.property(anything, (markdown) => {
        expect(faultsOf(toEntities(markdown))).toEqual([]);
      }),
      { numRuns: RUNS },
    );
  });

  test("is shown by Telegram as it was sent", () => {
    fc.assert(
      fc.property(anything, (markdown) => {
        for (const part of split(toEntities(markdown))) {
          expect(acceptText(part.text, part.entities, "message").text).toBe(part.text.replaceAll("\t", " "));
        }
      }),
      { numRuns: RUNS },
    );
  });

  test("L11: keeps every word its author wrote, in order and once", () => {
    fc.assert(
      fc.property(document, (markdown) => {
        const { text } = toEntities(markdown);
        const words: readonly string[] = leavesOf(markdown).join("\n").match(/w\d+q/gu) ?? [];
        const shown = text.match(/w\d+q/gu) ?? [];
        expect(new Set(shown).size).toBe(shown.length);
        expect(shown.filter((word) => words.includes(word))).toEqual(words);
      }),
      { numRuns: RUNS },
    );
  });
});
