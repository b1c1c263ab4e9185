import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { clip, graphemeBoundary, oneLine } from "../../../src/model/text/truncate.ts";
import { columnsOf } from "../../../src/model/text/width.ts";

describe("clip", () => {
  test.each([
    ["abc", 3, "abc"],
    ["abcd", 3, "ab…"],
    ["one two", 5, "one…"],
    ["abc", 1, "…"],
    ["abc", 0, ""],
    ["👨‍👩‍👧‍👦👨‍👩‍👧‍👦", 15, "👨‍👩‍👧‍👦…"],
    ["👨‍👩‍👧‍👦x", 5, "👨‍…"],
    ["e\u0301e\u0301", 3, "e\u0301…"],
  ])("of %j to %i is %j", (text, max, expected) => {
    expect(clip(text, max)).toBe(expected);
  });

  test("is never longer than asked, never malformed, and a beginning of the text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.nat({ max: 30 }), (text, max) => {
        const clipped = clip(text, max);
        expect(clipped.length).toBeLessThanOrEqual(max);
        expect(Buffer.from(clipped).toString()).toBe(clipped);
        if (text.length > max) expect(text.startsWith(clipped.replace(/…$/u, ""))).toBe(true);
        else expect(clipped).toBe(text);
      }),
    );
  });
});

describe("oneLine", () => {
  test("joins blanks and lines, then clips", () => {
    expect(oneLine("  a\n\n b\tc  ", 10)).toBe("a b c");
    expect(oneLine("a\nb c d e f g", 6)).toBe("a b c…");
  });
});

describe("graphemeBoundary", () => {
  test("agrees with a segmentation of the whole text", () => {
    const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" });
    const unit = fc.constantFrom("a", " ", "🇩🇪", "🇫", "👨‍👩‍👧‍👦", "e\u0301", "👍🏽", "각", "한", "\n");
    fc.assert(
      fc.property(fc.array(unit, { maxLength: 30 }), fc.nat({ max: 60 }), (units, place) => {
        const text = units.join("");
        const starts = [...segmenter.segment(text)].map((segment) => segment.index);
        const at = Math.min(place, text.length);
        const expected = at === text.length ? at : Math.max(...starts.filter((start) => start <= at), 0);
        expect(graphemeBoundary(text, at, -1)).toBe(expected);
      }),
    );
  });
});

describe("columnsOf", () => {
  test.each([
    ["abc", 3],
    ["中文", 4],
    ["ｱ", 1],
    ["Ａ", 2],
    ["한글", 4],
    ["e\u0301", 1],
    ["👨‍👩‍👧‍👦", 2],
    ["❤️", 2],
    ["שלום", 4],
    ["", 0],
  ])("of %j are %i", (text, columns) => {
    expect(columnsOf(text)).toBe(columns);
  });
});
