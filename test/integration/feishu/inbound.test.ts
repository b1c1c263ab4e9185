import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createClient } from "../../../adapters/feishu/client.ts";
import { download } from "../../../adapters/feishu/files.ts";
import type { InboundEvent } from "../../../src/channel/port.ts";
import { type Chat, type Message, newId } from "../../emulators/feishu/state.ts";
import { keyOf, memorySink, never, put, type Rig, startRig, until } from "./rig.ts";

type Said = Extract<InboundEvent, { kind: "message" }>;

let rig: Rig;
let sink: ReturnType<typeof memorySink>;
let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "feishu-"));
  rig = await startRig();
  sink = memorySink();
  await rig.receive(sink);
});
afterEach(async () => {
  expect(rig.feishu.violations).toEqual([]);
  await rig.end();
  await rm(dir, { recursive: true, force: true });
});

/** The next event the sink gets after `act`. */
async function next(act: () => unknown): Promise<InboundEvent> {
  const before = sink.events.length;
  act();
  await until(() => sink.events.length > before, "an event");
  const event = sink.events[before];
  if (event === undefined) throw new Error("no event");
  return event;
}

async function said(act: () => unknown): Promise<Said> {
  const event = await next(act);
  if (event.kind !== "message") throw new Error(`a ${event.kind} instead of a message`);
  return event;
}

const sent = (type: string, content: object, chat = rig.home): Promise<Said> =>
  said(() => rig.feishu.phone.send(chat, rig.ada, type, content));
const group = (kind: "group" | "topic" = "group"): Chat => rig.feishu.group("Team", [rig.ada, rig.bo], kind);

describe("contents", () => {
  test("text comes with its writer, chat and message", async () => {
    const event = await said(() => rig.feishu.phone.say(rig.home, rig.ada, "hello\n  世界"));
    expect(event).toMatchObject({
      at: { chat: keyOf(rig.home), private: true, title: "Ada" },
      message: { text: "hello\n  世界", person: { id: `feishu:${rig.ada.id}`, name: "Ada" } },
      addressed: true,
    });
    expect(event.dedupe).toBe(`m${event.message.messageId}`);
  });

  test("a post becomes Markdown, its pictures attachments", async () => {
    const { message } = await sent("post", {
      title: "Plan",
      content: [
        [
          { tag: "text", text: "see " },
          { tag: "a", text: "docs", href: "https://x.example" },
        ],
        [{ tag: "code_block", language: "GO", text: "f()" }],
        [{ tag: "img", image_key: "img_1" }],
      ],
    });
    expect(message.text).toContain("Plan\nsee [docs](https://x.example)");
    expect(message.text).toContain("```go\nf()\n```");
    expect(message.attachments).toMatchObject([{ kind: "image" }]);
  });

  test.each([
    ["sticker", { file_key: "f" }, "[sticker]"],
    ["merge_forward", { content: "Merged and Forwarded Message" }, "Merged and Forwarded Message"],
    ["location", { name: "Park", latitude: "1.5", longitude: "2.5" }, "[location Park (1.5, 2.5)]"],
    ["hologram", { sparkle: 1 }, "[hologram]"],
  ])("a %s is told in words", async (type, content, text) => {
    expect((await sent(type, content)).message.text).toBe(text);
  });

  test("a merged forward says who forwarded it", async () => {
    expect((await sent("merge_forward", { content: "x" })).message.forwardedFrom).toBe("Ada");
  });

  test("a voice message is a file to listen to", async () => {
    const { message } = await sent("audio", { file_key: "file_v3_1", duration: 900 });
    expect(message.attachments).toMatchObject([{ kind: "file", name: "voice.opus", mime: "audio/ogg" }]);
  });
});

