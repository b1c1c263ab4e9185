import { Bot } from "grammy";
import { describe, expect, it } from "vitest";
import { call, client, harness, words } from "./telegram-harness.ts";

const all = ["message", "edited_message", "callback_query", "my_chat_member", "stopped_message_generation"] as const;

describe("getUpdates", () => {
  it("repeats updates until a higher offset confirms them", async () => {
    const { emulator, api, ann, chat } = await harness();
    for (const text of ["one", "two", "three"]) emulator.phone.say(chat, ann, text);
    const first = await api.getUpdates();
    expect(first.map((update) => update.message?.text)).toEqual(["one", "two", "three"]);
    expect(await api.getUpdates()).toEqual(first);
    const second = first[1]?.update_id ?? 0;
    expect((await api.getUpdates({ offset: second })).map((update) => update.message?.text)).toEqual(["two", "three"]);
    expect((await api.getUpdates({ offset: second + 1, limit: 1 })).map((update) => update.message?.text)).toEqual([
      "three",
    ]);
    expect(emulator.updates.pending).toHaveLength(1);
    expect(await api.getUpdates({ offset: second + 2 })).toEqual([]);
    expect(emulator.updates.pending).toHaveLength(0);
  });

  it("keeps only the last with a negative offset", async () => {
    const { emulator, api, ann, chat } = await harness();
    for (const text of ["one", "two", "three"]) emulator.phone.say(chat, ann, text);
    expect((await api.getUpdates({ offset: -1 })).map((update) => update.message?.text)).toEqual(["three"]);
    expect(emulator.updates.pending).toHaveLength(1);
  });

  it("waits for the next update and hands it over at once", async () => {
    const { emulator, api, ann, chat } = await harness();
    const poll = api.getUpdates({ timeout: 30 });
    await emulator.waitFor(() => emulator.updates.polls === 1);
    emulator.phone.say(chat, ann, "now");
    expect((await poll).map((update) => update.message?.text)).toEqual(["now"]);
  });

  it("ends the first of two polls with 409", async () => {
    const { emulator, api } = await harness();
    const first = words(api.getUpdates({ timeout: 30 }));
    await emulator.waitFor(() => emulator.updates.polls === 1);
    const second = client(emulator).getUpdates({ timeout: 1 });
    expect(await first).toBe(
      "409 Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
    );
    expect(await second).toEqual([]);
  });

  it("is refused while a webhook is set", async () => {
    const { api } = await harness();
    await api.setWebhook("https://example.org/hook");
    expect((await api.getWebhookInfo()).url).toBe("https://example.org/hook");
    expect(await words(api.getUpdates())).toBe(
      "409 Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
    );
    await api.deleteWebhook();
    expect(await api.getUpdates()).toEqual([]);
  });

  it("remembers allowed_updates; without any it leaves reactions out", async () => {
    const { emulator, api, ann, chat } = await harness();
    const message = emulator.phone.say(chat, ann, "a");
    emulator.phone.react(message, ann, "👍");
    expect(await api.getUpdates({ allowed_updates: ["message_reaction"] })).toHaveLength(1);
    emulator.phone.react(message, ann, "👍");
    emulator.phone.say(chat, ann, "b");
    expect((await api.getUpdates()).map((update) => Object.keys(update)[0])).toEqual(["message", "message_reaction"]);
  });

  it("counts impatient polls", async () => {
    const { emulator, api } = await harness();
    for (let round = 0; round < 3; round += 1) await api.getUpdates({ offset: 5 });
    expect([emulator.updates.polls, emulator.updates.quickRepeats]).toEqual([3, 2]);
  });

  it("jumps, repeats and carries unknown kinds", async () => {
    const { emulator, api, ann, chat } = await harness();
    emulator.phone.say(chat, ann, "a");
    const [first] = await api.getUpdates();
    emulator.updates.jump(700);
    emulator.phone.rawUpdate({ brand_new_thing: { a: 1 } });
    const after = await api.getUpdates({ offset: (first?.update_id ?? 0) + 1 });
    expect(after).toEqual([{ update_id: 700, brand_new_thing: { a: 1 } }]);
    emulator.updates.redeliver(first?.update_id ?? 0);
    expect(await api.getUpdates({ offset: 701 })).toEqual([first]);
    expect(await api.getUpdates({ offset: 701 })).toEqual([]);
  });

  it("takes an offset far beyond the queue for none, so that a lower row of ids is not lost", async () => {
    const { emulator, api, ann, chat } = await harness();
    emulator.updates.jump(50);
    emulator.phone.say(chat, ann, "a");
    expect(await api.getUpdates({ offset: 1000 })).toHaveLength(1);
  });

  it("serves grammY's own loop", async () => {
    const { emulator, ann, chat } = await harness();
    const bot = new Bot(emulator.token, { client: { apiRoot: emulator.url } });
    bot.on("message:text", async (context) => void (await context.reply(`echo ${context.msg.text}`)));
    const done = bot.start({ allowed_updates: [...all] });
    emulator.phone.say(chat, ann, "hello");
    const reply = await emulator.waitFor(() => emulator.fromBot(chat)[0]);
    expect(reply.text).toBe("echo hello");
    await bot.stop();
    await done;
    expect(emulator.violations).toEqual([]);
  });
});

