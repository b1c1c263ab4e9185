import { describe, expect, test } from "vitest";
import { type RenderOptions, renderBody } from "../../../adapters/telegram/outbound.ts";
import { escapeTags } from "../../../adapters/telegram/rich.ts";
import type { Content, OutboxBody, Screen } from "../../../src/model/delivery.ts";
import type { MessageId, Nonce } from "../../../src/model/ids.ts";

const empty: Screen = { slots: {} };
const standing: Screen = { slots: { s: { messageId: "77" as MessageId } } };
const text = (...lines: readonly string[]): Content => ({ pieces: lines.map((line) => ({ as: "text", text: line })) });
const render = (body: OutboxBody, screen: Screen = empty, options: RenderOptions = { richMessages: false }) =>
  renderBody(body, screen, options);
const payloads = (body: OutboxBody, screen?: Screen) => render(body, screen).map((call) => call.request.payload);
const message = (content: Content, more: Partial<Extract<OutboxBody, { op: "message" }>> = {}): OutboxBody => ({
  op: "message",
  content,
  ...more,
});
const nonce = "n1" as Nonce;

describe("a message", () => {
  test("is one send without link previews that rings and replies", () => {
    const calls = render(message(text("hello"), { replyTo: "5" as MessageId, slot: "s" }));
    expect(calls).toEqual([
      {
        method: "sendMessage",
        request: {
          payload: {
            text: "hello",
            link_preview_options: { is_disabled: true },
            reply_parameters: { message_id: 5, allow_sending_without_reply: true },
          },
        },
        slot: "s",
        idempotent: false,
        cost: "message",
        fallback: {
          method: "sendMessage",
          request: { payload: { text: "hello", link_preview_options: { is_disabled: true } } },
          slot: "s",
          idempotent: false,
          cost: "message",
        },
      },
    ]);
  });

  test("is silent when told so", () => {
    expect(payloads(message(text("x"), { ring: false }))[0]).toMatchObject({ disable_notification: true });
    expect(payloads(message(text("x")))[0]).not.toHaveProperty("disable_notification");
  });

  test("sets its pieces on lines of their own and formats each its way", () => {
    const pieces: Content["pieces"] = [
      { as: "bold", text: "Codex asks" },
      { as: "code", text: "git push" },
      { as: "text", text: "in *app* <b>" },
      { as: "code", text: "a\nb", language: "sh" },
      { as: "fold", text: "log" },
      { as: "markdown", text: "say **so**" },
    ];
    expect(payloads(message({ pieces, footer: "42 s" }))[0]).toMatchObject({
      text: "Codex asks\ngit push\nin *app* <b>\na\nb\nlog\nsay so\n\n42 s",
      entities: [
        { type: "bold", offset: 0, length: 10 },
        { type: "code", offset: 11, length: 8 },
        { type: "pre", language: "sh", offset: 33, length: 3 },
        { type: "expandable_blockquote", offset: 37, length: 3 },
        { type: "bold", offset: 45, length: 2 },
      ],
    });
  });

  test("has a fallback without entities and reply, with its buttons", () => {
    const content: Content = { pieces: [{ as: "bold", text: "x" }], buttons: [[{ label: "Yes", nonce }]] };
    expect(render(message(content))[0]?.fallback?.request.payload).toEqual({
      text: "x",
      link_preview_options: { is_disabled: true },
      reply_markup: { inline_keyboard: [[{ text: "Yes", callback_data: "n1" }]] },
    });
  });

  test("asks for a reply only where there are no buttons", () => {
    expect(payloads(message({ ...text("why?"), forceReply: true }))[0]).toMatchObject({
      reply_markup: { force_reply: true, selective: true },
    });
    expect(
      payloads(message({ ...text("x"), forceReply: true, buttons: [[{ label: "A", nonce, style: "danger" }]] }))[0],
    ).toMatchObject({
      reply_markup: { inline_keyboard: [[{ text: "A", callback_data: "n1", style: "danger" }]] },
    });
  });

  test("without anything to show is no call", () => {
    expect(render(message({ pieces: [{ as: "markdown", text: "" }] }))).toEqual([]);
  });
});

describe("a long message", () => {
  const paragraph = (index: number): string => `${index}. ${"word ".repeat(60)}`;
  const long = Array.from({ length: 40 }, (_, index) => paragraph(index)).join("\n\n");
  const content: Content = {
    pieces: [{ as: "markdown", text: long }],
    footer: "42 s",
    buttons: [[{ label: "Diff", nonce }]],
  };

  test("becomes numbered parts within the limit; the first replies and rings, the last has footer and buttons", () => {
    const parts = payloads(message(content, { replyTo: "5" as MessageId }));
    expect(parts.length).toBeGreaterThan(2);
    for (const [index, part] of parts.entries()) {
      const last = index === parts.length - 1;
      expect(String(part.text).length).toBeLessThanOrEqual(4096);
      expect(String(part.text)).toContain(`${index + 1}/${parts.length}`);
      expect("reply_parameters" in part).toBe(index === 0);
      expect(part.disable_notification).toBe(index === 0 ? undefined : true);
      expect("reply_markup" in part).toBe(last);
      expect(String(part.text).endsWith("42 s")).toBe(last);
    }
  });

  test("of more than eight parts becomes the first part and a document of everything", () => {
    const whole = "line of the answer\n".repeat(4000);
    const calls = render(message({ ...content, pieces: [{ as: "markdown", text: whole }] }, { slot: "s" }));
    expect(calls.map((call) => call.method)).toEqual(["sendMessage", "sendDocument"]);
    expect(calls[1]?.request.upload).toMatchObject({ field: "document", file: { name: "answer.md", text: whole } });
    expect(calls[1]?.request.payload).toMatchObject({
      caption: "42 s",
      reply_markup: { inline_keyboard: [[{ text: "Diff" }]] },
    });
    expect(calls.map((call) => call.slot)).toEqual([undefined, "s"]);
  });
});

