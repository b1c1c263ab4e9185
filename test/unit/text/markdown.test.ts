import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { renderMarkdown } from "../../../src/model/text/markdown.ts";
import { parseable } from "../../../src/model/text/parseable.ts";
import { plainOf } from "../../../src/model/text/plain.ts";
import type { Mark } from "../../../src/model/text/rich-text.ts";

const kinds = (markdown: string): readonly (readonly [string, string])[] => {
  const { text, marks } = renderMarkdown(markdown);
  return marks.map((mark) => [mark.kind, text.slice(mark.start, mark.end)]);
};

describe("plain text", () => {
  test.each([
    ["a bullet list", "- a\n- b\n  - c", "• a\n• b\n  • c"],
    ["a loose list", "- a\n\n- b", "• a\n\n• b"],
    ["numbers as written", "3. a\n4. b\n9. c", "3. a\n4. b\n9. c"],
    ["numbers all the same", "1. a\n1. b\n1. c", "1. a\n2. b\n3. c"],
    ["tasks", "- [ ] a\n- [x] b\n1. [X] c", "☐ a\n☑ b\n\n1. ☑ c"],
    ["a continued item", "10. a\n    b\n\n    c", "10. a\n    b\n\n    c"],
    ["a code block first in an item", "- ```\n  x\n  ```\n  y", "• \nx\n  y"],
    ["an empty item", "-\n- b", "• \n• b"],
    ["a rule", "a\n\n***\n\nb", "a\n\n———\n\nb"],
    ["a hard break", "a  \nb\\\nc", "a\nb\nc"],
    ["soft breaks", "a\nb", "a\nb"],
    ["footnotes", "a[^x]\n\n[^x]: b", "a[x]\n\n[x] b"],
    ["a footnote without a place", "a[^x]", "a[^x]"],
    ["an image", "![alt](https://e.com/i.png)", "alt (https://e.com/i.png)"],
    ["an image without words", "![](https://e.com/i.png)", "https://e.com/i.png"],
    ["a link without words", "[](https://e.com)", "https://e.com"],
    ["a mail address", "<a@b.c> x@y.zz [w](mailto:a@b.c)", "a@b.c x@y.zz w (mailto:a@b.c)"],
    ["an address without scheme", "www.example.com", "www.example.com"],
    ["a link whose label is its path", "[src/a.ts](src/a.ts)", "src/a.ts"],
    ["a reference", "[a][r] [r] ![b][r]\n\n[r]: https://e.com", "a r b (https://e.com)"],
    ["a definition nobody uses", "[x]: y\n[a]: b", "[x]: y\n\n[a]: b"],
    ["a definition given twice", "[x]\n\n[x]: one\n[x]: two", "x (one)\n\n[x]: two"],
    ["entities", "&lt;b&gt; &amp; &nope;", "<b> & &nope;"],
    ["a table", "| a | 中 |\n|--:|:-:|\n| 100 | x |", "  a | 中\n----+---\n100 | x"],
    ["a table of unequal rows", "| a |\n|---|\n| b | c |", "a |\n--+--\nb | c"],
    ["nested quotes", "> a\n> > b\n> > > c", "a\n\n> b\n\n> > c"],
    ["a quote in a list", "- a\n\n  > b", "• a\n\n  > b"],
    ["nothing", "  \n\n ", ""],
    ["an empty fence", "```ts\n```", ""],
    ["controls", "a\u0000b\r\nc", "a␀b\nc"],
  ])("of %s", (_, markdown, expected) => {
    expect(plainOf(markdown)).toBe(expected);
  });
});

