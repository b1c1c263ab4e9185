import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { InboundEvent } from "../../../src/channel/port.ts";
import type { CallResult, OutboundCall, OutboxBody, Screen } from "../../../src/model/delivery.ts";
import { type ChatKey, chatKey, type MessageId, type Nonce, type OpId } from "../../../src/model/ids.ts";
import { emptyView, type TurnView } from "../../../src/model/view.ts";
import { TelegramEmulator } from "../../emulators/telegram/telegram-emulator.ts";
import { memorySink, type Rig, receiving, rig } from "./rig.ts";

let telegram: TelegramEmulator;
let made: Rig;
let dir: string;
let stop: () => Promise<void>;
const never = new AbortController().signal;
const sink = { current: memorySink() };

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "telegram-"));
  telegram = new TelegramEmulator({ rates: false });
  await telegram.start();
  made = rig(telegram.url, { token: telegram.token });
  sink.current = memorySink(() => false, { text: "Taken" });
  const running = receiving(made.channel, { accept: (event) => sink.current.accept(event) });
  stop = () => running.stop();
  await vi.waitFor(() => expect(made.channel.health().state).toBe("ready"), { interval: 5 });
});
afterEach(async () => {
  await stop();
  await telegram.stop();
  await rm(dir, { recursive: true, force: true });
  expect(telegram.violations).toEqual([]);
});

const key = (chat: number, topic?: number): ChatKey =>
  chatKey({
    channel: "telegram",
    account: "main",
    chat: String(chat),
    ...(topic === undefined ? {} : { topicId: String(topic) }),
  });

/** The n-th event, once it was stored. */
const event = (index: number): Promise<InboundEvent> =>
  vi.waitFor(
    () => {
      const found = sink.current.events[index];
      if (found === undefined) throw new Error(`only ${sink.current.events.length} events`);
      return found;
    },
    { timeout: 10_000, interval: 5 },
  );

/** Performs like the sender: a refused call is replaced by its fallback. */
async function performAll(chat: ChatKey, calls: readonly OutboundCall[]): Promise<readonly CallResult[]> {
  const results: CallResult[] = [];
  for (const first of calls) {
    let call: OutboundCall | undefined = first;
    while (call !== undefined) {
      const result: CallResult = await made.channel.perform(chat, call, never);
      results.push(result);
      call = result.outcome === "refused" ? call.fallback : undefined;
    }
  }
  return results;
}

const show = (chat: ChatKey, body: OutboxBody, screen: Screen = { slots: {} }): Promise<readonly CallResult[]> =>
  performAll(chat, made.channel.render({ id: "1-0" as OpId, chat, body }, screen));

function frame(chat: ChatKey, view: TurnView, screen: Screen = { slots: {} }): Promise<readonly CallResult[]> {
  const call = made.channel.renderLive(chat, view, screen, view.startedAt + 12_000);
  return performAll(chat, call === undefined ? [] : [call]);
}

const view: TurnView = {
  ...emptyView("t-1", 0, "en"),
  phase: "working",
  stopNonce: "stop-nonce" as Nonce,
  actions: [{ id: "a", kind: "command", label: "npm test", state: "running" }],
  messages: [{ itemId: "i", phase: "final", text: "Adding **a route** with `code", complete: false }],
};