describe("an edit", () => {
  test("changes the message of its slot and can be repeated", () => {
    const [call] = render({ op: "edit", slot: "s", content: text("new"), orSend: true }, standing);
    expect(call).toMatchObject({
      method: "editMessageText",
      idempotent: true,
      cost: "edit",
      request: { payload: { message_id: 77, text: "new" } },
    });
    expect(call?.fallback).toMatchObject({ method: "sendMessage", slot: "s", idempotent: false });
  });

  test("without a message sends it anew, or does nothing if not asked to", () => {
    expect(render({ op: "edit", slot: "s", content: text("new"), orSend: true })).toMatchObject([
      { method: "sendMessage", slot: "s" },
    ]);
    expect(render({ op: "edit", slot: "s", content: text("new"), orSend: false })).toEqual([]);
  });

  test("over the limit is cut where one can see it", () => {
    const [payload] = payloads({ op: "edit", slot: "s", content: text("x".repeat(5000)), orSend: false }, standing);
    expect(payload?.text).toBe(`${"x".repeat(4095)}…`);
  });
});

describe("the end of a live frame", () => {
  test("replaces the status message, or removes it", () => {
    expect(render({ op: "endLive", slot: "s", content: text("Done") }, standing)).toMatchObject([
      { method: "editMessageText", request: { payload: { message_id: 77, text: "Done" } } },
    ]);
    expect(render({ op: "endLive", slot: "s" }, standing)).toMatchObject([
      { method: "deleteMessage", request: { payload: { message_id: 77 } } },
    ]);
  });

  test("is nothing where the frame was a draft", () => {
    expect(render({ op: "endLive", slot: "s", content: text("Done") })).toEqual([]);
  });
});

describe("marks and files", () => {
  test.each([
    ["taken", [{ type: "emoji", emoji: "👀" }]],
    ["steered", [{ type: "emoji", emoji: "✍" }]],
    ["waiting", [{ type: "emoji", emoji: "🤔" }]],
    ["dropped", [{ type: "emoji", emoji: "👎" }]],
    ["none", []],
  ] as const)("the mark %s is the reaction %j", (mark, reaction) => {
    expect(payloads({ op: "mark", messageId: "5" as MessageId, mark })).toEqual([{ message_id: 5, reaction }]);
  });

  test("a file is a document, a picture a photo that falls back to a document", () => {
    expect(render({ op: "file", path: "/x/a.log", name: "a.log", caption: "log" })).toMatchObject([
      {
        method: "sendDocument",
        request: {
          payload: { caption: "log" },
          upload: { field: "document", file: { path: "/x/a.log", name: "a.log" } },
        },
      },
    ]);
    const [photo] = render({ op: "file", path: "/x/a.png", name: "a.PNG" });
    expect(photo).toMatchObject({
      method: "sendPhoto",
      request: { upload: { field: "photo", maxBytes: 10_000_000 } },
      fallback: { method: "sendDocument" },
    });
  });
});

describe("rich messages", () => {
  const final = message({ pieces: [{ as: "markdown", text: "# Hi <b>" }], footer: "1 s" }, { endsLive: "t" });

  test("carry finals when asked for, with entities as fallback", () => {
    const [call] = render(final, empty, { richMessages: true });
    expect(call).toMatchObject({
      method: "sendRichMessage",
      request: { payload: { rich_message: { markdown: "# Hi \\<b>\n\n1 s", skip_entity_detection: true } } },
      fallback: { method: "sendMessage" },
    });
    expect(call?.request.payload).not.toHaveProperty("text");
  });

  test("are not used unasked or for other messages", () => {
    expect(render(final)[0]?.method).toBe("sendMessage");
    expect(render(message({ pieces: [{ as: "markdown", text: "x" }] }), empty, { richMessages: true })[0]?.method).toBe(
      "sendMessage",
    );
  });

  test.each([
    ["<details>", "\\<details>"],
    ["a \\<b> c", "a \\<b> c"],
    ["a \\\\<b>", "a \\\\\\<b>"],
    ["`a<b>` <c>", "`a<b>` \\<c>"],
    ["```\n<x>\n```\n<y>", "```\n<x>\n```\n\\<y>"],
    ["- ```\n  <x>\n  ```", "- ```\n  <x>\n  ```"],
  ])("tags of the model never become live: %s", (source, safe) => {
    expect(escapeTags(source)).toBe(safe);
  });
});
