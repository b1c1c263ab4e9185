import { InputFile } from "grammy";
import { describe, expect, it } from "vitest";
import { call, client, harness, refusal, stoppedClock, words } from "./telegram-harness.ts";

const missing = 99_999;

describe("tokens and methods", () => {
  it("answers a wrong token with 401, a malformed one with 404, a revoked one with 401", async () => {
    const { emulator, api } = await harness();
    expect(await words(client(emulator, "1:wrong").getMe())).toBe("401 Unauthorized");
    expect(await words(client(emulator, "nonsense").getMe())).toBe("404 Not Found");
    expect((await api.getMe()).username).toBe("hotline_test_bot");
    emulator.revokeToken();
    expect(await words(api.getMe())).toBe("401 Unauthorized");
  });

  it("knows no method that the Bot API does not have, and records the call", async () => {
    const { emulator, api } = await harness();
    expect(await words(call(api, "sendTelepathy"))).toBe("404 Not Found: method not found");
    expect(emulator.violations.map(({ kind, method }) => [kind, method])).toEqual([["schema", "sendTelepathy"]]);
  });

  it("refuses a real method that has no behaviour here", async () => {
    const { emulator, api, chat } = await harness();
    expect(await words(api.sendDice(chat.id, "🎲"))).toBe("400 Bad Request: emulator: sendDice is not emulated");
    expect(emulator.violations).toHaveLength(1);
  });

  it.each([
    ["an unknown parameter", { text: "a", colour: "red" }, 'unknown parameter "colour"'],
    ["a deprecated parameter", { text: "a", reply_to_message_id: 1 }, 'unknown parameter "reply_to_message_id"'],
    ["a wrong type", { text: 5 }, '"text" must be a string'],
    [
      "an unknown nested field",
      { text: "a", link_preview_options: { hidden: true } },
      'unknown field "link_preview_options.hidden"',
    ],
    ["an unknown entity", { text: "a", entities: [{ type: "huge", offset: 0, length: 1 }] }, '"entities.0.type"'],
    [
      "a button without action",
      { text: "a", reply_markup: { inline_keyboard: [[{ text: "a" }]] } },
      '"reply_markup.inline_keyboard.0.0',
    ],
    [
      "an unknown button field",
      { text: "a", reply_markup: { inline_keyboard: [[{ text: "a", callback_data: "x", size: 2 }]] } },
      "size",
    ],
    ["parse_mode", { text: "<b>a</b>", parse_mode: "HTML" }, "parse_mode"],
  ])("refuses %s and records it", async (_name, payload, expected) => {
    const { emulator, api, chat } = await harness();
    expect(await words(call(api, "sendMessage", { chat_id: chat.id, ...payload }))).toContain(expected);
    expect(emulator.violations).toHaveLength(1);
    expect(emulator.messages(chat)).toEqual([]);
  });

  it("holds lengths and ranges of the documentation", async () => {
    const { api } = await harness();
    expect(await words(api.answerCallbackQuery("1", { text: "x".repeat(201) }))).toContain(
      '"text" must be 0-200 characters, is 201',
    );
    expect(await words(api.getUpdates({ limit: 101 }))).toContain('"limit" must be 1-100 value, is 101');
    expect(await words(call(api, "getUpdates", { allowed_updates: ["messages"] }))).toContain(
      '"allowed_updates.0" has no value "messages"',
    );
  });
});

