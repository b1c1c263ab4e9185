import fc from "fast-check";
import { expect, test } from "vitest";
import { liveText } from "../../../adapters/feishu/live-text.ts";
import { nodesOf } from "./card-reader.ts";

const source = fc
  .array(
    fc.constantFrom(
      "`",
      "```",
      "```ts\n",
      "~~~\n",
      "\n",
      "[a](http://b.cd)",
      "[",
      "](",
      ")",
      "!",
      "<at id=all></at>",
      "| a |",
      "\n|---|\n",
      "\\",
      "> ",
      "- ",
      "word ",
      "中文",
      "**",
      "&lt;",
    ),
    { maxLength: 40 },
  )
  .map((pieces) => pieces.join(""));

test("what a growing answer shows only grows", () => {
  fc.assert(
    fc.property(source, fc.nat(), (text, at) => {
      const part = liveText(text.slice(0, at % (text.length + 1))).text;
      expect(liveText(text).text.startsWith(part)).toBe(true);
    }),
    {
      numRuns: 2000,
      examples: [
        ["- - ```", 11],
        ["[]([a](http://b.cd)`中文)", 19],
      ],
    },
  );
});

test("a finished line holds no image and no link but http and https", () => {
  const shown = liveText("![x](http://a.bc/i.png) [y](javascript:alert(1)) <at id=all></at>\n").text;
  expect(nodesOf(shown, "image")).toEqual([]);
  expect(nodesOf(shown, "html")).toEqual([]);
  expect(nodesOf(shown, "link")).toMatchObject([{ url: "http://a.bc/i.png" }]);
});
