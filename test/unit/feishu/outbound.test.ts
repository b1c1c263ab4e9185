import { describe, expect, test } from "vitest";
import { cardBytes, jsonBytes } from "../../../adapters/feishu/card.ts";
import { cardOf, renderBody } from "../../../adapters/feishu/outbound.ts";
import type { FeishuOutbound } from "../../../adapters/feishu/requests.ts";
import type { OutboxBody, Screen } from "../../../src/model/delivery.ts";
import type { ChatKey, MessageId, Nonce } from "../../../src/model/ids.ts";
import { letters, markdownOf, shown } from "./card-reader.ts";

const chat = "feishu~main~oc_1" as ChatKey;
const topic = "feishu~main~oc_1~omt_2" as ChatKey;
const limits = { maxParts: 8, maxFileBytes: 30_000_000, maxImageBytes: 10_000_000 };
const empty: Screen = { slots: {} };
const id = (text: string): MessageId => text as MessageId;
const live = JSON.stringify({
  card: "c1",
  sequence: 3,
  openedAt: 1,
  sent: true,
  language: "en",
  element: 1,
  from: 0,
  shown: 0,
  digest: "",
  fence: "",
  drawn: {},
  failures: 0,
});

function render(body: OutboxBody, screen: Screen = empty, at: ChatKey = chat): readonly FeishuOutbound[] {
  return renderBody(body, screen, { chat: at, ...limits });
}

function sendOf(call: FeishuOutbound | undefined): Extract<FeishuOutbound["request"], { kind: "send" }> {
  if (call?.request.kind !== "send") throw new Error("not a send");
  return call.request;
}

describe("a message", () => {
  test("is a card that replies, with footer and buttons", () => {
    const button = { label: "Diff", nonce: "n1" as Nonce };
    const content = { pieces: [{ as: "markdown", text: "**Done**" }], footer: "42 s", buttons: [[button]] } as const;
    const [call, ...more] = render({ op: "message", content, replyTo: id("om_1"), slot: "s" });
    expect(more).toEqual([]);
    expect(call).toMatchObject({ slot: "s", cost: "message", idempotent: false });
    expect(sendOf(call).place).toEqual({ replyTo: "om_1" });
    expect(JSON.parse(sendOf(call).wire.content)).toMatchObject({
      schema: "2.0",
      config: { streaming_mode: false, update_multi: true },
      body: {
        elements: [
          { tag: "markdown", content: "**Done**" },
          { tag: "markdown", text_size: "notation" },
          {
            tag: "column_set",
            columns: [{ elements: [{ tag: "button", behaviors: [{ type: "callback", value: { n: "n1" } }] }] }],
          },
        ],
      },
    });
  });

  test("falls back to plain text", () => {
    const [call] = render({ op: "message", content: { pieces: [{ as: "text", text: "a\n<b>" }] } });
    expect(sendOf(call?.fallback).wire).toEqual({
      type: "post",
      content: JSON.stringify({ zh_cn: { content: [[{ tag: "text", text: "a" }], [{ tag: "text", text: "<b>" }]] } }),
    });
  });

  test("replies within a topic, to the last message there if to nothing else", () => {
    const body: OutboxBody = { op: "message", content: { pieces: [{ as: "text", text: "hi" }] } };
    expect(sendOf(render(body, { slots: {}, anchor: id("om_9") }, topic)[0]).place).toEqual({
      replyTo: "om_9",
      inThread: true,
    });
    expect(sendOf(render(body, { slots: {}, anchor: id("om_9") }, chat)[0]).place).toEqual({});
  });

  test("that is long comes in numbered cards of at most 80 % of the limit, only the first replies, the last has the slot", () => {
    const text = Array.from({ length: 900 }, (_, i) => `Paragraph ${i} 中文 with some words to fill it up.`).join(
      "\n\n",
    );
    const calls = render({
      op: "message",
      content: { pieces: [{ as: "markdown", text }], footer: "1 s" },
      replyTo: id("om_1"),
      slot: "s",
    });
    expect(calls.length).toBeGreaterThan(1);
    const cards = calls.map((call) => JSON.parse(sendOf(call).wire.content));
    for (const card of cards) expect(jsonBytes(card)).toBeLessThanOrEqual(cardBytes);
    expect(calls.map((call) => sendOf(call).place.replyTo)).toEqual(["om_1", ...calls.slice(1).map(() => undefined)]);
    expect(calls.map((call) => call.slot)).toEqual([...calls.slice(1).map(() => undefined), "s"]);
    expect(letters(cards.flatMap(markdownOf).map(shown).join(""))).toBe(letters(text));
    expect(JSON.stringify(cards[0])).toContain(`1&#47;${calls.length}`.replace("&#47;", "/"));
  });

  test("of more than eight parts is its first part and a document with all of it", () => {
    const text = "word ".repeat(60_000);
    const [first, document, ...more] = render({ op: "message", content: { pieces: [{ as: "markdown", text }] } });
    expect(more).toEqual([]);
    expect(first?.request.kind).toBe("send");
    expect(document?.request).toMatchObject({ kind: "upload", as: "file", file: { name: "answer.md", text } });
  });
});

describe("an edit", () => {
  const content = { pieces: [{ as: "text", text: "new" }] } as const;
  test("patches the card, and sends it anew where that is refused", () => {
    const [call] = render(
      { op: "edit", slot: "s", content, orSend: true },
      { slots: { s: { messageId: id("om_5") } } },
    );
    expect(call?.request).toMatchObject({ kind: "patch", messageId: "om_5" });
    expect(call?.fallback).toMatchObject({ slot: "s", request: { kind: "send" } });
  });
  test("of a message that was never sent sends it, or does nothing", () => {
    expect(render({ op: "edit", slot: "s", content, orSend: true })).toHaveLength(1);
    expect(render({ op: "edit", slot: "s", content, orSend: false })).toEqual([]);
  });
});

describe("the end of a live frame", () => {
  const screen: Screen = { slots: { s: { messageId: id("om_5"), extra: live } } };
  test("replaces the card by its content", () => {
    const content = { pieces: [{ as: "text", text: "Stopped" }] } as const;
    expect(render({ op: "endLive", slot: "s", content }, screen)).toMatchObject([
      { slot: "s", request: { kind: "closeCard", messageId: "om_5", card: cardOf(content), extra: { card: "c1" } } },
    ]);
  });
  test("without content only ends the streaming", () => {
    const [call] = render({ op: "endLive", slot: "s" }, screen);
    expect(call?.request).not.toHaveProperty("card");
    expect(call?.request).toMatchObject({ summary: "Ended" });
  });
  test("is nothing where no card stands", () => {
    expect(render({ op: "endLive", slot: "s" })).toEqual([]);
  });
});

describe("files and marks", () => {
  test("an image is tried as an image, then as a file; its caption goes before it", () => {
    const calls = render({ op: "file", path: "/p/a.png", name: "a.png", caption: "plot", replyTo: id("om_1") });
    expect(calls.map((call) => call.request.kind)).toEqual(["send", "upload"]);
    expect(calls[1]).toMatchObject({ request: { as: "image" }, fallback: { request: { as: "file" } } });
  });
  test("a mark is a reaction, none is its removal", () => {
    expect(render({ op: "mark", messageId: id("om_1"), mark: "taken" })[0]?.request).toEqual({
      kind: "react",
      messageId: "om_1",
      emoji: "GLANCE",
    });
    expect(render({ op: "mark", messageId: id("om_1"), mark: "none" })[0]?.request).toEqual({
      kind: "react",
      messageId: "om_1",
    });
  });
});