describe("texts", () => {
  it("counts 4096 code points after trimming", async () => {
    const { api, chat } = await harness();
    await api.sendMessage(chat.id, "😀".repeat(4096));
    await api.sendMessage(chat.id, `${"a".repeat(4096)}\n \n`);
    expect(await words(api.sendMessage(chat.id, "a".repeat(4097)))).toBe("400 Bad Request: message is too long");
    expect(await words(api.sendMessage(chat.id, "é".repeat(16_385)))).toBe("400 Bad Request: text is too long");
  });

  it.each(["", " \n "])("has no message %j", async (text) => {
    const { api, chat } = await harness();
    expect(await words(api.sendMessage(chat.id, text))).toBe("400 Bad Request: message text is empty");
  });

  it("refuses lone surrogates", async () => {
    const { api, chat } = await harness();
    expect(await words(api.sendMessage(chat.id, "a\ud83d"))).toBe("400 Bad Request: strings must be encoded in UTF-8");
  });

  it("refuses bytes that are not UTF-8", async () => {
    const { emulator } = await harness();
    const body = Buffer.from([0x7b, 0x22, 0x61, 0x22, 0x3a, 0x22, 0xff, 0x22, 0x7d]);
    const response = await fetch(`${emulator.url}/bot${emulator.token}/sendMessage`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      ok: false,
      description: "Bad Request: strings must be encoded in UTF-8",
    });
  });

  it("shows what Telegram shows: blanks at the ends gone, tabs as spaces, entities moved", async () => {
    const { emulator, api, chat } = await harness();
    await api.sendMessage(chat.id, "\n a\tb\r\nc  \n", { entities: [{ type: "bold", offset: 6, length: 3 }] });
    const [message] = emulator.messages(chat);
    expect(message?.text).toBe("a b\nc");
    expect(message?.entities).toEqual([{ type: "bold", offset: 3, length: 2 }]);
  });
});

describe("entities", () => {
  const bold = (offset: number, length: number) => ({ type: "bold" as const, offset, length });

  it.each([
    [
      [bold(2, 3)],
      "400 Bad Request: entity beginning at UTF-16 offset 2 ends after the end of the text at UTF-16 offset 5",
    ],
    [[bold(1, 1)], "400 Bad Request: entity begins in a middle of a UTF-16 symbol at byte offset 0"],
    [
      [bold(0, 1)],
      "400 Bad Request: entity beginning at UTF-16 offset 0 ends in a middle of a UTF-16 symbol at byte offset 0",
    ],
  ])("checks the bounds of %j", async (entities, expected) => {
    const { api, chat } = await harness();
    expect(await words(api.sendMessage(chat.id, "😀ab", { entities }))).toBe(expected);
  });

  it.each([
    ["an overlap", [bold(0, 3), { type: "italic", offset: 2, length: 3 }], "overlap"],
    ["bold code", [bold(0, 5), { type: "code", offset: 1, length: 2 }], "code and pre contain nothing"],
    [
      "a quoted pre",
      [
        { type: "blockquote", offset: 0, length: 5 },
        { type: "pre", offset: 1, length: 2 },
      ],
      "code and pre",
    ],
    [
      "a quote in a quote",
      [
        { type: "blockquote", offset: 0, length: 5 },
        { type: "expandable_blockquote", offset: 1, length: 2 },
      ],
      "cannot be nested",
    ],
    [
      "a link in a link",
      [
        { type: "text_link", url: "https://a.b", offset: 0, length: 5 },
        { type: "url", offset: 1, length: 2 },
      ],
      "cannot contain each other",
    ],
    ["an empty one", [bold(1, 0)], "is empty"],
    ["a relative link", [{ type: "text_link", url: "src/a.ts", offset: 0, length: 5 }], "would be dropped"],
    ["more than 100", Array.from({ length: 101 }, (_, at) => bold(at, 1)), "only 100 are shown"],
  ])("refuses %s and records it", async (_name, entities, expected) => {
    const { emulator, api, chat } = await harness();
    expect(await words(call(api, "sendMessage", { chat_id: chat.id, text: "abcdef".repeat(20), entities }))).toContain(
      expected,
    );
    expect(emulator.violations[0]?.kind).toBe("strict");
  });

  it("takes bold around italic and a quote with bold", async () => {
    const { emulator, api, chat } = await harness();
    await api.sendMessage(chat.id, "abcdef", {
      entities: [{ type: "blockquote", offset: 0, length: 6 }, bold(0, 4), { type: "italic", offset: 1, length: 2 }],
    });
    expect(emulator.violations).toEqual([]);
  });
});

