import fc from "fast-check";
import type { MessageEntity } from "grammy/types";
import { describe, expect, test } from "vitest";
import { toEntities } from "../../../adapters/telegram/format.ts";
import { partsOrDocument, split } from "../../../adapters/telegram/format-split.ts";
import type { Formatted } from "../../../adapters/telegram/styled-text.ts";
import { faultsOf, nasty } from "./format-law.ts";

const plain = (text: string): Formatted => ({ text, entities: [] });
const pre = (text: string, language = "ts"): Formatted => ({
  text,
  entities: [{ type: "pre", language, offset: 0, length: text.length }],
});
const rejoined = (parts: ReturnType<typeof split>): string => parts.map((part) => part.text + part.after).join("");
const texts = (parts: ReturnType<typeof split>): readonly string[] => parts.map((part) => part.text);

const word = fc.oneof(
  fc.constantFrom(
    " ",
    "\n",
    "\n\n",
    "  \n",
    "\t",
    "。",
    "👨‍👩‍👧‍👦",
    "🇩🇪",
    "e\u0301",
    "👍🏽",
    "中文",
    "שלום",
    "x".repeat(60),
  ),
  fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 }),
);
const text = fc.array(word, { maxLength: 120 }).map((words) => words.join(""));
const formatted = fc
  .tuple(text, fc.array(fc.tuple(fc.nat(), fc.nat({ max: 80 }), fc.boolean()), { maxLength: 30 }))
  .map(([whole, cuts]) => {
    const entities: MessageEntity[] = [];
    let at = 0;
    for (const [gap, length, block] of cuts) {
      const offset = boundary(whole, at + (gap % 40));
      const end = boundary(whole, offset + length);
      if (end > offset) entities.push({ type: block ? "pre" : "bold", offset, length: end - offset });
      at = Math.max(at, end);
    }
    return { text: whole, entities };
  });

function boundary(whole: string, at: number): number {
  const place = Math.min(at, whole.length);
  return /[\udc00-\udfff]/.test(whole.charAt(place)) ? place - 1 : place;
}

describe("L11: the parts of any text", () => {
  test("are, with the blanks between them, the text", () => {
    fc.assert(
      fc.property(formatted, fc.integer({ min: 40, max: 300 }), (whole, limit) => {
        const parts = split(whole, limit);
        expect(rejoined(parts)).toBe(whole.text.trim() === "" ? "" : rejoinable(whole, parts));
        for (const part of parts) expect(part.after).toMatch(/^[\s]*$/u);
      }),
    );
  });

  test("are within the limit, lawful, and neither empty nor padded", () => {
    fc.assert(
      fc.property(formatted, fc.integer({ min: 40, max: 300 }), (whole, limit) => {
        for (const [index, part] of split(whole, limit).entries()) {
          expect(part.text.length).toBeLessThanOrEqual(limit);
          expect(faultsOf(part)).toEqual([]);
          expect(part.text.trim()).not.toBe("");
          expect(part.text).not.toMatch(/[ \t\n]$/u);
          const inCode = part.entities.some((entity) => entity.offset === 0 && entity.type === "pre");
          if (index > 0 && !inCode) expect(part.text).not.toMatch(/^[ \t\n]/u);
        }
      }),
    );
  });

  test("begin and end between graphemes", () => {
    const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" });
    fc.assert(
      fc.property(text, fc.integer({ min: 40, max: 200 }), (whole, limit) => {
        const starts = new Set([...segmenter.segment(whole)].map((segment) => segment.index));
        let at = 0;
        for (const part of split(plain(whole), limit)) {
          if (at > 0) expect(starts.has(at)).toBe(true);
          at += part.text.length + part.after.length;
        }
      }),
    );
  });
});

/** Blanks before the first part belong to no part. */
function rejoinable(whole: Formatted, parts: ReturnType<typeof split>): string {
  return whole.text.slice(whole.text.length - rejoined(parts).length);
}

