import { describe, expect, it } from "vitest";
import { merged } from "../../../src/dispatcher/recovery.ts";
import type { TurnId } from "../../../src/model/ids.ts";
import type { TurnRecord } from "../../../src/model/turn.ts";
import { answerText, emptyView, type TurnView } from "../../../src/model/view.ts";

const seen: TurnView = {
  ...emptyView("t-1", 0, "en"),
  messages: [
    { itemId: "a", phase: undefined, text: "One.", complete: true },
    { itemId: "b", phase: undefined, text: "Two, ha", complete: false },
  ],
};

function record(...messages: readonly (readonly [itemId: string, text: string])[]): TurnRecord {
  return {
    turnId: "u1" as TurnId,
    status: "inProgress",
    clientIds: [],
    actions: [{ id: "c", kind: "command", label: "npm test", state: "done" }],
    messages: messages.map(([itemId, text]) => ({ itemId, text, phase: undefined })),
  };
}

describe("a view after a gap", () => {
  it("keeps the text seen so far of a streaming turn, with a mark for what went by", () => {
    const view = merged(seen, record(["a", "One."]), "streaming");
    expect(answerText(view, true)).toBe("One.\n\nTwo, ha … ");
    expect(view.actions.map((action) => action.label)).toEqual(["npm test"]);
  });

  it("keeps it without a mark where the turn ended", () => {
    expect(answerText(merged(seen, record(["a", "One."]), "partial"), true)).toBe("One.\n\nTwo, ha");
  });

  it("takes a finished message from the record, once, even under another item id", () => {
    expect(answerText(merged(seen, record(["x", "One."], ["b", "Two, half."]), "streaming"), true)).toBe(
      "One.\n\nTwo, half.",
    );
  });

  it("believes the record alone where the turn is whole", () => {
    expect(answerText(merged(seen, record(["x", "All."]), "whole"), false)).toBe("All.");
  });
});