describe("buttons, reactions, drafts, taps", () => {
  const keyboard = (text: string, callback_data: string) => ({
    reply_markup: { inline_keyboard: [[{ text, callback_data }]] },
  });

  it("takes 64 bytes of data and no more, and no empty label", async () => {
    const { api, chat } = await harness();
    await api.sendMessage(chat.id, "a", keyboard("ok", "x".repeat(64)));
    expect(await words(api.sendMessage(chat.id, "a", keyboard("ok", "é".repeat(33))))).toBe(
      "400 Bad Request: BUTTON_DATA_INVALID",
    );
    expect(await words(api.sendMessage(chat.id, "a", keyboard("ok", "")))).toBe("400 Bad Request: BUTTON_DATA_INVALID");
    expect(await words(api.sendMessage(chat.id, "a", keyboard(" ", "x")))).toBe(
      "400 Bad Request: inline keyboard button text must be non-empty",
    );
  });

  it("reacts with the fixed list only, once", async () => {
    const { emulator, api, ann, chat } = await harness();
    const message = emulator.phone.say(chat, ann, "hi");
    for (const emoji of ["👀", "✍", "👨‍💻", "🤔", "⚡", "👍", "👎"] as const)
      await api.setMessageReaction(chat.id, message.id, [{ type: "emoji", emoji }]);
    expect(message.reactions).toEqual(["👎"]);
    for (const emoji of ["✅", "❌", "⏳"]) {
      const sent = call(api, "setMessageReaction", {
        chat_id: chat.id,
        message_id: message.id,
        reaction: [{ type: "emoji", emoji }],
      });
      expect(await words(sent)).toBe("400 Bad Request: REACTION_INVALID");
    }
    const two = [
      { type: "emoji" as const, emoji: "👍" as const },
      { type: "emoji" as const, emoji: "👎" as const },
    ];
    expect(await words(api.setMessageReaction(chat.id, message.id, two))).toBe("400 Bad Request: REACTIONS_TOO_MANY");
    expect(await words(api.setMessageReaction(chat.id, missing, []))).toBe(
      "400 Bad Request: message to react not found",
    );
  });

  it("has drafts in private chats only and no draft 0", async () => {
    const { emulator, api, chat } = await harness();
    const group = emulator.group(-5);
    expect(await words(api.sendMessageDraft(group.id, 1, "a"))).toBe("400 Bad Request: TEXTDRAFT_PEER_INVALID");
    expect(await words(api.sendMessageDraft(chat.id, 0, "a"))).toBe("400 Bad Request: TEXTDRAFT_PEER_INVALID");
  });

  it("takes one answer to a tap, in time", async () => {
    const clock = stoppedClock();
    const { emulator, api, ann, chat } = await harness({ now: clock.now });
    const tooOld = "400 Bad Request: query is too old and response timeout expired or query ID is invalid";
    await api.sendMessage(chat.id, "a", keyboard("ok", "nonce"));
    const [message] = emulator.messages(chat);
    if (message === undefined) throw new Error("no message");
    const tap = emulator.phone.tap(message, "ok", ann);
    await api.answerCallbackQuery(tap.id, { text: "done", show_alert: true });
    expect(await tap.answer).toEqual({ text: "done", alert: true });
    expect(await words(api.answerCallbackQuery(tap.id))).toBe(tooOld);
    const late = emulator.phone.tap(message, "nonce", ann);
    clock.advance(15_001);
    expect(await words(api.answerCallbackQuery(late.id))).toBe(tooOld);
    expect(() => emulator.phone.tap(message, "no", ann)).toThrow('has no button "no" to tap; it shows [ok]');
  });
});

