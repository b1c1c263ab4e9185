import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { revealControls, sanitize } from "../../../src/model/text/sanitize.ts";

describe("sanitize", () => {
  test.each([
    ["line ends", "a\r\nb\rc\n\td", "a\nb\nc\n\td"],
    ["lone surrogates", "a\ud800b\udc00c😀", "a\ufffdb\ufffdc😀"],
    ["NUL, escape and DEL", "\u0000\u001b[31m\u007f", "␀␛[31m␡"],
    ["C1 controls", "a\u0085\u009bb", "a\ufffd\ufffdb"],
  ])("makes %s harmless and visible", (_, text, expected) => {
    expect(sanitize(text)).toBe(expected);
  });

  test.each(["שלום \u200f عربي \u200e", "👨‍👩‍👧‍👦 ❤️ 1️⃣", "می‌خواهم", "é 한글 中文　", "\u2067x\u2069"])(
    "keeps %s",
    (text) => {
      expect(sanitize(text)).toBe(text);
    },
  );

  test("is a well-formed string, the same when done twice", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const clean = sanitize(text);
        expect(sanitize(clean)).toBe(clean);
        expect(Buffer.from(clean).toString()).toBe(clean);
      }),
    );
  });
});

describe("revealControls", () => {
  test.each([
    ["overrides", "rm \u202egpj.sh", "rm \\u{202e}gpj.sh"],
    ["isolates and marks", "a\u2066b\u2069\u200f\u061c", "a\\u{2066}b\\u{2069}\\u{200f}\\u{61c}"],
    ["zero width characters", "g\u200bit\u200d p\ufeffush\u2060", "g\\u{200b}it\\u{200d} p\\u{feff}ush\\u{2060}"],
    ["what looks like a blank", "a\u00a0b\u3000c\u3164d\u2800", "a\\u{a0}b\\u{3000}c\\u{3164}d\\u{2800}"],
    ["controls", "a\u001b[8m\u0000\rb\u009b", "a\\u{1b}[8m\\u{0}\\u{d}b\\u{9b}"],
    ["tags and selectors", "x\u{e0041}\u{e0100}\ufe01", "x\\u{e0041}\\u{e0100}\\u{fe01}"],
    ["lone surrogates", "x\ud83d", "x\\u{d83d}"],
    ["line separators", "a\u2028b\u2029c", "a\\u{2028}b\\u{2029}c"],
  ])("writes out %s", (_, text, expected) => {
    expect(revealControls(text)).toBe(expected);
  });

  test.each(["git commit -m 'fix: 中文 é 👩🏽‍💻 ❤️ 1️⃣'\n\techo done", "echo שלום"])("leaves %j alone", (text) => {
    expect(revealControls(text)).toBe(text);
  });

  test("leaves nothing a reader cannot see", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(revealControls(text).replace(/[\n\t]/gu, "")).not.toMatch(
          /[\u202a-\u202e\u2066-\u2069\u200b\u200e\u200f\p{Cc}\p{Surrogate}]/u,
        );
      }),
    );
  });
});