describe("people's messages", () => {
  test("arrive as they were written, with replies, albums, files and edits", async () => {
    const ada = telegram.user(1001, { username: "ada" });
    const chat = telegram.privateChat(ada);
    const asked = telegram.phone.say(chat, ada, "/new fix it");
    expect(await event(0)).toMatchObject({
      kind: "message",
      addressed: true,
      at: { chat: key(1001), private: true },
      message: { text: "/new fix it" },
    });
    await show(key(1001), {
      op: "message",
      content: { pieces: [{ as: "text", text: "Which one?" }] },
      replyTo: String(asked.id) as MessageId,
    });
    const answer = telegram.fromBot(chat)[0];
    telegram.phone.say(chat, ada, "the first", answer === undefined ? {} : { replyTo: answer });
    expect(await event(1)).toMatchObject({ message: { replyTo: { own: true, text: "Which one?" } } });
    telegram.phone.album(chat, ada, [
      { bytes: Buffer.from("one"), caption: "two pictures" },
      { bytes: Buffer.from("two") },
    ]);
    const [first, second] = [await event(2), await event(3)];
    expect([first, second]).toMatchObject([
      { message: { attachments: [{ kind: "image" }], text: "two pictures" } },
      { message: { attachments: [{ kind: "image" }] } },
    ]);
    const attachment = first.kind === "message" ? first.message.attachments[0] : undefined;
    if (attachment !== undefined) await made.channel.download(attachment, join(dir, "photo"), never);
    expect(await readFile(join(dir, "photo"), "utf8")).toBe("one");
    telegram.phone.edit(asked, "/new fix both");
    expect(await event(4)).toMatchObject({
      kind: "edit",
      message: { messageId: String(asked.id), text: "/new fix both" },
    });
  });

  test("in a group are for the bot when they name it or reply to it; topics are chats of their own", async () => {
    const ada = telegram.user(1001);
    const group = telegram.group(-1_000_000_000_123, { forum: true, members: [ada], admin: true });
    const topic = telegram.phone.openTopic(group, ada, "health");
    telegram.phone.say(group, ada, `@${telegram.botUser.username} go`, { thread: topic });
    telegram.phone.say(group, ada, "just talk", { thread: topic });
    telegram.phone.say(group, ada, `/stop@${telegram.botUser.username}`);
    await event(2);
    const of = (chat: ChatKey) => sink.current.events.filter((stored) => stored.at.chat === chat);
    expect(of(key(-1_000_000_000_123, topic))).toMatchObject([
      { addressed: true, at: { private: false } },
      { addressed: false },
    ]);
    expect(of(key(-1_000_000_000_123))).toMatchObject([{ addressed: true, message: { text: "/stop" } }]);
    await show(key(-1_000_000_000_123, topic), { op: "message", content: { pieces: [{ as: "text", text: "here" }] } });
    expect(telegram.fromBot(group).at(-1)?.threadId).toBe(topic);
  });

  test("a block means gone, a migration means moved, and a later send under the old address follows", async () => {
    const ada = telegram.user(1001);
    const chat = telegram.privateChat(ada);
    telegram.phone.setBotStatus(chat, ada, "kicked");
    expect(await event(0)).toMatchObject({ kind: "gone", at: { chat: key(1001) } });
    expect(await show(key(1001), { op: "message", content: { pieces: [{ as: "text", text: "?" }] } })).toMatchObject([
      { outcome: "gone" },
    ]);
    const group = telegram.group(-55, { members: [ada] });
    telegram.phone.migrate(group, ada, -1_000_000_000_055);
    expect(await event(1)).toMatchObject({ kind: "moved", at: { chat: key(-55) }, to: key(-1_000_000_000_055) });
    expect(await show(key(-55), { op: "message", content: { pieces: [{ as: "text", text: "?" }] } })).toMatchObject([
      { outcome: "moved", to: key(-1_000_000_000_055) },
    ]);
  });
});

describe("approvals", () => {
  test("a tap carries the button's nonce and gets the verdict as toast; the card is edited in place", async () => {
    const ada = telegram.user(1001);
    const chat = telegram.privateChat(ada);
    const pieces = [
      { as: "bold", text: "Codex asks to run  #3" },
      { as: "code", text: "git push origin main" },
    ] as const;
    const [sent] = await show(key(1001), {
      op: "message",
      slot: "r-3",
      content: {
        pieces,
        buttons: [
          [{ label: "Approve", nonce: "yes" as Nonce, style: "primary" }],
          [{ label: "Decline", nonce: "no" as Nonce, style: "danger" }],
        ],
      },
    });
    const card = telegram.fromBot(chat)[0];
    if (card === undefined || sent?.outcome !== "done" || sent.message === undefined) throw new Error("no card");
    expect(await telegram.phone.tap(card, "Approve", ada).answer).toEqual({ text: "Taken", alert: false });
    expect(await event(0)).toMatchObject({ kind: "tap", nonce: "yes", messageId: String(card.id) });
    const screen: Screen = { slots: { "r-3": sent.message } };
    const edit: OutboxBody = {
      op: "edit",
      slot: "r-3",
      content: { pieces: [{ as: "text", text: "Approved" }] },
      orSend: true,
    };
    await show(key(1001), edit, screen);
    await show(key(1001), edit, screen);
    expect(telegram.fromBot(chat)).toHaveLength(1);
    expect(card).toMatchObject({ text: "Approved" });
    expect(card.markup?.inline_keyboard ?? []).toEqual([]);
  });

  test("an edit of a card that is gone is sent anew", async () => {
    const chat = telegram.privateChat(telegram.user(1001));
    const gone: Screen = { slots: { "r-3": { messageId: "4711" as MessageId } } };
    const results = await show(
      key(1001),
      { op: "edit", slot: "r-3", content: { pieces: [{ as: "text", text: "Approved" }] }, orSend: true },
      gone,
    );
    expect(results.map((result) => result.outcome)).toEqual(["refused", "done"]);
    expect(telegram.fromBot(chat).map((message) => message.text)).toEqual(["Approved"]);
  });
});