describe("messages and chats", () => {
  it("misses what is not there", async () => {
    const { api, chat } = await harness();
    expect(await words(api.sendMessage(404, "a"))).toBe("400 Bad Request: chat not found");
    expect(await words(api.editMessageText(chat.id, missing, "a"))).toBe("400 Bad Request: message to edit not found");
    expect(await words(api.deleteMessage(chat.id, missing))).toBe("400 Bad Request: message to delete not found");
    expect(await words(api.sendMessage(chat.id, "a", { message_thread_id: 5 }))).toBe(
      "400 Bad Request: message thread not found",
    );
    const reply = { reply_parameters: { message_id: missing } };
    expect(await words(api.sendMessage(chat.id, "a", reply))).toBe("400 Bad Request: message to be replied not found");
    await api.sendMessage(chat.id, "a", {
      reply_parameters: { message_id: missing, allow_sending_without_reply: true },
    });
  });

  it("says when an edit changes nothing, and takes buttons away that are not sent again", async () => {
    const { emulator, api, chat } = await harness();
    const sent = await api.sendMessage(chat.id, "a", {
      reply_markup: { inline_keyboard: [[{ text: "b", callback_data: "c" }]] },
    });
    await api.editMessageText(chat.id, sent.message_id, "a");
    expect(await words(api.editMessageText(chat.id, sent.message_id, "a "))).toMatch(
      /^400 Bad Request: message is not modified: /u,
    );
    const [message] = emulator.messages(chat);
    expect(message?.markup).toBeUndefined();
    expect(message?.edits).toHaveLength(1);
  });

  it("does not edit what people wrote", async () => {
    const { emulator, api, ann, chat } = await harness();
    const theirs = emulator.phone.say(chat, ann, "mine");
    expect(await words(api.editMessageText(chat.id, theirs.id, "yours"))).toBe(
      "400 Bad Request: message can't be edited",
    );
  });

  it("keeps out of chats it may not write to", async () => {
    const { emulator, api, ann, chat } = await harness();
    const stranger = emulator.user(7);
    expect(await words(api.sendMessage(7, "a"))).toBe("403 Forbidden: bot can't initiate conversation with a user");
    emulator.privateChat(stranger, { started: false });
    expect(await words(api.sendMessage(7, "a"))).toBe("403 Forbidden: bot can't initiate conversation with a user");
    emulator.phone.setBotStatus(chat, ann, "kicked");
    expect(await words(api.sendMessage(chat.id, "a"))).toBe("403 Forbidden: bot was blocked by the user");
    const group = emulator.group(-1_000_000_000_009);
    emulator.phone.setBotStatus(group, ann, "kicked");
    expect(await words(api.sendMessage(group.id, "a"))).toBe("403 Forbidden: bot was kicked from the supergroup chat");
  });

  it("names the new id of a migrated group", async () => {
    const { emulator, api, ann } = await harness();
    const group = emulator.group(-9);
    emulator.phone.migrate(group, ann, -1_000_000_000_010);
    const error = await refusal(api.sendMessage(group.id, "a"));
    expect(error.description).toBe("Bad Request: group chat was upgraded to a supergroup chat");
    expect(error.parameters.migrate_to_chat_id).toBe(-1_000_000_000_010);
    await api.sendMessage(-1_000_000_000_010, "a");
  });

  it("has no place in a deleted topic", async () => {
    const { emulator, api, ann } = await harness();
    const forum = emulator.group(-1_000_000_000_011, { forum: true });
    const thread = emulator.phone.openTopic(forum, ann, "work");
    const sent = await api.sendMessage(forum.id, "a", { message_thread_id: thread });
    expect(sent).toMatchObject({ is_topic_message: true, message_thread_id: thread });
    const topic = forum.topics.get(thread);
    if (topic !== undefined) topic.state = "deleted";
    expect(await words(api.sendMessage(forum.id, "a", { message_thread_id: thread }))).toBe(
      "400 Bad Request: message thread not found",
    );
  });

  it("refuses photos that are none and captions that are too long", async () => {
    const { api, chat } = await harness();
    expect(await words(api.sendPhoto(chat.id, new InputFile(Buffer.from("text"), "a.png")))).toBe(
      "400 Bad Request: IMAGE_PROCESS_FAILED",
    );
    const caption = "a".repeat(1025);
    expect(await words(api.sendDocument(chat.id, new InputFile(Buffer.from("text"), "a.txt"), { caption }))).toBe(
      "400 Bad Request: message caption is too long",
    );
    expect(await words(api.sendDocument(chat.id, new InputFile(Buffer.alloc(0), "a.txt")))).toBe(
      "400 Bad Request: file must be non-empty",
    );
  });

  it("checks commands", async () => {
    const { emulator, api } = await harness();
    expect(await words(api.setMyCommands([{ command: "New", description: "a" }]))).toBe(
      "400 Bad Request: BOT_COMMAND_INVALID",
    );
    expect(await words(api.setMyCommands([{ command: "new", description: "" }]))).toBe(
      "400 Bad Request: BOT_COMMAND_DESCRIPTION_INVALID",
    );
    await api.setMyCommands([{ command: "new", description: "Start anew" }], { language_code: "de" });
    expect(await api.getMyCommands({ language_code: "de" })).toEqual([{ command: "new", description: "Start anew" }]);
    expect(emulator.commands("default", "de")).toHaveLength(1);
    expect(await api.getMyCommands()).toEqual([]);
  });
});
