import { type Api, HttpError, InputFile } from "grammy";
import { describe, expect, it } from "vitest";
import { schemaText } from "../../emulators/telegram/schema/generate.ts";
import schema from "../../emulators/telegram/schema/schema.json" with { type: "json" };
import { harness, refusal, stoppedClock, words } from "./telegram-harness.ts";

describe("faults", () => {
  it("answers as told, once, and does nothing else", async () => {
    const { emulator, api, chat } = await harness();
    const send = (): Promise<string> => words(api.sendMessage(chat.id, "a"));
    const { faults } = emulator;
    faults.arm({ kind: "serverError" });
    faults.arm({ kind: "blocked" });
    faults.arm({ kind: "deactivated" });
    faults.arm({ kind: "topicDeleted" });
    faults.arm({ kind: "chatNotFound" });
    faults.arm({ kind: "methodNotFound" });
    faults.arm({ kind: "answer", code: 400, description: "Bad Request: CUSTOM" });
    expect([await send(), await send(), await send(), await send(), await send(), await send(), await send()]).toEqual([
      "500 Internal Server Error: restart",
      "403 Forbidden: bot was blocked by the user",
      "403 Forbidden: user is deactivated",
      "400 Bad Request: message thread not found",
      "400 Bad Request: chat not found",
      "404 Not Found: method not found",
      "400 Bad Request: CUSTOM",
    ]);
    expect(emulator.fromBot(chat)).toEqual([]);
    expect(emulator.violations).toEqual([]);
    await api.sendMessage(chat.id, "a");
  });

  it("strikes by method, chat, predicate and count", async () => {
    const { emulator, api, chat } = await harness();
    const other = emulator.privateChat(emulator.user(2));
    const armed = emulator.faults.arm(
      { kind: "serverError" },
      { method: "sendMessage", chat: chat.id, times: 2, when: ({ params }) => params.text !== "free" },
    );
    await api.sendChatAction(chat.id, "typing");
    await api.sendMessage(other.id, "a");
    await api.sendMessage(chat.id, "free");
    await words(api.sendMessage(chat.id, "a"));
    await words(api.sendMessage(chat.id, "a"));
    await api.sendMessage(chat.id, "a");
    expect(armed.hits).toBe(2);
  });

  it("loses the answer before or after the call took effect", async () => {
    const { emulator, api, chat } = await harness();
    emulator.faults.arm({ kind: "lostBeforeApply" });
    await expect(api.sendMessage(chat.id, "before")).rejects.toBeInstanceOf(HttpError);
    emulator.faults.arm({ kind: "lostAfterApply" });
    await expect(api.sendMessage(chat.id, "after")).rejects.toBeInstanceOf(HttpError);
    expect(emulator.fromBot(chat).map((message) => message.text)).toEqual(["after"]);
    expect(emulator.transcript.exchanges.map(({ applied, response }) => [applied, response])).toEqual([
      [false, undefined],
      [true, undefined],
    ]);
  });

  it("delivers updates again when their answer was lost", async () => {
    const { emulator, api, ann, chat } = await harness();
    emulator.phone.say(chat, ann, "a");
    emulator.faults.arm({ kind: "lostAfterApply" }, { method: "getUpdates" });
    await expect(api.getUpdates()).rejects.toBeInstanceOf(HttpError);
    expect(await api.getUpdates()).toHaveLength(1);
  });

  it("sends an HTML 502, hangs, is slow, refuses connections", async () => {
    const { emulator, api, chat } = await harness();
    emulator.faults.arm({ kind: "badGateway" });
    await expect(api.sendMessage(chat.id, "html")).rejects.toBeInstanceOf(HttpError);
    emulator.faults.arm({ kind: "hang", ms: 20 });
    await expect(api.sendMessage(chat.id, "hang")).rejects.toBeInstanceOf(HttpError);
    emulator.faults.arm({ kind: "slow", ms: 20 });
    await api.sendMessage(chat.id, "slow");
    await emulator.refuseFor(50);
    await expect(api.sendMessage(chat.id, "refused")).rejects.toBeInstanceOf(HttpError);
    const again = async (): Promise<unknown> => await api.sendMessage(chat.id, "back").catch(again);
    await again();
    expect(emulator.fromBot(chat).map((message) => message.text)).toEqual(["slow", "back"]);
  });

  it("tells the new id of a group and ends a poll with 409", async () => {
    const { emulator, api, chat } = await harness();
    emulator.faults.arm({ kind: "migrate", to: -100 });
    expect((await refusal(api.sendMessage(chat.id, "a"))).parameters).toEqual({ migrate_to_chat_id: -100 });
    emulator.faults.arm({ kind: "conflict" }, { method: "getUpdates" });
    expect(await words(api.getUpdates())).toMatch(/^409 Conflict: terminated by other getUpdates/u);
  });
});