describe("live frames", () => {
  test("in a private chat are one growing draft whose stop button stops; the final ends it", async () => {
    const ada = telegram.user(1001);
    const chat = telegram.privateChat(ada);
    await frame(key(1001), view);
    await frame(key(1001), {
      ...view,
      messages: [{ itemId: "i", phase: "final", text: "Adding **a route** with `code` done", complete: false }],
    });
    const [draft] = telegram.drafts(chat);
    expect(telegram.drafts(chat)).toHaveLength(1);
    expect(draft?.frames.map((shown) => shown.text)).toEqual([
      "Working · 12 s\n▸ npm test\n\nAdding a route with code",
      "Working · 12 s\n▸ npm test\n\nAdding a route with code done",
    ]);
    telegram.phone.stopDraft(chat);
    expect(await event(0)).toMatchObject({ kind: "stop", draftId: draft?.draftId, person: { id: "telegram:1001" } });
    expect(await show(key(1001), { op: "endLive", slot: "t-1" })).toEqual([]);
    expect(telegram.fromBot(chat)).toEqual([]);
  });

  test("in a group are one silent status message with a stop button, at the end replaced or removed", async () => {
    const ada = telegram.user(1001);
    const group = telegram.group(-1_000_000_000_123, { members: [ada] });
    const [sent] = await frame(key(-1_000_000_000_123), view);
    if (sent?.outcome !== "done" || sent.message === undefined) throw new Error("no status message");
    const screen: Screen = { slots: { "t-1": sent.message } };
    await frame(key(-1_000_000_000_123), { ...view, phase: "waitingApproval" }, screen);
    const [status, ...others] = telegram.fromBot(group);
    expect(others).toEqual([]);
    expect(status).toMatchObject({ silent: true, text: expect.stringMatching(/^Waiting for an approval · 12 s\n/) });
    if (status !== undefined) expect((await telegram.phone.tap(status, "Stop", ada).answer).text).toBe("Taken");
    await show(
      key(-1_000_000_000_123),
      { op: "endLive", slot: "t-1", content: { pieces: [{ as: "text", text: "Done · 42 s" }] } },
      screen,
    );
    expect(status?.text).toBe("Done · 42 s");
    await show(key(-1_000_000_000_123), { op: "endLive", slot: "t-1" }, screen);
    expect(telegram.fromBot(group)).toEqual([]);
  });
});

describe("finals", () => {
  test("L11: a long answer arrives whole and in order, the first part replying and ringing, footer and buttons on the last", async () => {
    const ada = telegram.user(1001);
    const chat = telegram.privateChat(ada);
    const asked = telegram.phone.say(chat, ada, "explain");
    const paragraphs = Array.from(
      { length: 60 },
      (_, index) => `Paragraph ${index} ${"lorem ipsum ".repeat(15)}end${index}.`,
    );
    await show(key(1001), {
      op: "message",
      endsLive: "t-1",
      replyTo: String(asked.id) as MessageId,
      content: {
        pieces: [{ as: "markdown", text: paragraphs.join("\n\n") }],
        footer: "42 s",
        buttons: [[{ label: "Diff", nonce: "d" as Nonce }]],
      },
    });
    const parts = telegram.fromBot(chat);
    expect(parts.length).toBeGreaterThan(2);
    expect(parts.map((part) => part.silent)).toEqual(parts.map((_, index) => index > 0));
    expect(parts.map((part) => part.replyTo?.id)).toEqual(
      parts.map((_, index) => (index === 0 ? asked.id : undefined)),
    );
    expect(parts.map((part) => part.markup !== undefined)).toEqual(parts.map((_, index) => index === parts.length - 1));
    const marks = parts.map((_, index) => `${index + 1}/${parts.length}`);
    const bodies = parts.map((part, index) => part.text.replace(marks[index] ?? "", "").replace(/\n\n42 s$/, ""));
    const words = (text: string): readonly string[] => text.split(/\s+/).filter((word) => word !== "");
    expect(words(bodies.join(" "))).toEqual(words(paragraphs.join(" ")));
  });

  test("of many pages are the first page and a document with everything", async () => {
    const chat = telegram.privateChat(telegram.user(1001));
    const source = Array.from({ length: 4000 }, (_, index) => `line ${index} of it`).join("\n\n");
    await show(key(1001), { op: "message", content: { pieces: [{ as: "markdown", text: source }], footer: "42 s" } });
    const [page, document, ...rest] = telegram.fromBot(chat);
    expect(rest).toEqual([]);
    expect(page?.text).toMatch(/^line 0 of it/);
    expect(document?.file?.name).toBe("answer.md");
    expect(document?.file?.bytes?.toString()).toBe(source);
  });

  test("files are sent from disk, marks are reactions, the menu is published once", async () => {
    const ada = telegram.user(1001);
    const chat = telegram.privateChat(ada);
    const asked = telegram.phone.say(chat, ada, "report?");
    await writeFile(join(dir, "report.log"), "all of it");
    await show(key(1001), { op: "file", path: join(dir, "report.log"), name: "report.log", caption: "the report" });
    await show(key(1001), { op: "mark", messageId: String(asked.id) as MessageId, mark: "taken" });
    await show(key(1001), { op: "mark", messageId: String(asked.id) as MessageId, mark: "none" });
    await made.channel.busy(key(1001), never);
    expect(telegram.fromBot(chat)[0]).toMatchObject({ text: "the report", file: { name: "report.log" } });
    expect(telegram.fromBot(chat)[0]?.file?.bytes?.toString()).toBe("all of it");
    const commands = {
      en: [{ name: "new", description: "start afresh" }],
      "zh-CN": [{ name: "new", description: "新的对话" }],
    };
    await made.channel.publishCommands(commands, never);
    await made.channel.publishCommands(commands, never);
    expect(telegram.transcript.exchanges.filter((exchange) => exchange.method === "setMyCommands")).toHaveLength(2);
  });
});
