import { describe, expect, test } from "vitest";
import { ada, eventsOf, group, messageOf, messageUpdate, ourBot, privateChat } from "./fixtures.ts";

describe("messages", () => {
  test("a private text is a message for the bot, dated in milliseconds and keyed by chat and message", () => {
    expect(messageOf({ text: "hello" })).toEqual({
      kind: "message",
      dedupe: "m1001-5",
      at: { chat: "telegram~main~1001", private: true, title: "@ada" },
      addressed: true,
      message: {
        messageId: "5",
        person: { id: "telegram:1001", name: "@ada", language: "en" },
        sentAt: 1_700_000_000_000,
        text: "hello",
        attachments: [],
      },
    });
  });

  test("a person without username goes by first name", () => {
    expect(messageOf({ text: "x", from: { id: 9, is_bot: false, first_name: "Bo" } }).message.person).toEqual({
      id: "telegram:9",
      name: "Bo",
    });
  });

  test("the largest size of a photo is an image, its caption the text", () => {
    const photo = [
      { file_id: "small", width: 90, height: 60, file_size: 1 },
      { file_id: "large", width: 1280, height: 800, file_size: 900 },
      { file_id: "middle", width: 320, height: 200, file_size: 90 },
    ];
    const { message } = messageOf({ photo, caption: "look", media_group_id: "album" });
    expect(message.attachments).toEqual([{ kind: "image", ref: "large", size: 900 }]);
    expect(message).toMatchObject({ text: "look", albumId: "album" });
  });

  test.each(["document", "audio", "voice", "video", "video_note"])("a %s is a file", (field) => {
    const file = { file_id: "f", file_name: "a.bin", mime_type: "x/y", file_size: 3 };
    expect(messageOf({ [field]: file }).message.attachments).toEqual([
      { kind: "file", ref: "f", name: "a.bin", mime: "x/y", size: 3 },
    ]);
  });

  test("an animation is one file although it comes with a copy of itself as document", () => {
    expect(messageOf({ animation: { file_id: "a" }, document: { file_id: "d" } }).message.attachments).toEqual([
      { kind: "file", ref: "a" },
    ]);
  });

  test.each([
    [{ sticker: { emoji: "👍" } }, "[sticker 👍]"],
    [{ sticker: {} }, "[sticker]"],
    [{ location: { latitude: 52.5, longitude: 13.4 } }, "[location 52.5, 13.4]"],
    [
      {
        location: { latitude: 1, longitude: 2 },
        venue: { location: { latitude: 1, longitude: 2 }, title: "Café", address: "Main St" },
      },
      "[place Café, Main St (1, 2)]",
    ],
    [{ contact: { phone_number: "+49", first_name: "Bo" } }, "[contact Bo +49]"],
    [{ poll: { question: "Which?", options: [{ text: "a" }, { text: "b" }] } }, "[poll Which?: a / b]"],
    [{ dice: { emoji: "🎲", value: 5 } }, "[🎲 5]"],
  ])("%j reads as %s", (fields, text) => {
    expect(messageOf(fields).message).toMatchObject({ text, attachments: [] });
  });

  test("a reply to the bot carries its text, its quote and that it is ours", () => {
    const { message } = messageOf({
      text: "why",
      reply_to_message: { message_id: 3, from: ourBot, text: "long answer" },
      quote: { text: "answer" },
    });
    expect(message.replyTo).toEqual({ messageId: "3", text: "long answer", quote: "answer", own: true });
  });

  test("a quote from another chat is kept", () => {
    const { message } = messageOf({ text: "this", external_reply: { message_id: 8 }, quote: { text: "there" } });
    expect(message.replyTo).toEqual({ messageId: "8", quote: "there", own: false });
  });

  test("the opening message of a topic is no reply, even if the bot opened it", () => {
    const event = messageOf({
      chat: group,
      text: "hi",
      message_thread_id: 45,
      is_topic_message: true,
      reply_to_message: { message_id: 45, from: ourBot, forum_topic_created: { name: "t" } },
    });
    expect(event.message.replyTo).toBeUndefined();
    expect(event.addressed).toBe(false);
    expect(event.at.chat).toBe("telegram~main~-100123~45");
  });

  test("a topic of a private chat has its own key, a reply thread outside topics has not", () => {
    expect(messageOf({ text: "a", message_thread_id: 6, is_topic_message: true }).at.chat).toBe("telegram~main~1001~6");
    expect(messageOf({ text: "a", chat: group, message_thread_id: 6 }).at.chat).toBe("telegram~main~-100123");
  });

  test.each([
    [{ type: "user", sender_user: { id: 2, is_bot: false, first_name: "Bo", username: "bo" } }, "@bo"],
    [{ type: "hidden_user", sender_user_name: "Someone" }, "Someone"],
    [{ type: "channel", chat: { id: -1, type: "channel", title: "News" } }, "News"],
    [{ type: "chat", sender_chat: { id: -1, type: "group", title: "Team" } }, "Team"],
  ])("a forward of %j names its origin", (forward_origin, name) => {
    expect(messageOf({ text: "x", forward_origin }).message.forwardedFrom).toBe(name);
  });
});

