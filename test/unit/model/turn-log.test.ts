import { describe, expect, it } from "vitest";
import type { ChatKey, RequestNumber } from "../../../src/model/ids.ts";
import { bounded, keptNotes, noted, type TurnLogEntry, turnLogBytes } from "../../../src/model/turn-log.ts";

const small: TurnLogEntry = {
  version: 1,
  chat: "telegram~main~1" as ChatKey,
  slot: "t-1",
  outcome: "completed",
  steers: [],
  plan: [{ step: "look", status: "completed" }],
  commands: [{ command: "ls", state: "done" }],
  approvals: [],
  times: { asked: 1, taken: 2, ended: 3 },
};

describe("a record", () => {
  it("that fits stays as it is", () => {
    expect(bounded(small)).toEqual(small);
  });

  it("that is too large loses the oldest of its longest list, and says how many", () => {
    const commands = Array.from({ length: 2000 }, (_, at) => ({ command: `echo ${at}`, state: "done" as const }));
    const cut = bounded({ ...small, commands });
    expect(Buffer.byteLength(JSON.stringify(cut))).toBeLessThanOrEqual(turnLogBytes);
    expect(cut.commands.at(-1)?.command).toBe("echo 1999");
    expect(cut.commands.length + (cut.truncated?.commands ?? 0)).toBe(2000);
    expect(cut.plan).toEqual(small.plan);
  });

  it("fits whatever is long in it, and counts what the notes left out already", () => {
    const line = "字".repeat(300);
    const cut = bounded({
      ...small,
      commands: Array.from({ length: 40 }, () => ({ command: line, state: "done" as const })),
      plan: Array.from({ length: 40 }, () => ({ step: line, status: "pending" as const })),
      truncated: { steers: 3 },
    });
    expect(Buffer.byteLength(JSON.stringify(cut))).toBeLessThanOrEqual(turnLogBytes);
    expect(cut.truncated).toMatchObject({ steers: 3, plan: 40 - cut.plan.length, commands: 40 - cut.commands.length });
  });
});

describe("notes of a running turn", () => {
  it("keep the newest and count the rest", () => {
    let notes: ReturnType<typeof noted> = { askedAt: 1, steers: [], approvals: [] };
    for (let at = 0; at < keptNotes + 7; at++) {
      notes = noted(notes, {
        steers: [{ at }],
        approvals: [{ number: at as RequestNumber, kind: "command", decision: "accept", askedAt: at }],
      });
    }
    expect(notes.steers).toHaveLength(keptNotes);
    expect(notes.approvals.at(-1)?.number).toBe(keptNotes + 6);
    expect(notes.leftOut).toEqual({ steers: 7, approvals: 7 });
  });
});
