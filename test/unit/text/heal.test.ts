import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { heal } from "../../../src/model/text/heal.ts";
import { renderMarkdown } from "../../../src/model/text/markdown.ts";
import { nasty } from "../telegram/format-law.ts";

describe("heal", () => {
  test.each([
    ["an open fence", "a\n```ts\nconst x", "a\n```ts\nconst x\n```"],
    ["a fence just begun", "a\n\n```ts", "a\n\n```ts\n```"],
    ["a fence half closed", "```ts\nx\n``", "```ts\nx\n```"],
    ["a fence in a list", "- a\n  ```\n  x", "- a\n  ```\n  x\n  ```"],
    ["a fence in a quote", "> ```\n> x", "> ```\n> x\n> ```"],
    ["a fence of tildes with another inside", "~~~~\n```\nx", "~~~~\n```\nx\n~~~~"],
    ["open bold", "so **bold te", "so **bold te**"],
    ["open bold before a blank", "so **bold ", "so **bold** "],
    ["half-closed bold", "so **bold*", "so **bold**"],
    ["bold just begun", "so **", "so "],
    ["open italics", "so *it", "so *it*"],
    ["open underscores", "so _it", "so _it_"],
    ["bold and italics", "***both", "***both***"],
    ["italics in bold", "**a *b", "**a *b***"],
    ["open strikethrough", "~~gone", "~~gone~~"],
    ["half-closed strikethrough", "~~gone~", "~~gone~~"],
    ["open code", "use `npm te", "use `npm te`"],
    ["code just begun", "use `", "use "],
    ["open double code", "use ``a ` b", "use ``a ` b``"],
    ["code in bold", "**use `npm", "**use `npm`**"],
    ["bold before Chinese punctuation", "**注意：", "**注意：**"],
    ["a label", "see [the docs", "see the docs"],
    ["an address", "see [the docs](https://exa", "see the docs"],
    ["an address within bold", "**see [the docs](htt", "**see the docs**"],
    ["an image", "![alt](https://exa", "alt"],
    ["a title", '[a](https://e.com "tit', "a"],
    ["a half-typed underline", "text\n-", "text"],
    ["bold in the last item only", "- **a\n- b", "- **a\n- b"],
  ])("makes %s whole", (_, text, expected) => {
    expect(heal(text)).toBe(expected);
  });

  test.each([
    "2 * 3 = 6 and 2*3",
    "*.ts and src/*.js",
    "snake_case_name and __init__",
    "- item\n- item",
    "* item\n* other",
    "a[0] and [note] and [x](https://e.com) more",
    "`[a](b` c",
    "```\n**x\n```",
    "```\n**x\n```\nafter",
    "**a** `b` ~~c~~ *d* _e_",
    "\\*not open \\`nor this",
    "text\n\n---",
    "a ~ b",
    "",
  ])("leaves %j alone", (text) => {
    expect(heal(text)).toBe(text);
  });

  test.each(nasty.filter(([name]) => name !== "unclosed-fence.md"))("leaves %s alone", (_, markdown) => {
    expect(renderMarkdown(heal(markdown))).toEqual(renderMarkdown(markdown));
  });

  test("of every beginning of a text shows no markup that will go away again", () => {
    const whole =
      "Some **bold `code` text** with [label](https://example.com/x) and *it* ~~s~~.\n\n```ts\nconst a = `b`;\n```\n\nend **last**";
    for (let length = 1; length <= whole.length; length += 1) {
      expect(
        renderMarkdown(heal(whole.slice(0, length)))
          .text.replace("`b`", "")
          .replace("`b", "")
          .replace(/= `/u, ""),
      ).not.toMatch(/\*\*|`|\]\(|~~/u);
    }
  });

  test("never throws and is settled after one step on any beginning of a nasty output", () => {
    fc.assert(
      fc.property(fc.constantFrom(...nasty), fc.nat({ max: 2000 }), ([, markdown], length) => {
        const healed = heal(markdown.slice(0, length));
        expect(renderMarkdown(heal(healed)).text).toBe(renderMarkdown(healed).text);
      }),
    );
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 300 }), (text) => {
        expect(typeof heal(text)).toBe("string");
      }),
    );
  });
});
