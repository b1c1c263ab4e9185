import { describe, expect, it } from "vitest";
import { fitted, joined, outlined, type TraceLine, traceLineLength } from "../../../src/model/trace.ts";

const secret = "sk-proj-0123456789abcdef";

describe("an outline of a message", () => {
  it("L10: tells ids, states and figures, and of every text only how long it is", () => {
    const body = {
      threadId: "thr-1",
      clientUserMessageId: "t-1000-0",
      input: [{ type: "text", text: secret }],
      cwd: "/home/me/app",
      model: "gpt-5.5",
      approvalPolicy: "on-request",
      turn: { id: "u1", status: "completed", items: [{ text: secret }], error: null },
    };
    expect(outlined(body)).toEqual({
      threadId: "thr-1",
      clientUserMessageId: "t-1000-0",
      input: "<51 chars>",
      cwd: "<12 chars>",
      model: "gpt-5.5",
      approvalPolicy: "on-request",
      "turn.id": "u1",
      "turn.status": "completed",
      "turn.items": "<37 chars>",
    });
  });

  it.each([
    ["a text where an id should be", { itemId: `${secret} and more` }],
    [
      "a secret in the arguments of a tool, under a harmless name",
      { item: { id: "i", arguments: { id: secret, type: secret } } },
    ],
    ["an answer to a question", { answers: { q1: { answers: [secret] } } }],
    ["a number that is one", { pin: 123456 }],
    ["an error's words", { error: { message: `refused ${secret}`, codexErrorInfo: { detail: secret } } }],
    ["a body that is only text", secret],
    ["a list", [secret]],
  ])("L10: hides %s", (_what, body) => {
    const told = JSON.stringify(outlined(body));
    expect(told).not.toContain(secret.slice(3));
    expect(told).not.toContain("123456");
  });

  it("names only so many facts", () => {
    expect(
      Object.keys(outlined(Object.fromEntries(Array.from({ length: 99 }, (_, at) => [`k${at}`, at])))),
    ).toHaveLength(12);
  });
});

const delta = (itemId: string, size: number): TraceLine => ({
  at: 1,
  part: "codex",
  dir: "in",
  kind: "notification",
  method: "item/agentMessage/delta",
  size,
  facts: { itemId, delta: "<5 chars>" },
});

describe("a line", () => {
  it("is never longer than it may be", () => {
    const facts = Object.fromEntries(Array.from({ length: 12 }, (_, at) => [`name-${at}`, "x".repeat(80)]));
    const line = fitted({ ...delta("i", 1), method: "m".repeat(1000), id: "9".repeat(2000), facts });
    expect(JSON.stringify(line).length).toBeLessThanOrEqual(traceLineLength);
    expect(line.method).toHaveLength(80);
  });

  it("goes on as one while deltas of one item follow each other", () => {
    const one = joined(delta("i", 100), delta("i", 50));
    expect(one).toMatchObject({ times: 2, size: 150, facts: { itemId: "i" } });
    expect(joined(one ?? delta("i", 0), delta("i", 1))).toMatchObject({ times: 3, size: 151 });
    expect(joined(delta("i", 1), delta("j", 1))).toBeUndefined();
    expect(joined(delta("i", 1), { ...delta("i", 1), method: "turn/completed" })).toBeUndefined();
  });
});