describe("rates", () => {
  const burst = (api: Api, chatId: number, count: number): Promise<readonly string[]> =>
    Promise.all(
      Array.from({ length: count }, (_, index) =>
        api.sendMessage(chatId, `m${index}`).then(
          () => "sent",
          (error: Error) => error.message,
        ),
      ),
    );

  it("refuses one message too many until the time is over, and records who does not wait", async () => {
    const clock = stoppedClock();
    const { emulator, api, chat } = await harness({ now: clock.now, rates: { privateBurst: 3 } });
    expect(await burst(api, chat.id, 3)).toEqual(["sent", "sent", "sent"]);
    const error = await refusal(api.sendMessage(chat.id, "a"));
    expect([error.description, error.parameters.retry_after]).toEqual(["Too Many Requests: retry after 1", 1]);
    expect(emulator.violations).toEqual([]);
    clock.advance(900);
    expect(await words(api.sendMessage(chat.id, "a"))).toBe("429 Too Many Requests: retry after 1");
    expect(emulator.violations.map(({ kind }) => kind)).toEqual(["rate"]);
    clock.advance(100);
    await api.sendMessage(chat.id, "a");
  });

  it("gives a group 20 messages and edits a minute", async () => {
    const clock = stoppedClock();
    const { emulator, api } = await harness({ now: clock.now, rates: {} });
    const group = emulator.group(-5);
    const sent = await api.sendMessage(group.id, "first");
    for (let edit = 0; edit < 19; edit += 1) await api.editMessageText(group.id, sent.message_id, `edit ${edit}`);
    expect(await words(api.sendMessage(group.id, "a"))).toBe("429 Too Many Requests: retry after 60");
    clock.advance(60_000);
    await api.sendMessage(group.id, "a");
  });

  it("gives all chats together 30 a second", async () => {
    const clock = stoppedClock();
    const { emulator, api } = await harness({ now: clock.now, rates: {} });
    const chats = Array.from({ length: 31 }, (_, index) => emulator.privateChat(emulator.user(5000 + index)));
    const sent = await Promise.all(chats.map((chat) => burst(api, chat.id, 1)));
    expect(sent.flat().filter((outcome) => outcome === "sent")).toHaveLength(30);
  });

  it("keeps a chat closed after an armed 429, even without rates", async () => {
    const clock = stoppedClock();
    const { emulator, api, chat } = await harness({ now: clock.now });
    emulator.faults.arm({ kind: "rateLimit", retryAfter: 5 });
    expect((await refusal(api.sendMessage(chat.id, "a"))).parameters.retry_after).toBe(5);
    expect(await words(api.sendMessage(chat.id, "a"))).toBe("429 Too Many Requests: retry after 5");
    clock.advance(5000);
    await api.sendMessage(chat.id, "a");
  });
});