describe("attachments", () => {
  const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, index) => index % 251));

  test.each(["file", "image"] as const)("a %s arrives byte for byte, with nothing beside it", async (kind) => {
    const { message } = await said(() =>
      kind === "file"
        ? rig.feishu.phone.file(rig.home, rig.ada, "a b.bin", bytes)
        : rig.feishu.phone.image(rig.home, rig.ada, bytes),
    );
    const [attachment] = message.attachments;
    if (attachment === undefined) throw new Error("no attachment");
    expect(attachment.kind).toBe(kind);
    if (kind === "file") expect(attachment.name).toBe("a b.bin");
    await rig.channel.download(attachment, join(dir, "a"), never);
    expect((await readFile(join(dir, "a"))).equals(bytes)).toBe(true);
    expect(await readdir(dir)).toEqual(["a"]);
  });

  test("over the limit are refused by counting, and by the size told; nothing stays behind", async () => {
    const { message } = await said(() => rig.feishu.phone.file(rig.home, rig.ada, "a", bytes));
    const [attachment] = message.attachments;
    if (attachment === undefined) throw new Error("no attachment");
    const { appId, appSecret, url: domain } = rig.feishu;
    const client = createClient({ appId, appSecret, domain, timeoutMs: 5000, uploadTimeoutMs: 5000 });
    const deps = { client, maxBytes: bytes.length - 1 };
    await expect(download(deps, attachment, join(dir, "a"), never)).rejects.toMatchObject({ code: "fileTooLarge" });
    const told = { ...attachment, size: 100 * 1024 * 1024 + 1 };
    await expect(rig.channel.download(told, join(dir, "a"), never)).rejects.toMatchObject({ code: "fileTooLarge" });
    await download({ client, maxBytes: bytes.length }, attachment, join(dir, "b"), never);
    expect(await readdir(dir)).toEqual(["b"]);
  });

  test("that are gone say so", async () => {
    const { message } = await sent("file", { file_key: "file_v3_gone", file_name: "a" });
    const [attachment] = message.attachments;
    if (attachment === undefined) throw new Error("no attachment");
    await expect(rig.channel.download(attachment, join(dir, "a"), never)).rejects.toMatchObject({ code: "fileGone" });
    expect(await readdir(dir)).toEqual([]);
  });
});

describe("who is addressed in a group", () => {
  test("nobody by plain words; the bot by its mention, which is no part of the text", async () => {
    const chat = group();
    const plain = await said(() => rig.feishu.phone.say(chat, rig.ada, "hello all"));
    expect(plain).toMatchObject({ addressed: false, at: { private: false, title: "Team", chat: keyOf(chat) } });
    const asked = await said(() => rig.feishu.phone.say(chat, rig.ada, "do it", { mention: true }));
    expect(asked).toMatchObject({ addressed: true, message: { text: "do it" } });
  });

  test("nobody by @_all; another person's mention becomes the name", async () => {
    const chat = group();
    expect((await sent("text", { text: "@_all stand up" }, chat)).addressed).toBe(false);
    const mention = { key: "@_user_1", id: rig.bo.id, name: "Bo" };
    const event = await said(() =>
      rig.feishu.phone.send(chat, rig.ada, "text", { text: "ask @_user_1 please" }, {}, [mention]),
    );
    expect(event).toMatchObject({ addressed: false, message: { text: "ask @Bo please" } });
  });

  test("the bot by a reply to its own message, and not by a reply to a person", async () => {
    const chat = group();
    await put(rig.channel, keyOf(chat), { op: "message", content: { pieces: [{ as: "text", text: "which one?" }] } });
    const [question] = rig.feishu.fromBot(chat);
    if (question === undefined) throw new Error("nothing asked");
    const own = await said(() => rig.feishu.phone.say(chat, rig.ada, "this", { replyTo: question }));
    expect(own).toMatchObject({ addressed: true, message: { replyTo: { own: true, messageId: question.id } } });
    let first: Message | undefined;
    await said(() => {
      first = rig.feishu.phone.say(chat, rig.bo, "mine");
    });
    if (first === undefined) throw new Error("nothing said");
    const replyTo = first;
    const foreign = await said(() => rig.feishu.phone.say(chat, rig.ada, "yours", { replyTo }));
    expect(foreign).toMatchObject({ addressed: false, message: { replyTo: { own: false, text: "mine" } } });
  });
});

