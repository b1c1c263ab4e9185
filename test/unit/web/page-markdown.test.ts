import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import fc from "fast-check";
import { type ComponentChildren, h, isValidElement, type VNode } from "preact";
import { describe, expect, test } from "vitest";
import { renderMarkdown } from "../../../adapters/web/page/markdown.tsx";
import { plainOf } from "../../../src/model/text/plain.ts";

const folder = resolve(import.meta.dirname, "../../fixtures/markdown");
const fixtures = readdirSync(folder).filter((name) => name.endsWith(".md"));

const drawn = (markdown: string): VNode => renderMarkdown(markdown, (code) => h("pre", null, code));

/** All elements, outermost first. */
function elements(node: ComponentChildren): readonly VNode<Record<string, unknown>>[] {
  if (Array.isArray(node)) return node.flatMap((one: ComponentChildren) => elements(one));
  if (!isValidElement(node)) return [];
  const element = node as VNode<Record<string, unknown>>;
  return [element, ...elements(element.props.children as ComponentChildren)];
}

function textOf(node: ComponentChildren): string {
  if (Array.isArray(node)) return node.map((one: ComponentChildren) => textOf(one)).join("");
  if (isValidElement(node)) return textOf((node as VNode<{ children?: ComponentChildren }>).props.children);
  return typeof node === "string" ? node : "";
}

const ofType = (markdown: string, ...types: readonly string[]): readonly VNode<Record<string, unknown>>[] =>
  elements(drawn(markdown)).filter((one) => typeof one.type === "string" && types.includes(one.type));

/**
 * Without blanks and what stands for lines the page draws (quotations, tables, rules). In a table of plain text a link is
 * its label and address; in the page it is a link.
 */
const letters = (text: string): string =>
  text.replace(/\s?\(https?:\/\/[^)\s]*\)/gu, "").replace(/[\s>|│┃┼+─—-]/gu, "");

describe("L11: every character of the answer is in the page", () => {
  test.each(fixtures)("%s", (name) => {
    const markdown = readFileSync(join(folder, name), "utf8");
    expect(letters(textOf(drawn(markdown)))).toBe(letters(plainOf(markdown)));
  });

  test("for whatever a model may write", () => {
    const bits = [
      "*",
      "**",
      "_",
      "`",
      "```\n",
      "[a](b)",
      "<b>",
      "\n",
      "\n\n",
      "- ",
      "1. ",
      "> ",
      "| a | b |\n|-|-|\n",
      "中文",
      "x y",
    ];
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...bits, "![i](http://e.org/x)", "[^1]", "&amp;", "\u0007"), { maxLength: 40 }),
        (parts) => {
          const markdown = parts.join("");
          expect(letters(textOf(drawn(markdown)))).toBe(letters(plainOf(markdown)));
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe("what a model writes cannot act", () => {
  test.each([
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](data:text/html,<script>)",
    "[x](vbscript:x)",
    "[x](file:///etc/passwd)",
    "![x](javascript:alert(1))",
    "[x](//evil.example)",
    "[x](mailto:a@b.org?body=x)",
    "<javascript:alert(1)>",
    "[x][r]\n\n[r]: javascript:alert(1)",
  ])("no link is made of %s", (markdown) => {
    expect(ofType(markdown, "a")).toEqual([]);
    expect(textOf(drawn(markdown))).toContain(/x|javascript/u.exec(markdown)?.[0]);
  });

  test.each([
    ["[x](https://example.com/a)", "https://example.com/a"],
    ["<mailto:someone@example.com>", "mailto:someone@example.com"],
    ["![p](https://example.com/p.png)", "https://example.com/p.png"],
  ])("%s is a link that tells the other side nothing", (markdown, href) => {
    expect(ofType(markdown, "a").map((one) => one.props)).toMatchObject([
      { href, target: "_blank", rel: "noopener noreferrer" },
    ]);
  });

  test("HTML is text", () => {
    const markdown = "<img src=x onerror=alert(1)> and <script>alert(1)</script>\n\n<div onclick=x>block</div>";
    expect(ofType(markdown, "img", "script")).toEqual([]);
    expect(textOf(drawn(markdown))).toContain("<img src=x onerror=alert(1)> and <script>alert(1)</script>");
  });
});

test("tables, lists and headings are what they say", () => {
  expect(ofType("| a | b |\n|--:|:-:|\n| 1 | 2 |", "th").map((one) => one.props.class)).toEqual([
    "align-right",
    "align-center",
  ]);
  expect(textOf(drawn("3. c\n4. d\n\n- [x] done\n- [ ] open"))).toBe("3. c4. d☑ done☐ open");
  expect(ofType("# A\n\n## B\n\n###### C", "h3", "h4", "h6").map(textOf)).toEqual(["A", "B", "C"]);
});
