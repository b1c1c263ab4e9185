import { describe, expect, it } from "vitest";
import type { ChatKey, MailId, RequestNumber } from "../../../src/model/ids.ts";
import { emptyView } from "../../../src/model/view.ts";
import { packed, unpacked } from "../../../src/redis/codec.ts";
import { commitSteps } from "../../../src/redis/commit-steps.ts";
import { createKeys } from "../../../src/redis/keys.ts";

const keys = createKeys("p");
const chat = "telegram~main~1" as ChatKey;

/** Names of the steps, in order. */
function names(steps: readonly unknown[]): readonly unknown[] {
  const result: unknown[] = [];
  for (let at = 0; at < steps.length; at += 2 + Number(steps[at + 1])) result.push(steps[at]);
  return result;
}

describe("commit steps", () => {
  it("says nothing for an empty commit and empty lists", () => {
    expect(commitSteps(keys, chat, {}, "h")).toEqual([]);
    expect(commitSteps(keys, chat, { ack: [], ops: [], settled: [] }, "h")).toEqual([]);
  });

  it("frees memory last: a Redis without memory refuses the first step and nothing has changed", () => {
    const order = names(
      commitSteps(
        keys,
        chat,
        {
          ack: ["1-0" as MailId],
          settled: [{ number: 1 as RequestNumber, state: "ended" }],
          ops: [{ op: "endLive", slot: "t-1" }],
          binding: {},
        },
        "h",
      ),
    );
    expect(order).toEqual(["op", "put", "cut", "settle", "ack"]);
  });

  it("null removes a field, absent leaves it, no waiting is no field", () => {
    expect(names(commitSteps(keys, chat, { turn: null, process: null, waiting: [] }, "h"))).toEqual([
      "cut",
      "cut",
      "noprocess",
    ]);
  });

  it("L6: a view whose final is in the same commit ends", () => {
    const view = emptyView("t-1", 1, "en");
    expect(names(commitSteps(keys, chat, { view, ops: [{ op: "endLive", slot: "t-1" }] }, "h"))).toEqual([
      "op",
      "endview",
    ]);
    expect(names(commitSteps(keys, chat, { view, ops: [{ op: "endLive", slot: "t-0" }] }, "h"))).toEqual([
      "op",
      "view",
    ]);
  });

  it("an archived view is the same when it is read", () => {
    const view = { ...emptyView("t-1", 1, "zh-CN"), diff: "+ 你好 \ud83d" };
    expect(unpacked(packed(view))).toEqual(view);
  });
});

describe("keys", () => {
  it("all begin with the prefix, and those of a chat name it", () => {
    for (const key of [keys.mailbox(chat), keys.state(chat), keys.outbox(chat), keys.view(chat)])
      expect(key).toMatch(/^p:\{telegram~main~1\}:/);
    expect(keys.parts.chat + chat + keys.parts.state).toBe(keys.state(chat));
    expect(keys.parts.request + 7).toBe(keys.request(7 as RequestNumber));
    expect(keys.parts.moved + chat).toBe(keys.moved(chat));
    expect(`${keys.parts.doorbell}n-1`).toBe(keys.doorbell("n-1"));
  });
});