describe("marks", () => {
  test.each([
    [
      "nested emphasis",
      "**a *b* ~~c~~**",
      [
        ["bold", "a b c"],
        ["italic", "b"],
        ["strike", "c"],
      ],
    ],
    [
      "code in emphasis",
      "**a `b` c**",
      [
        ["bold", "a "],
        ["code", "b"],
        ["bold", " c"],
      ],
    ],
    [
      "a heading",
      "## a `b`",
      [
        ["heading", "a "],
        ["code", "b"],
      ],
    ],
    [
      "a link",
      "[a **b**](https://e.com)",
      [
        ["link", "a b"],
        ["bold", "b"],
      ],
    ],
    ["a picture that is a link", "[![a](https://e.com/p.png)](https://e.com)", [["link", "a (https://e.com/p.png)"]]],
    [
      "quotes",
      "> a\n\nb\n\n> c",
      [
        ["quote", "a"],
        ["quote", "c"],
      ],
    ],
    [
      "a table in a quote",
      "> a\n>\n> | b |\n> |---|",
      [
        ["quote", "a"],
        ["pre", "b\n-"],
      ],
    ],
    ["a code block in a quote in a list", "- > a\n  > ```js\n  > b\n  > ```", [["pre", "b"]]],
  ])("of %s", (_, markdown, expected) => {
    expect(kinds(markdown)).toEqual(expected);
  });

  test("carry language, address and level", () => {
    const { marks } = renderMarkdown("### h\n\n[l](HTTPS://E.com)\n\n```ts title=x\n1\n```\n\n    2");
    expect(marks).toMatchObject([
      { kind: "heading", level: 3 },
      { kind: "link", url: "https://e.com/" },
      { kind: "pre", language: "ts" },
      { kind: "pre" },
    ]);
    expect(marks[3]).not.toHaveProperty("language");
  });

  test("make a link of web addresses of public hosts alone", () => {
    const linked = (url: string): boolean => renderMarkdown(`[a](<${url}>)`).marks.some((mark) => mark.kind === "link");
    expect(["https://e.com", "http://1.2.3.4:80/x", "http://[::1]/"].filter((url) => !linked(url))).toEqual([]);
    expect(
      [
        "javascript:alert(1)",
        "JaVaScRiPt:x.y",
        "data:text/html,x.y",
        "file:///a.b",
        "tg://resolve?domain=x",
        "http://localhost:3000",
        "//e.com",
        "/a.b",
        "https://",
        `https://e.com/${"x".repeat(3000)}`,
      ].filter(linked),
    ).toEqual([]);
  });

  test("of any text are lawful", () => {
    const fragment = fc.constantFrom(
      "**",
      "*",
      "`",
      "~~",
      "\n> ",
      "\n- ",
      "[",
      "](https://e.com)",
      "\n\n",
      " ",
      "a",
      "|",
      "\n|-|-|\n",
      "\n```\n",
      "# ",
      "中。",
    );
    fc.assert(
      fc.property(fc.array(fragment, { maxLength: 50 }), (parts) => {
        const { text, marks } = renderMarkdown(parts.join(""));
        for (const [index, mark] of marks.entries()) {
          expect(mark.start).toBeGreaterThanOrEqual(0);
          expect(mark.end).toBeLessThanOrEqual(text.length);
          expect(mark.end).toBeGreaterThan(mark.start);
          for (const other of marks.slice(index + 1)) expect(lawfulPair(mark, other)).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });
});

function lawfulPair(a: Mark, b: Mark): boolean {
  if (a.end <= b.start) return true;
  const alone = new Set(["code", "pre"]);
  if (b.start < a.start || b.end > a.end || alone.has(a.kind) || alone.has(b.kind)) return false;
  return a.kind !== b.kind || (a.kind !== "quote" && a.kind !== "link");
}

describe("what is not worth parsing", () => {
  test.each([
    ["quotations", "> ".repeat(2000)],
    ["lists", "1) ".repeat(5000)],
    ["emphasis", "*_ ".repeat(20_000)],
    ["brackets", "]".repeat(30_000)],
  ])("is shown as it is: %s", (_, unit) => {
    expect(plainOf(`${unit}**end**`)).toBe(`${unit}**end**`);
  });

  test("nested beyond the depth of rendering shows its source", () => {
    const nested = `${"*a **b ".repeat(120)}x${"** c*".repeat(120)}`;
    expect(
      plainOf(nested)
        .match(/[abcx]/gu)
        ?.join(""),
    ).toBe(nested.match(/[abcx]/gu)?.join(""));
  });

  test("begins after a paragraph where the text is too long, and loses nothing", () => {
    const source = "A **paragraph** of text.\n\n".repeat(4000);
    const { head, rest } = parseable(source);
    expect(head + rest).toBe(source);
    expect(head.endsWith(".")).toBe(true);
    const { text, marks } = renderMarkdown(source);
    expect(text.match(/paragraph/gu)).toHaveLength(4000);
    expect(marks.length).toBeGreaterThan(1000);
  });

  test("does not include code full of delimiters", () => {
    const code = `\`\`\`json\n${"[*_]".repeat(5000)}\n\`\`\``;
    expect(renderMarkdown(code).marks).toMatchObject([{ kind: "pre", language: "json" }]);
  });
});
