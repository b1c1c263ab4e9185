import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bytesText } from "../../../adapters/web/page/bytes-text.ts";
import { matchingCommands, nextPlace } from "../../../adapters/web/page/command-menu.ts";
import { diffLines, isDiff } from "../../../adapters/web/page/diff-lines.ts";
import { chunksOf } from "../../../adapters/web/page/live-chunks.ts";
import { plainOf } from "../../../src/model/text/plain.ts";

describe("a diff", () => {
  const diff = "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,3 +1,3 @@ f()\n same\n--- a comment\n-old\n+new\n";

  test("is told apart from other folded text", () => {
    expect(isDiff(diff)).toBe(true);
    expect(isDiff("@@ -1 +1 @@\n-a\n+b")).toBe(true);
    expect(isDiff("- a list\n- and more\n+ plus")).toBe(false);
    expect(isDiff("npm error code 1\n--- a\n")).toBe(false);
  });

  test("has lines of kinds; a removed line that looks like a head is a removed line", () => {
    expect(diffLines(diff).map((line) => line.kind)).toEqual([
      "head",
      "head",
      "head",
      "place",
      "same",
      "removed",
      "removed",
      "added",
    ]);
  });

  test("of two files begins anew with the second", () => {
    const kinds = diffLines(`${diff}diff --git a/y b/y\n--- a/y\n+++ b/y\n@@ -1 +1 @@\n+z`).map((line) => line.kind);
    expect(kinds.slice(8)).toEqual(["head", "head", "head", "place", "added"]);
  });

  test("L11: has all its characters in its lines", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom("@@ -1 +1 @@", "+a", "-b", " c", "\n", "\n\n", "\r", "\u2028")), (parts) => {
        const text = parts.join("");
        expect(
          diffLines(text)
            .map((line) => line.text)
            .join(""),
        ).toBe(text);
      }),
    );
  });
});

describe("the chunks of a growing text", () => {
  const bits = [
    "# Head\n\n",
    "word ".repeat(300),
    "\n\n",
    "- item\n",
    "```ts\ncode\n\nmore\n",
    "```\n",
    "> quote\n",
    "Text",
  ];

  test("are the text, and stay as they are while it grows", () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...bits), { maxLength: 40 }),
        fc.integer({ min: 0, max: 40 }),
        (parts, cut) => {
          const whole = chunksOf(parts.join(""));
          expect(whole.join("")).toBe(parts.join(""));
          const before = chunksOf(parts.slice(0, cut).join("")).slice(0, -1);
          expect(whole.slice(0, before.length)).toEqual(before);
        },
      ),
    );
  });

  test("mean the same alone", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...bits), { maxLength: 40 }), (parts) => {
        const text = parts.join("");
        const squeezed = (shown: string): string => shown.replace(/\s+/gu, " ").trim();
        const together = chunksOf(text).map(plainOf).join("\n");
        if (text.length < 40_000) expect(squeezed(together)).toBe(squeezed(plainOf(text)));
      }),
    );
  });

  test("end before a new block, never within code", () => {
    const long = "word ".repeat(500);
    expect(chunksOf(`${long}\n\nnext`)).toEqual([`${long}\n\n`, "next"]);
    expect(chunksOf(`\`\`\`\n${long}\n\nnext`)).toHaveLength(1);
    expect(chunksOf(`- ${long}\n\n- next`)).toHaveLength(1);
  });
});

describe("the command menu", () => {
  const commands = [
    { name: "stop", description: "" },
    { name: "/status", description: "" },
    { name: "new", description: "" },
  ];
  const names = (text: string): readonly string[] => matchingCommands(text, commands).map((one) => one.name);

  test("shows what a half-typed command may be, and nothing once there is more", () => {
    expect(names("/")).toEqual(["stop", "status", "new"]);
    expect(names("/ST")).toEqual(["stop", "status"]);
    expect(names("/stop now")).toEqual([]);
    expect(names("see /st")).toEqual([]);
    expect(names("")).toEqual([]);
  });

  test("goes round at its ends", () => {
    expect(nextPlace(2, 3, 1)).toBe(0);
    expect(nextPlace(0, 3, -1)).toBe(2);
    expect(nextPlace(0, 0, 1)).toBe(0);
  });
});

test.each([
  [0, "0 B"],
  [999, "999 B"],
  [1000, "1.0 kB"],
  [4249, "4.2 kB"],
  [9960, "10 kB"],
  [999_499, "999 kB"],
  [999_500, "1.0 MB"],
  [50_000_000, "50 MB"],
  [2_500_000_000, "2.5 GB"],
])("%i bytes are said as %s", (bytes, text) => {
  expect(bytesText(bytes)).toBe(text);
});
