import { describe, expect, test } from "vitest";
import { fromClick, fromMessage, fromReaction, fromRecall } from "../../../adapters/feishu/inbound.ts";
import { readContent, readRef } from "../../../adapters/feishu/inbound-content.ts";
import type { WireReceived, WireStored } from "../../../adapters/feishu/wire.ts";

const context = { account: "main", appId: "cli_own", botId: "ou_bot" };
const around = { name: "Ada", title: "Team" };

function received(content: object, more: Partial<WireReceived["message"]> = {}): WireReceived {
  return {
    sender: { sender_id: { open_id: "ou_ada" }, sender_type: "user" },
    message: {
      message_id: "om_1",
      create_time: "1700000000000",
      chat_id: "oc_1",
      chat_type: "group",
      message_type: "text",
      content: JSON.stringify(content),
      ...more,
    },
  };
}

const mention = (n: number, id: string, name: string) => ({ key: `@_user_${n}`, id: { open_id: id }, name });
const read = (event: WireReceived, parent?: WireStored) => {
  const told = fromMessage(event, parent === undefined ? around : { ...around, parent }, context);
  if (told?.kind !== "message") throw new Error("no message");
  return told;
};

describe("a mention", () => {
  test("of the bot addresses it and is no part of the letter; others keep their names, ten and more of them", () => {
    const mentions = [mention(1, "ou_bot", "Hotline"), mention(2, "ou_zed", "Zed"), mention(20, "ou_kim", "Kim")];
    const told = read(received({ text: "@_user_1 tell @_user_20 and @_user_2 please" }, { mentions }));
    expect(told.addressed).toBe(true);
    expect(told.message.text).toBe("tell @Kim and @Zed please");
  });

  test("of everybody, or something that looks like one, is not the bot's", () => {
    expect(read(received({ text: "@_all lunch!" })).addressed).toBe(false);
    expect(read(received({ text: "mail x@_allow.com" })).addressed).toBe(false);
  });
});

describe("a reply", () => {
  const parent = (id: string): WireStored => ({
    message_id: "om_0",
    msg_type: "text",
    sender: { id, sender_type: "app" },
    body: { content: JSON.stringify({ text: "before" }) },
  });

  test("to a message of ours is for us and quotes it; to another app's it is not", () => {
    const event = received({ text: "why" }, { parent_id: "om_0" });
    expect(read(event, parent("cli_own"))).toMatchObject({
      addressed: true,
      message: { replyTo: { messageId: "om_0", own: true, text: "before" } },
    });
    expect(read(event, parent("cli_other")).addressed).toBe(false);
  });
});

describe("a place", () => {
  test("is the chat, and in a topic the topic; a private chat is always for the bot", () => {
    expect(read(received({ text: "x" }, { thread_id: "omt_1" })).at).toEqual({
      chat: "feishu~main~oc_1~omt_1",
      private: false,
      title: "Team",
      anchor: "om_1",
    });
    expect(read(received({ text: "x" }, { chat_type: "p2p" }))).toMatchObject({
      addressed: true,
      at: { private: true },
    });
  });

  test("of an app's own message is nobody's", () => {
    const event = { ...received({ text: "x" }), sender: { sender_type: "app" } };
    expect(fromMessage(event, around, context)).toBeUndefined();
  });
});

test.each([
  ["image", { image_key: "img_1" }, { text: "", attachments: [{ kind: "image" }] }],
  ["file", { file_key: "f", file_name: "a.csv" }, { text: "", attachments: [{ kind: "file", name: "a.csv" }] }],
  ["audio", { file_key: "f" }, { text: "", attachments: [{ kind: "file", mime: "audio/ogg" }] }],
  ["sticker", { file_key: "f" }, { text: "[sticker]", attachments: [] }],
  ["vote", {}, { text: "[vote]", attachments: [] }],
  [
    "post",
    {
      title: "Plan",
      content: [
        [
          { tag: "text", text: "see " },
          { tag: "a", text: "this", href: "https://a.bc" },
        ],
        [{ tag: "img", image_key: "img_2" }],
        [{ tag: "code_block", language: "TS", text: "a<b" }],
      ],
    },
    { text: "Plan\nsee [this](https://a.bc)\n\n\n```ts\na<b\n```\n", attachments: [{ kind: "image" }] },
  ],
])("a message of type %s is read", (type, content, expected) => {
  expect(readContent("om_1", type, JSON.stringify(content))).toMatchObject(expected);
});

test("an attachment names its message, key and type", () => {
  const [file] = readContent("om_1", "file", JSON.stringify({ file_key: "f", file_name: "x" })).attachments;
  expect(readRef(file?.ref ?? "")).toEqual({ message: "om_1", key: "f", type: "file" });
});

test("a card of ours is quoted by its words, without footer, tags and references", () => {
  const card = {
    body: {
      elements: [
        { tag: "markdown", content: "a &#60;b&#62; **c**" },
        { tag: "markdown", content: "<font color='grey'>1 s</font>", text_size: "notation" },
        { tag: "button", text: { tag: "plain_text", content: "Stop" } },
      ],
    },
  };
  expect(readContent("om_1", "interactive", JSON.stringify(card)).text).toBe("a <b> **c**");
});

test("a click carries its nonce; any other value is no button of ours", () => {
  const click = (value: unknown) =>
    fromClick(
      {
        event_id: "ev",
        operator: { open_id: "ou_ada" },
        action: { value },
        context: { open_message_id: "om_9", open_chat_id: "oc_1" },
      },
      { private: false, thread: undefined, name: "Ada" },
      context,
    ).nonce;
  expect(click({ n: "abc" })).toBe("abc");
  for (const odd of ["abc", { n: 1 }, null, undefined, [], { x: 1 }]) expect(click(odd)).toBe("");
});

test("a recall names the message as it was taken; only an OK of a person is a reaction", () => {
  expect(fromRecall({ message_id: "om_1", chat_id: "oc_1" }, undefined, context)).toMatchObject({ of: "mom_1" });
  const known: WireStored = { message_id: "om_1", msg_type: "text", chat_id: "oc_1" };
  const reacted = (emoji: string, operator = "user") =>
    fromReaction(
      {
        message_id: "om_1",
        reaction_type: { emoji_type: emoji },
        operator_type: operator,
        user_id: { open_id: "ou_ada" },
        action_time: "1",
      },
      known,
      "Ada",
      context,
    );
  expect(reacted("OK")).toMatchObject({ kind: "ok", messageId: "om_1" });
  expect(reacted("SMILE")).toBeUndefined();
  expect(reacted("OK", "app")).toBeUndefined();
});