describe("files", () => {
  it("takes uploads as grammY sends them", async () => {
    const { emulator, api, chat } = await harness();
    const bytes = Buffer.from("line\r\n--not-a-boundary\r\n\u0000end");
    const sent = await api.sendDocument(chat.id, new InputFile(bytes, "answer.md"), {
      caption: "All of it",
      reply_markup: { inline_keyboard: [[{ text: "a", callback_data: "b" }]] },
    });
    expect(sent.document).toMatchObject({ file_name: "answer.md", file_size: bytes.length });
    const [message] = emulator.fromBot(chat);
    expect(message?.file?.bytes?.equals(bytes)).toBe(true);
    expect(message?.text).toBe("All of it");
    const again = await api.sendDocument(chat.id, sent.document.file_id);
    expect(again.document.file_id).toBe(sent.document.file_id);
    const png = Buffer.concat([Buffer.from([0x89]), Buffer.from("PNG\r\n")]);
    expect((await api.sendPhoto(chat.id, new InputFile(png, "a.png"))).photo).toHaveLength(1);
    expect(emulator.transcript.exchanges[0]?.files).toEqual(["answer.md"]);
  });

  it("gives out what people send, up to 20 MB", async () => {
    const { emulator, api, ann, chat } = await harness();
    const bytes = Buffer.from([0, 255, 10, 13]);
    emulator.phone.sendFile(chat, ann, { name: "a.bin", bytes, caption: "here" });
    emulator.phone.sendFile(chat, ann, { name: "big.bin", size: (20 << 20) + 1 });
    const [small, big] = (await api.getUpdates()).map((update) => update.message?.document?.file_id ?? "");
    const info = await api.getFile(small ?? "");
    const response = await fetch(`${emulator.url}/file/bot${emulator.token}/${info.file_path}`);
    expect(Buffer.from(await response.arrayBuffer()).equals(bytes)).toBe(true);
    emulator.faults.arm({ kind: "badGateway" }, { method: "file" });
    expect((await fetch(`${emulator.url}/file/bot${emulator.token}/${info.file_path}`)).status).toBe(502);
    expect(await words(api.getFile(big ?? ""))).toBe("400 Bad Request: file is too big");
    expect(await words(api.getFile("nonsense"))).toBe("400 Bad Request: invalid file_id");
    expect((await fetch(`${emulator.url}/file/bot${emulator.token}/documents/none`)).status).toBe(404);
  });
});

describe("drafts", () => {
  it("live 30 s, are replaced by another id, and vanish with a message", async () => {
    const clock = stoppedClock();
    const { emulator, api, chat } = await harness({ now: clock.now });
    await api.sendMessageDraft(chat.id, 1, "");
    await api.sendMessageDraft(chat.id, 1, "a");
    await api.sendMessageDraft(chat.id, 2, "b");
    clock.advance(30_000);
    expect(emulator.drafts(chat).map(({ frames, ended }) => [frames.map(({ text }) => text), ended?.why])).toEqual([
      [["", "a"], "replaced"],
      [["b"], "expired"],
    ]);
    await api.sendMessageDraft(chat.id, 3, "c");
    await api.sendMessage(chat.id, "done");
    expect(emulator.drafts(chat).at(-1)?.ended?.why).toBe("message");
    expect(() => emulator.phone.stopDraft(chat)).toThrow("shows no draft");
  });
});

describe("observation", () => {
  it("waits for a condition and names the last requests when it does not come", async () => {
    const { emulator, api, chat } = await harness();
    const seen = emulator.waitFor(() => emulator.fromBot(chat).find((message) => message.text === "b"));
    await api.sendMessage(chat.id, "a");
    await api.sendMessage(chat.id, "b");
    expect((await seen).text).toBe("b");
    await expect(emulator.waitFor(() => undefined, 5)).rejects.toThrow(
      /not seen within 5 ms[\s\S]*sendMessage \{"chat_id":1001,"text":"b"\} → 200/u,
    );
  });

  it("has the schema that the installed Bot API types give", () => {
    expect(JSON.parse(schemaText())).toEqual(schema);
    expect(schema.reactions).toHaveLength(73);
  });
});