describe("topics", () => {
  test("are chats of their own, and answers go into them", async () => {
    const chat = group("topic");
    const events = [
      await said(() => rig.feishu.phone.say(chat, rig.ada, "one", { mention: true })),
      await said(() => rig.feishu.phone.say(chat, rig.ada, "two", { mention: true })),
    ];
    for (const event of events) {
      const asked = rig.feishu.world.messages.get(event.message.messageId);
      expect(asked?.threadId).toMatch(/^omt_/);
      expect(event.at.chat).toBe(keyOf(chat, asked?.threadId));
      const screen = event.at.anchor === undefined ? { slots: {} } : { slots: {}, anchor: event.at.anchor };
      const content = { pieces: [{ as: "text" as const, text: `to ${event.message.text}` }] };
      await put(rig.channel, event.at.chat, { op: "message", content }, screen);
      const answer = rig.feishu.fromBot(chat).at(-1);
      expect(answer?.threadId).toBe(asked?.threadId);
      expect(rig.feishu.calls.at(-1)).toMatchObject({ method: "im.message.reply", body: { reply_in_thread: true } });
    }
    expect(new Set(events.map((event) => event.at.chat)).size).toBe(2);
  });

  test("a recall and an OK in one come under its key", async () => {
    const chat = group("topic");
    let message: Message | undefined;
    const event = await said(() => {
      message = rig.feishu.phone.say(chat, rig.ada, "one", { mention: true });
    });
    if (message === undefined) throw new Error("nothing said");
    const taken = message;
    const place = { chat: event.at.chat, title: "Team" };
    expect(await next(() => rig.feishu.phone.react(taken, rig.bo, "OK"))).toMatchObject({ kind: "ok", at: place });
    expect(await next(() => rig.feishu.phone.recall(taken))).toMatchObject({ kind: "recall", at: place });
  });
});

describe("other acts", () => {
  test("a recall names the message; only an OK among reactions is an event", async () => {
    let message: Message | undefined;
    await said(() => {
      message = rig.feishu.phone.say(rig.home, rig.ada, "wait");
    });
    if (message === undefined) throw new Error("nothing said");
    const own = message;
    const at = { chat: keyOf(rig.home), private: true };
    const ok = await next(() => {
      rig.feishu.phone.react(own, rig.ada, "SMILE");
      rig.feishu.phone.react(own, rig.ada, "OK");
    });
    expect(ok).toMatchObject({ kind: "ok", messageId: own.id, person: { id: `feishu:${rig.ada.id}` }, at });
    expect(await next(() => rig.feishu.phone.recall(own))).toMatchObject({ kind: "recall", messageId: own.id, at });
    expect(sink.events).toHaveLength(3);
  });

  test("a group the bot was taken out of is gone, and takes nothing more", async () => {
    const chat = group();
    expect(await next(() => rig.feishu.phone.removeBot(chat))).toMatchObject({
      kind: "gone",
      at: { chat: keyOf(chat) },
    });
    const content = { pieces: [{ as: "text" as const, text: "hello?" }] };
    expect(await put(rig.channel, keyOf(chat), { op: "message", content })).toMatchObject([{ outcome: "gone" }]);
  });

  test("an event of a shape we do not know is acknowledged and told to the log", async () => {
    const before = rig.feishu.connections.deliveries.length;
    rig.feishu.phone.raw("im.message.receive_v1", { message: newId("om") });
    await until(() => rig.feishu.connections.deliveries.length > before, "the event is acknowledged");
    expect(rig.feishu.connections.deliveries.at(-1)?.ack?.code).toBe(200);
    expect(rig.log.lines.join("\n")).toContain("event cannot be read");
  });
});
