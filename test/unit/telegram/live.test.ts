import { describe, expect, test } from "vitest";
import { renderFrame } from "../../../adapters/telegram/render-live.ts";
import type { Screen } from "../../../src/model/delivery.ts";
import { draftId } from "../../../src/model/draft-id.ts";
import type { MessageId, Nonce } from "../../../src/model/ids.ts";
import { emptyView, type TurnView } from "../../../src/model/view.ts";

const now = 1_700_000_012_400;
const base: TurnView = { ...emptyView("t-1", 1_700_000_000_000, "en"), phase: "working", stopNonce: "stop" as Nonce };
const none: Screen = { slots: {} };
const standing: Screen = { slots: { "t-1": { messageId: "77" as MessageId } } };
const say = (text: string): Partial<TurnView> => ({
  messages: [{ itemId: "i", phase: "final", text, complete: false }],
});
const textOf = (view: TurnView): string => String(renderFrame(view, none, now, true)?.request.payload.text);

describe("the text of a live frame", () => {
  test("is status, actions, plan, and the answer as it grows", () => {
    const view: TurnView = {
      ...base,
      actions: [
        { id: "1", kind: "other", label: "Read src/server.ts", state: "done" },
        { id: "2", kind: "command", label: "npm run lint", state: "failed" },
        { id: "3", kind: "command", label: "npm test", state: "running" },
      ],
      plan: [
        { step: "find the router", status: "completed" },
        { step: "add /health", status: "inProgress" },
        { step: "test it", status: "pending" },
      ],
      ...say("I'm adding a `/health` route"),
    };
    expect(textOf(view)).toBe(
      [
        "Working · 12 s",
        "✓ Read src/server.ts",
        "✗ npm run lint",
        "▸ npm test",
        "Plan  ✓ find the router  ▸ add /health  ○ test it",
        "",
        "I'm adding a /health route",
      ].join("\n"),
    );
  });

  test.each([
    [{ phase: "starting" }, "Starting · 12 s"],
    [{ phase: "waitingApproval" }, "Waiting for an approval · 12 s"],
    [{ phase: "stopping" }, "Stopping · 12 s"],
    [{ retrying: "stream cut" }, "Reconnecting to the model · 12 s"],
    [{ silentSince: now - 5000 }, "No sign of the machine · 7 s"],
    [{ language: "zh-CN" }, "正在工作 · 12 秒"],
    [{ startedAt: now - 125_000 }, "Working · 2 min 5 s"],
    [{ thinking: "Looking around" }, "Working · 12 s\n▸ Looking around"],
  ] satisfies readonly (readonly [Partial<TurnView>, string])[])("%j reads %s", (change, text) => {
    expect(textOf({ ...base, ...change })).toBe(text);
  });

  test("shows the last five actions, each on one line of bounded length", () => {
    const actions = Array.from({ length: 9 }, (_, index) => ({
      id: `${index}`,
      kind: "command" as const,
      label: `cmd ${index}\n${"x".repeat(500)}`,
      state: "done" as const,
    }));
    const lines = textOf({ ...base, actions }).split("\n");
    expect(lines).toHaveLength(6);
    expect(lines[1]).toMatch(/^✓ cmd 4 x+…$/);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(122);
  });

  test("shows a long plan around the step in progress", () => {
    const plan = Array.from({ length: 20 }, (_, index) => ({
      step: `step ${index}`,
      status: index < 10 ? ("completed" as const) : ("pending" as const),
    }));
    const line = textOf({ ...base, plan }).split("\n")[1];
    expect(line).toBe("Plan  ✓ step 8  ✓ step 9  ○ step 10  ○ step 11  ○ step 12  ○ step 13  14 more");
  });

  test("ends in the newest text of a long answer and stays within the limit", () => {
    for (const length of [4000, 5000, 50_000]) {
      const answer = Array.from({ length: length / 10 }, (_, index) => `w${String(index).padStart(8, "0")}`).join(" ");
      const text = textOf({ ...base, ...say(answer) });
      expect(text.length).toBeLessThanOrEqual(4096);
      expect(text.endsWith(answer.slice(-100))).toBe(true);
      expect(text.includes("…")).toBe(length > 4000);
    }
  });

  test("keeps code marked as code when the beginning of its block is cut off", () => {
    const view = { ...base, ...say(`intro\n\n\`\`\`ts\n${"const a = 1;\n".repeat(2000)}`) };
    const payload = renderFrame(view, none, now, true)?.request.payload;
    expect(payload?.entities).toMatchObject([{ type: "pre", language: "ts" }]);
  });

  test("shows commentary until the answer begins", () => {
    const commentary = { itemId: "c", phase: "commentary" as const, text: "Let me look.", complete: true };
    expect(textOf({ ...base, messages: [commentary] })).toContain("Let me look.");
    expect(
      textOf({ ...base, messages: [commentary, { itemId: "i", phase: "final", text: "Found.", complete: false }] }),
    ).toMatch(/12 s\n\nFound\.$/);
  });

  test("never splits a surrogate pair", () => {
    for (const pad of ["", "x"]) {
      const text = textOf({ ...base, ...say(pad + "😀".repeat(9000)) });
      expect(Buffer.from(text).toString()).toBe(text);
    }
  });
});

describe("the request of a live frame", () => {
  test("is a stoppable draft where there are drafts", () => {
    expect(renderFrame(base, none, now, true)).toMatchObject({
      method: "sendMessageDraft",
      idempotent: true,
      cost: "none",
      request: { payload: { draft_id: draftId("t-1"), can_stop: true } },
    });
  });

  test("is a silent status message with a stop button elsewhere, edited from then on", () => {
    const keyboard = { inline_keyboard: [[{ text: "Stop", callback_data: "stop", style: "danger" }]] };
    expect(renderFrame(base, none, now, false)).toMatchObject({
      method: "sendMessage",
      slot: "t-1",
      cost: "message",
      request: { payload: { disable_notification: true, reply_markup: keyboard } },
    });
    expect(renderFrame(base, standing, now, false)).toMatchObject({
      method: "editMessageText",
      idempotent: true,
      cost: "edit",
      request: { payload: { message_id: 77, reply_markup: keyboard } },
      fallback: { method: "sendMessage", slot: "t-1" },
    });
  });

  test("goes on with the status message of a chat that once refused drafts", () => {
    expect(renderFrame(base, standing, now, true)?.method).toBe("editMessageText");
  });

  test("has no stop button while stopping and is nothing after the end", () => {
    expect(renderFrame({ ...base, phase: "stopping" }, none, now, false)?.request.payload).not.toHaveProperty(
      "reply_markup",
    );
    expect(renderFrame({ ...base, phase: "ended" }, none, now, true)).toBeUndefined();
  });
});

describe("draft ids", () => {
  test("are positive 31-bit numbers, the same for the same slot", () => {
    const ids = Array.from({ length: 500 }, (_, index) => draftId(`t-${index}`));
    expect(ids.every((id) => Number.isInteger(id) && id > 0 && id < 2 ** 31)).toBe(true);
    expect(new Set(ids).size).toBe(500);
    expect(draftId("t-7")).toBe(ids[7]);
  });
});