describe("addressing in groups", () => {
  const at = (text: string, type: string, part: string, more = {}) => ({
    chat: group,
    text,
    entities: [{ type, offset: text.indexOf(part), length: part.length, ...more }],
  });
  test.each([
    ["plain talk", { chat: group, text: "our_bot is nice" }, false],
    ["the name as mere text", { chat: group, text: "mail me@our_bot.example" }, false],
    ["a mention, in any case", at("hey @our_BOT go", "mention", "@our_BOT"), true],
    ["a mention of a longer name", at("hey @our_bot2 go", "mention", "@our_bot2"), false],
    ["a mention by link", at("hey Bot", "text_mention", "Bot", { user: ourBot }), true],
    ["a command for us", at("/new@our_bot x", "bot_command", "/new@our_bot"), true],
    ["a command for another bot", at("/new@other_bot x", "bot_command", "/new@other_bot"), false],
    ["a command for nobody in particular", at("/new x", "bot_command", "/new"), false],
    ["a reply to us", { chat: group, text: "yes", reply_to_message: { message_id: 1, from: ourBot, text: "?" } }, true],
    [
      "a reply to another",
      { chat: group, text: "yes", reply_to_message: { message_id: 1, from: ada, text: "?" } },
      false,
    ],
  ])("%s", (_what, fields, addressed) => {
    expect(messageOf(fields).addressed).toBe(addressed);
  });

  test("our name is taken off the start of a message, and stays where it is part of what is said", () => {
    expect(messageOf(at("@our_bot fix it", "mention", "@our_bot")).message.text).toBe("fix it");
    expect(messageOf(at("@our_bot /status", "mention", "@our_bot")).message.text).toBe("/status");
    expect(messageOf(at("ask @our_bot", "mention", "@our_bot")).message.text).toBe("ask @our_bot");
  });

  test("our suffix is taken off commands, another bot's stays", () => {
    expect(messageOf(at("/new@our_bot fix it", "bot_command", "/new@our_bot")).message.text).toBe("/new fix it");
    expect(messageOf(at("/new@other_bot x", "bot_command", "/new@other_bot")).message.text).toBe("/new@other_bot x");
  });
});

describe("what is not routed", () => {
  test.each([
    ["a bot's message", { from: { ...ada, is_bot: true }, text: "x" }],
    ["an anonymous admin", { chat: group, sender_chat: group, text: "x" }],
    ["a channel post", { chat: { id: -1, type: "channel", title: "c" }, text: "x" }],
    ["a business message", { business_connection_id: "b", text: "x" }],
    ["a guest message", { guest_query_id: "g", text: "x" }],
    ["a message without sender", { from: undefined, text: "x" }],
    ["a service message", { new_chat_title: "t" }],
  ])("%s", (_what, fields) => {
    expect(eventsOf(messageUpdate(fields))).toEqual([]);
  });

  test("an update of a kind unknown to us", () => {
    expect(eventsOf({ update_id: 1, something_new: { a: 1 } })).toEqual([]);
  });
});

describe("other updates", () => {
  test("an edit is keyed by its date and text, so that two edits in a second differ", () => {
    const edit = (text: string) =>
      eventsOf({
        update_id: 8,
        edited_message: { message_id: 5, date: 1, edit_date: 9, chat: privateChat, from: ada, text },
      })[0];
    expect(edit("a")).toMatchObject({ kind: "edit", message: { text: "a" } });
    expect(edit("a")?.dedupe).toMatch(/^e1001-5-9-[0-9a-f]+$/);
    expect(edit("a")?.dedupe).not.toBe(edit("b")?.dedupe);
    expect(edit("a")?.dedupe).toBe(edit("a")?.dedupe);
  });

  test("a live location that moves is no edit", () => {
    expect(
      eventsOf({
        update_id: 8,
        edited_message: {
          message_id: 5,
          date: 1,
          chat: privateChat,
          from: ada,
          location: { latitude: 1, longitude: 1 },
        },
      }),
    ).toEqual([]);
  });

  test("a tap carries its nonce and the message it hangs on", () => {
    const message = { message_id: 6, chat: group, message_thread_id: 45, is_topic_message: true, date: 0 };
    expect(
      eventsOf({ update_id: 9, callback_query: { id: "77", from: ada, data: "nonce", message, chat_instance: "x" } }),
    ).toEqual([
      {
        kind: "tap",
        dedupe: "c77",
        at: { chat: "telegram~main~-100123~45", private: false, title: "Team" },
        person: { id: "telegram:1001", name: "@ada", language: "en" },
        nonce: "nonce",
        messageId: "6",
      },
    ]);
  });

  test("the native stop button is a stop of that draft by the chat's person", () => {
    expect(
      eventsOf({
        update_id: 10,
        stopped_message_generation: { chat: privateChat, draft_id: 99, message_thread_id: 6 },
      }),
    ).toEqual([
      {
        kind: "stop",
        dedupe: "s10",
        at: { chat: "telegram~main~1001~6", private: true, title: "@ada" },
        person: { id: "telegram:1001", name: "@ada" },
        draftId: 99,
      },
    ]);
  });

  test.each([
    [{ status: "kicked" }, 1],
    [{ status: "left" }, 1],
    [{ status: "restricted", is_member: false }, 1],
    [{ status: "restricted", is_member: true }, 0],
    [{ status: "member" }, 0],
  ])("membership %j means gone: %i", (new_chat_member, count) => {
    const events = eventsOf({ update_id: 11, my_chat_member: { chat: group, from: ada, date: 1, new_chat_member } });
    expect(events).toHaveLength(count);
    if (count === 1)
      expect(events[0]).toMatchObject({ kind: "gone", dedupe: "g11", at: { chat: "telegram~main~-100123" } });
  });

  test("both service messages of a migration tell the same move once", () => {
    const old = { id: -55, type: "group", title: "Team" };
    const [leaving] = eventsOf(messageUpdate({ chat: old, migrate_to_chat_id: -100123 }));
    const [arriving] = eventsOf(messageUpdate({ chat: group, migrate_from_chat_id: -55 }));
    expect(leaving).toMatchObject({ kind: "moved", at: { chat: "telegram~main~-55" }, to: "telegram~main~-100123" });
    expect(arriving).toEqual(leaving);
  });
});