describe("a cut", () => {
  test.each([
    [
      "at the end of a block",
      `${"a ".repeat(30)}\n\n${"b ".repeat(20)}\nc`,
      ["a ".repeat(30).trim(), `${"b ".repeat(20)}\nc`],
    ],
    ["else of a line", `${"a ".repeat(30)}\n${"b ".repeat(30)}`, ["a ".repeat(30).trim(), "b ".repeat(30).trim()]],
    ["else of a word", "word ".repeat(25), [`${"word ".repeat(20)}`.trim(), "word ".repeat(5).trim()]],
    [
      "else after Chinese punctuation",
      `${"字".repeat(80)}。${"文".repeat(60)}`,
      [`${"字".repeat(80)}。`, "文".repeat(60)],
    ],
    ["else anywhere", "x".repeat(150), ["x".repeat(100), "x".repeat(50)]],
  ])("is %s", (_, whole, expected) => {
    expect(texts(split(plain(whole), 100))).toEqual(expected);
  });

  test("splits neither an emoji family nor a surrogate pair", () => {
    const family = "👨‍👩‍👧‍👦";
    for (const part of split(plain(family.repeat(50)), 100))
      expect(part.text).toBe(family.repeat(part.text.length / family.length));
    expect(texts(split(plain("😀".repeat(5)), 3))).toEqual(["😀", "😀", "😀", "😀", "😀"]);
  });

  test("in a cluster longer than a message falls between code points", () => {
    const zalgo = `a${"\u0301".repeat(500)}`;
    expect(rejoined(split(plain(zalgo), 100))).toBe(zalgo);
  });

  test("leaves room for what is reserved", () => {
    expect(texts(split(plain("x".repeat(150)), 100, 10)).map((part) => part.length)).toEqual([90, 60]);
  });

  test("comes before the hundred and first entity", () => {
    const entities = Array.from({ length: 250 }, (_, index) => ({
      type: "bold" as const,
      offset: index * 4,
      length: 3,
    }));
    const parts = split({ text: "abc ".repeat(250), entities });
    expect(parts.map((part) => part.entities.length).every((count) => count <= 100)).toBe(true);
    expect(parts.reduce((sum, part) => sum + part.entities.length, 0)).toBe(250);
    expect(rejoined(parts)).toBe("abc ".repeat(250));
  });
});

describe("L11: code across parts", () => {
  test("goes on as code of its language, cut between lines, indentation kept", () => {
    const lines = Array.from({ length: 40 }, (_, index) => `    line ${index}`).join("\n");
    const parts = split(pre(lines, "python"), 100);
    expect(parts.length).toBeGreaterThan(4);
    for (const part of parts) {
      expect(part.entities).toEqual([{ type: "pre", language: "python", offset: 0, length: part.text.length }]);
      expect(part.text).toMatch(/^ {4}line/u);
      expect(part.after).toMatch(/^\n?$/u);
    }
    expect(rejoined(parts)).toBe(lines);
  });

  test("stands whole in the next part if it fits there", () => {
    const whole = toEntities(`${"word ".repeat(14)}\n\n\`\`\`js\n${"code();\n".repeat(6)}\`\`\``);
    expect(texts(split(whole, 100))).toEqual(["word ".repeat(14).trim(), "code();\n".repeat(6).trim()]);
  });

  test("cuts a table between its rows and repeats nothing", () => {
    const rows = Array.from({ length: 400 }, (_, index) => `| key${index} | value ${index} |`).join("\n");
    const whole = toEntities(`| k | v |\n|---|---|\n${rows}`);
    const parts = split(whole);
    expect(parts.length).toBeGreaterThan(1);
    for (const part of parts) expect(part.entities.map((entity) => entity.type)).toEqual(["pre"]);
    expect(texts(parts).join("\n")).toBe(whole.text);
  });

  test("of blanks alone makes no message", () => {
    expect(split(pre("\n".repeat(500)), 100)).toEqual([]);
    expect(split(plain("   \n\n "))).toEqual([]);
  });
});

describe("many parts", () => {
  test("more than eight become the first and a document", () => {
    const parts = split(plain("word ".repeat(200)), 100);
    expect(partsOrDocument(parts)).toEqual({ parts: parts.slice(0, 1), document: true });
    expect(partsOrDocument(parts, parts.length)).toEqual({ parts, document: false });
  });

  test.each([
    ["prose", "many words in a line\n"],
    ["one word", "x"],
    ["emoji", "👩‍💻"],
    ["Chinese", "字"],
  ])("of a megabyte of %s are the text", (_, unit) => {
    const whole = unit.repeat(Math.ceil(1_000_000 / unit.length));
    expect(rejoined(split(plain(whole)))).toBe(whole);
  });

  test("L11: of the nasty outputs, cut small, are lawful and complete", () => {
    for (const [, markdown] of nasty) {
      const whole = toEntities(markdown);
      const parts = split(whole, 120);
      expect(rejoined(parts)).toBe(whole.text);
      for (const part of parts) expect(faultsOf(part)).toEqual([]);
    }
  });
});
