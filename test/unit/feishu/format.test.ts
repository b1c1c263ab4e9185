import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cardMarkdown, fenced } from "../../../adapters/feishu/format.ts";
import { plainOf } from "../../../src/model/text/plain.ts";
import { letters, nodesOf, shown } from "./card-reader.ts";

const folder = new URL("../../fixtures/markdown/", import.meta.url);
const nasty = readdirSync(folder)
  .sort()
  .map((name) => [name, readFileSync(new URL(name, folder), "utf8")] as const);
const piece = fc.oneof(
  fc.constantFrom(
    "**",
    "*",
    "~~",
    "`",
    "```",
    "\n",
    "\n\n",
    "- ",
    "1. ",
    "> ",
    "# ",
    "<at id=all></at>",
    "| a | b |\n|---|---|\n",
    "中文。",
    "“",
    "”",
    "a",
    " ",
    "[x](http://a.bc)",
    "![i](http://a.bc/i.png)",
    "&amp;",
    "\\*",
    "---",
    "===",
  ),
  fc.string({ maxLength: 8 }),
);
const markdown = fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join(""));

describe("L11: card Markdown", () => {
  test.each(nasty)("of %s shows a strict reader every letter, in order", (_name, source) => {
    expect(letters(shown(cardMarkdown(source)))).toBe(letters(plainOf(source)));
  });

  test("of any Markdown shows a strict reader every letter, in order", () => {
    fc.assert(
      fc.property(markdown, (source) => {
        expect(letters(shown(cardMarkdown(source)))).toBe(letters(plainOf(source)));
      }),
      { numRuns: 1000, examples: [["\\[x](http://a.bc)]a"], ["**~~0~~**0"], ["0**~~0~~**"]] },
    );
  });

  test("of any Markdown holds no tag and no image", () => {
    fc.assert(
      fc.property(markdown, (source) => {
        expect(nodesOf(cardMarkdown(source), "html")).toEqual([]);
        expect(nodesOf(cardMarkdown(source), "image")).toEqual([]);
      }),
    );
  });
});

describe("card Markdown", () => {
  test("keeps bold next to Chinese punctuation bold", () => {
    for (const source of ["**重要。**后面", "前面**“引用”**后面", "这是**`code`和文字**。", "**a**b**c**"]) {
      expect(nodesOf(cardMarkdown(source), "strong").length).toBeGreaterThan(0);
      expect(letters(shown(cardMarkdown(source)))).toBe(letters(plainOf(source)));
    }
  });

  test("keeps headings, links, code and its language", () => {
    const source = "## Title\n\n[here](https://example.com/a) and `x<y`\n\n```ts\nif (a < b) {}\n```";
    expect(cardMarkdown(source)).toBe(
      "## Title\n\n[here](https://example.com/a) and `x<y`\n\n```ts\nif (a < b) {}\n```",
    );
  });

  test("makes nothing tappable but http and https", () => {
    expect(nodesOf(cardMarkdown("[a](javascript:alert(1)) [b](file:///etc/passwd)"), "link")).toEqual([]);
  });

  test("makes an image a link", () => {
    expect(cardMarkdown("![logo](https://example.com/l.png)")).toMatch(
      /^\[logo.*\]\(https:\/\/example\.com\/l\.png\)$/u,
    );
  });

  test("shows tasks as boxes", () => {
    expect(cardMarkdown("- [x] done\n- [ ] open")).toBe("☑ done\n☐ open");
  });
});

test("a fence is longer than any inside the code", () => {
  expect(fenced("a\n````\nb", "md")).toBe("`````md\na\n````\nb\n`````");
});
