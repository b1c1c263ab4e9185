import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { renderBody } from "../../../adapters/telegram/outbound.ts";
import { plainOf } from "../../../src/model/text/plain.ts";

/** Texts of the messages a final becomes, without part marks; undefined when it becomes a document. The entities are checked on the way. */
function shown(markdown: string): readonly string[] | undefined {
  const calls = renderBody(
    { op: "message", content: { pieces: [{ as: "markdown", text: markdown }] }, endsLive: "t" },
    { slots: {} },
    { richMessages: false },
  );
  if (calls.some((call) => call.method === "sendDocument")) return undefined;
  return calls.map((call, index) => {
    const { text, entities = [] } = call.request.payload as {
      text: string;
      entities?: readonly { offset: number; length: number }[];
    };
    expect(text.length).toBeLessThanOrEqual(4096);
    expect(entities.length).toBeLessThanOrEqual(100);
    for (const { offset, length } of entities)
      expect(offset >= 0 && length > 0 && offset + length <= text.length).toBe(true);
    const mark = `\n\n${index + 1}/${calls.length}`;
    return calls.length > 1 && text.endsWith(mark) ? text.slice(0, -mark.length) : text;
  });
}

const solid = (text: string): string => text.replace(/\s+/gu, "");

const block = fc.oneof(
  fc.lorem({ maxCount: 60 }),
  fc.constantFrom(
    "```ts\nconst a = 1;\n\n\tif (a) b();\n```",
    "| a | b |\n|---|---|\n| 1 | **2** |",
    "> quoted\n> > twice",
    "- one\n  - two `x`\n",
    "# Head *line*",
    "**注意：**请运行 `npm test`。",
    "<details><summary>x</summary></details>",
    "a_b_c \\* 1/2 [l](https://x.example/y) ![i](z.png)",
    "😀👨‍👩‍👧‍👦 e\u0301".repeat(40),
  ),
  fc
    .array(fc.constantFrom("`a`", "**b**", "~~c~~", "word"), { minLength: 100, maxLength: 160 })
    .map((words) => words.join(" ")),
);

describe("a final", () => {
  test("L11: shows every character of the answer in order, however it is split", () => {
    fc.assert(
      fc.property(fc.array(block, { minLength: 1, maxLength: 40 }), (blocks) => {
        const markdown = blocks.join("\n\n");
        const parts = shown(markdown);
        if (parts === undefined) return;
        expect(solid(parts.join(""))).toBe(solid(plainOf(markdown).replaceAll("\t", " ")));
      }),
      { numRuns: 20, seed: 1, endOnFailure: true },
    );
  });

  test("L11: one message with more than a hundred code spans becomes two, so that code stays code", () => {
    const parts = shown(Array.from({ length: 150 }, (_, index) => `\`c${index}\``).join(" "));
    expect(parts).toHaveLength(2);
    expect(parts?.join(" ").split(" ")).toHaveLength(150);
  });
});
