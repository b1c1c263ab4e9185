import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { jsonBytes } from "../../../adapters/feishu/card.ts";
import { blocksOf, elementsOf, plainOfBlocks } from "../../../adapters/feishu/content.ts";
import { split } from "../../../adapters/feishu/format-split.ts";
import { letters, markdownOf, nodesOf, shown } from "./card-reader.ts";

const folder = new URL("../../fixtures/markdown/", import.meta.url);
const nasty = readdirSync(folder)
  .sort()
  .map((name) => [name, readFileSync(new URL(name, folder), "utf8")] as const);
const markdown = fc
  .array(
    fc.constantFrom(
      "**bold** ",
      "中文，文字。",
      "\n\n",
      "\n- ",
      "```ts\ncode\n  more\n```\n",
      "x".repeat(90),
      "`a`",
      "> quote\n",
      "👨‍👩‍👧‍👦",
      "~~s~~",
      " ",
    ),
    { maxLength: 150 },
  )
  .map((pieces) => pieces.join(""));
const textOf = (parts: ReturnType<typeof split>): string =>
  letters(
    parts
      .flatMap((part) => markdownOf(elementsOf(part)))
      .map(shown)
      .join(""),
  );

describe("L11: the parts of an answer", () => {
  test.each(nasty)("of %s are together the whole, however small", (_name, source) => {
    const blocks = blocksOf([{ as: "markdown", text: source }]);
    for (const room of [300, 1000, 20_000]) expect(textOf(split(blocks, room))).toBe(letters(plainOfBlocks(blocks)));
  });

  test("are together the whole, and each has room", () => {
    fc.assert(
      fc.property(markdown, fc.integer({ min: 800, max: 3000 }), (source, room) => {
        const blocks = blocksOf([
          { as: "markdown", text: source },
          { as: "fold", text: source },
          { as: "text", text: "end" },
        ]);
        const parts = split(blocks, room);
        expect(letters(parts.map(plainOfBlocks).join(""))).toBe(letters(plainOfBlocks(blocks)));
        expect(textOf(parts)).toBe(letters(plainOfBlocks(blocks)));
        for (const part of parts) expect(jsonBytes(elementsOf(part))).toBeLessThanOrEqual(room);
      }),
    );
  });

  test("go on with code in its language", () => {
    const code = Array.from({ length: 60 }, (_, i) => `  line ${i}`).join("\n");
    const parts = split(blocksOf([{ as: "markdown", text: `\`\`\`ts\n${code}\n\`\`\`` }]), 300);
    expect(parts.length).toBeGreaterThan(2);
    for (const part of parts) {
      const [text = ""] = markdownOf(elementsOf(part));
      expect(nodesOf(text, "code")).toMatchObject([{ lang: "ts" }]);
      expect(text).toMatch(/^```ts\n {2}line/u);
    }
  });
});
