import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { TurnView, ViewMessage } from "../../../src/model/view.ts";
import { emptyView } from "../../../src/model/view.ts";
import { composeView, decodeRequest, decodeSlots, splitView, textPiece } from "../../../src/redis/codec.ts";

const view = (messages: readonly ViewMessage[]): TurnView => ({ ...emptyView("t-1", 1, "en"), messages });

describe("view", () => {
  it("L8: a view taken apart and put together is the same view", () => {
    const message = fc.record({
      itemId: fc.uuid(),
      phase: fc.constant("final" as const),
      text: fc.string({ unit: "binary" }),
      complete: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(message), (messages) => {
        const split = splitView(view(messages));
        const text = split.openItemId === undefined ? undefined : textPiece(split.openText);
        expect(composeView(JSON.stringify(split.view), split.openItemId, text)).toEqual(view(messages));
      }),
    );
  });

  it("L11: text cut anywhere, even inside a character, is the same text again", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.nat(), (text, at) => {
        const cut = text.length === 0 ? 0 : at % text.length;
        expect(JSON.parse(`"${textPiece(text.slice(0, cut))}${textPiece(text.slice(cut))}"`)).toBe(text);
      }),
    );
  });

  it("text of a message that vanished or completed is not shown", () => {
    const done: ViewMessage = { itemId: "i", phase: "final", text: "done", complete: true };
    expect(composeView(JSON.stringify(view([done])), "i", "open")?.messages).toEqual([done]);
    expect(composeView(JSON.stringify(view([])), "i", "open")?.messages).toEqual([]);
    expect(composeView(undefined, "i", "open")).toBeUndefined();
  });
});

describe("records", () => {
  it("a request without an answer has none of its fields", () => {
    const stored = { number: 3, chat: "telegram~main~1", request: {}, askedAt: 1 };
    expect(decodeRequest([JSON.stringify(stored), "pending", null, null, null])).toEqual({
      ...stored,
      state: "pending",
    });
    expect(decodeRequest([null, null, null, null, null])).toBeUndefined();
  });

  it("slots are read without the time they were written", () => {
    expect(decodeSlots(["t-1", '17 {"messageId":"5","extra":"a b"}'])).toEqual({
      "t-1": { messageId: "5", extra: "a b" },
    });
  });
});
