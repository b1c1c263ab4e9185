import fc from "fast-check";
import { expect, it } from "vitest";
import { streamedPieces } from "../../../src/demo/response-stream.ts";

it("text is streamed in pieces that make it up again, whatever it holds", () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string({ unit: "binary" }), fc.string({ unit: fc.constantFrom("你", "好", "a", " ", "\n", "😀") })),
      (text) => {
        expect(streamedPieces(text).join("")).toBe(text);
      },
    ),
  );
});

it("words stay whole; Chinese comes two characters at a time", () => {
  expect(streamedPieces("one two\nthree ")).toEqual(["one", " two", "\nthree "]);
  expect(streamedPieces("演示模型是")).toEqual(["演示", "模型", "是"]);
});