describe("what people do", () => {
  it("is seen as Telegram shows it", async () => {
    const { emulator, api, ann, chat } = await harness();
    const said = emulator.phone.say(chat, ann, "/new@hotline_test_bot see https://a.b/@c", { date: 1_700_000_000_000 });
    const reply = emulator.phone.say(chat, ann, "because", { replyTo: said, quote: "see" });
    emulator.phone.edit(reply, "because of it");
    const updates = await api.getUpdates();
    expect(updates[0]?.message).toMatchObject({
      date: 1_700_000_000,
      from: { id: 1001, username: "ann", language_code: "en" },
      chat: { id: 1001, type: "private" },
      entities: [
        { type: "bot_command", offset: 0, length: 21 },
        { type: "url", offset: 26, length: 14 },
      ],
    });
    expect(updates[1]?.message).toMatchObject({
      reply_to_message: { message_id: said.id },
      quote: { text: "see", position: 22 },
    });
    expect(updates[2]?.edited_message).toMatchObject({
      message_id: reply.id,
      text: "because of it",
      edit_date: expect.any(Number),
    });
  });

  it("stays hidden in groups unless it is meant for the bot", async () => {
    const { emulator, api, ann } = await harness();
    const group = emulator.group(-1_000_000_000_001);
    const sent = await api.sendMessage(group.id, "hello");
    const [own] = emulator.messages(group);
    emulator.phone.say(group, ann, "private matter");
    emulator.phone.say(group, ann, "/status");
    emulator.phone.say(group, ann, "/status@other_bot");
    emulator.phone.say(group, ann, "@Hotline_Test_Bot fix");
    if (own !== undefined) emulator.phone.say(group, ann, "yes", { replyTo: own });
    const seen = await api.getUpdates();
    expect(seen.map((update) => update.message?.text)).toEqual(["/status", "@Hotline_Test_Bot fix", "yes"]);
    expect(seen[2]?.message?.reply_to_message?.message_id).toBe(sent.message_id);
    emulator.phone.setBotStatus(group, ann, "administrator");
    emulator.phone.say(group, ann, "open matter");
    expect((await api.getUpdates({ offset: -1 }))[0]?.message?.text).toBe("open matter");
  });

  it("reaches the bot as taps, forged ones too, and as a stopped draft", async () => {
    const { emulator, api, ann, chat } = await harness();
    await api.sendMessage(chat.id, "a", {
      reply_markup: { inline_keyboard: [[{ text: "Yes", callback_data: "n1" }]] },
    });
    await call(api, "sendMessageDraft", { chat_id: chat.id, draft_id: 7, text: "part", can_stop: true });
    const [message] = emulator.fromBot(chat);
    if (message !== undefined) emulator.phone.tap(message, "Yes", ann);
    emulator.phone.forgeTap("evil", ann);
    emulator.phone.stopDraft(chat);
    const updates = await api.getUpdates();
    expect(updates[0]?.callback_query).toMatchObject({ data: "n1", message: { message_id: message?.id, text: "a" } });
    expect(updates[1]?.callback_query).toMatchObject({ data: "evil", message: { date: 0 } });
    expect(updates[2]).toMatchObject({ stopped_message_generation: { chat: { id: chat.id }, draft_id: 7 } });
    expect(emulator.drafts(chat)[0]?.ended?.why).toBe("stopped");
  });

  it("makes one album of several files", async () => {
    const { emulator, api, ann, chat } = await harness();
    emulator.phone.album(chat, ann, [{ bytes: Buffer.from("a"), caption: "look" }, { bytes: Buffer.from("b") }]);
    const [first, second] = (await api.getUpdates()).map((update) => update.message);
    expect(first?.media_group_id).toBeDefined();
    expect(first?.media_group_id).toBe(second?.media_group_id);
    expect(first).toMatchObject({ caption: "look", photo: [{ file_size: 1 }] });
  });
});
