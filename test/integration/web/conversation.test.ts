import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Nonce } from "../../../src/model/ids.ts";
import { emptyView, type TurnView } from "../../../src/model/view.ts";
import type { PageClient } from "../../emulators/page/page-client.ts";
import { startRedis, type TestRedis } from "../../fixtures/redis.ts";
import { homeKey, startWebRig, type WebRig } from "./rig.ts";

let redis: TestRedis;
let rig: WebRig;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());
beforeEach(async () => {
  rig = await startWebRig(redis, { changeCap: 40 });
});
afterEach(() => rig.end());

async function until(condition: () => boolean, what: string): Promise<void> {
  const end = Date.now() + 8000;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`never: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const bot = (text: string) => ({ op: "message", content: { pieces: [{ as: "markdown", text }] } }) as const;
const texts = (page: PageClient): string[] =>
  [...page.messages.values()]
    .sort((a, b) => Number(a.id) - Number(b.id))
    .map((message) => message.content.pieces.map((piece) => piece.text).join("\n"));

describe("what a person says", () => {
  test("is on every page, in order, and handed over once", async () => {
    const [phone, desk] = [await rig.page(), await rig.page()];
    for (const text of ["one", "two", "three"]) phone.say(text);
    await until(() => desk.messages.size === 3, "both pages show it");
    expect(texts(desk)).toEqual(["one", "two", "three"]);
    await until(() => rig.events.length === 3, "all is handed over");
    expect(rig.events.map((event) => event.kind === "message" && event.message.text)).toEqual(["one", "two", "three"]);
    await until(() => phone.chats.get("home")?.preview === "three", "the list has the newest words");
    expect([...phone.chats.values()].map(({ title }) => title)).toEqual(["one"]);
  });

  test("twice under one id is one message, whatever was lost in between (L2)", async () => {
    const page = await rig.page();
    const id = page.say("only once");
    await until(() => rig.events.length === 1, "handed over");
    page.say("only once", { id });
    page.say("next");
    await until(
      () => rig.events.some((event) => event.kind === "message" && event.message.text === "next"),
      "the next",
    );
    expect(texts(page)).toEqual(["only once", "next"]);
    expect(new Set(rig.events.map((event) => event.dedupe)).size).toBe(2);
  });

  test("is kept while ingress cannot take it, and handed over in order when it can (L1)", async () => {
    const page = await rig.page();
    rig.refuse = true;
    page.say("one");
    page.say("two");
    await until(() => texts(page).includes("one") && rig.refusals > 1, "it is on the screen, and was refused twice");
    expect(page.heard.filter((said) => said.type === "taken")).toEqual([]);
    rig.refuse = false;
    await until(() => rig.events.length === 2, "both are handed over");
    expect(rig.events.map((event) => event.kind === "message" && event.message.text)).toEqual(["one", "two"]);
  });

  test("and was written when the service ended is handed over at the next start, page or no page (L1)", async () => {
    const page = await rig.page();
    rig.refuse = true;
    page.say("do not forget me");
    await until(() => texts(page).length === 1, "it is on the screen");
    page.close();
    rig.refuse = false;
    await rig.restart();
    await until(() => rig.events.length > 0, "it is handed over");
    expect(rig.events).toMatchObject([{ kind: "message", message: { text: "do not forget me" } }]);
    expect(await rig.store.pending()).toEqual([]);
  });

  test("without words, or with a file that is gone, is refused with the reason", async () => {
    const page = await rig.page();
    const empty = page.say("  \n ");
    const gone = page.say("see file", { files: ["0".repeat(32)] });
    await until(() => page.refusal(empty) !== undefined && page.refusal(gone) !== undefined, "refusals");
    expect(page.refusal(gone)).toContain("no longer there");
    expect(rig.events).toEqual([]);
    expect(page.messages.size).toBe(0);
  });

  test("is handed over once, also when the page says it again long after ingress forgot it (L2)", async () => {
    const page = await rig.page();
    const id = page.say("only once");
    await until(() => rig.events.length === 1, "handed over");
    page.say("only once", { id });
    page.say("next");
    await until(() => rig.events.length === 2, "the next one");
    expect(rig.events.map((event) => event.kind === "message" && event.message.text)).toEqual(["only once", "next"]);
  });

  test("and could not be taken while its page was there is taken later, before what comes after it (L1, L2)", async () => {
    const page = await rig.page();
    rig.refuse = true;
    page.say("first");
    await until(() => texts(page).length === 1, "it is on the screen");
    page.close();
    const other = await rig.page();
    rig.refuse = false;
    other.say("second");
    await until(() => rig.events.length === 2, "both are handed over");
    expect(rig.events.map((event) => event.kind === "message" && event.message.text)).toEqual(["first", "second"]);
  });

  test("that is too long or has too many files is refused under its id, and does not end the connection", async () => {
    const page = await rig.page();
    const long = page.say("x".repeat(1_048_577));
    const many = page.say("files", { files: Array.from({ length: 21 }, () => "0".repeat(32)) });
    await until(() => page.refusal(long) !== undefined && page.refusal(many) !== undefined, "refusals");
    page.say("short");
    await until(() => rig.events.length === 1, "the next one");
    expect(page.heard.filter((said) => said.type === "welcome")).toHaveLength(1);
  });

  test("may carry pictures and files, under safe names", async () => {
    const page = await rig.page();
    const png = Buffer.from("89504e470d0a1a0a0000", "hex");
    const picture = await page.upload("../../shot.png", png);
    const table = await page.upload("table.csv", Buffer.from("a,b"));
    expect(picture).toMatchObject({ name: "shot.png", type: "image/png", bytes: 10 });
    const odd = await page.upload(`${"😀".repeat(100)}\u202ex`, Buffer.from("z"));
    expect(await page.download(odd.id)).toEqual(Buffer.from("z"));
    page.say("look", { files: [picture.id, table.id] });
    await until(() => rig.events.length === 1, "handed over");
    const [event] = rig.events;
    if (event?.kind !== "message") throw new Error("no message");
    expect(event.message.attachments).toMatchObject([
      { kind: "image", name: "shot.png", size: 10 },
      { kind: "file", name: "table.csv", size: 3 },
    ]);
    const target = join(rig.dataDir, "copy");
    const [attachment] = event.message.attachments;
    if (attachment === undefined) throw new Error("no attachment");
    await rig.channel.download(attachment, target, AbortSignal.timeout(5000));
    expect(await readFile(target)).toEqual(png);
    expect(await page.download(picture.id)).toEqual(png);
  });

  test("as a reply says what to", async () => {
    const page = await rig.page();
    const id = await rig.show(bot("The answer."));
    page.say("why?", { replyTo: id });
    await until(() => rig.events.length === 1, "handed over");
    expect(rig.events[0]).toMatchObject({ message: { replyTo: { messageId: id, own: true, text: "The answer." } } });
  });
});

describe("what the bot says", () => {
  test("under one key is one message (L5)", async () => {
    const page = await rig.page();
    await Promise.all([rig.show(bot("once"), "k"), rig.show(bot("once"), "k")]);
    await rig.show(bot("then"), "l");
    await until(() => texts(page).includes("then"), "both");
    expect(texts(page)).toEqual(["once", "then"]);
  });

  test("a file is shown with its name, and can be fetched after the original is gone", async () => {
    const page = await rig.page();
    const path = join(rig.dataDir, "made.txt");
    await writeFile(path, "by codex");
    await rig.show({ op: "file", path, name: "made.txt", caption: "here" });
    await writeFile(path, "changed");
    await until(() => page.messages.size === 1, "the message");
    const [message] = page.messages.values();
    expect(message).toMatchObject({ from: "bot", files: [{ name: "made.txt", bytes: 8 }] });
    expect((await page.download(message?.files?.[0]?.id ?? "")).toString()).toBe("by codex");
  });

  test("an edit and a mark change the message where it stands, on a page that comes back as well", async () => {
    const page = await rig.page();
    page.say("work");
    await until(() => rig.events.length === 1 && page.messages.size === 1, "handed over");
    const [said] = page.messages.values();
    if (said === undefined) throw new Error("no message");
    const id = await rig.show({ ...bot("card"), slot: "s" });
    page.drop();
    await rig.show({ op: "mark", messageId: said.id, mark: "taken" });
    const calls = rig.channel.render(
      {
        id: "1-1" as never,
        chat: homeKey,
        body: { op: "edit", slot: "s", content: bot("done").content, orSend: false },
      },
      { slots: { s: { messageId: id as never } } },
    );
    for (const call of calls) await rig.channel.perform(homeKey, call, AbortSignal.timeout(5000), { key: "edit" });
    await until(() => texts(page).includes("done"), "the edit");
    expect(texts(page)).toEqual(["work", "done"]);
    expect([...page.messages.values()].find((one) => one.id === said.id)?.mark).toBe("taken");
    expect(page.backwards).toEqual([]);
  });
});

describe("a chat of very long messages", () => {
  test("opens with the newest that fit, and the rest by scrolling", async () => {
    const long = "y".repeat(900_000);
    for (let n = 0; n < 6; n++) await rig.show(bot(`${n} ${long}`));
    const page = await rig.page();
    await until(() => page.heard.some((said) => said.type === "messages"), "the newest");
    const first = page.heard.find((said) => said.type === "messages");
    expect(first).toMatchObject({ more: true });
    expect(page.messages.size).toBeLessThan(4);
    while (page.messages.size < 6) {
      const known = page.messages.size;
      const oldest = Math.min(...[...page.messages.values()].map((message) => Number(message.id)));
      page.send({ type: "older", chat: "home", before: String(oldest) as never });
      await until(() => page.messages.size > known, "older ones");
    }
  });
});

describe("a page that was away", () => {
  test("gets what it missed, each once, without what it has", async () => {
    const page = await rig.page();
    await rig.show(bot("before"));
    await until(() => texts(page).length === 1, "the first");
    page.drop();
    const away = page.heard.length;
    for (const n of [1, 2, 3]) await rig.show(bot(`missed ${n}`));
    await until(() => texts(page).length === 4, "what it missed");
    expect(texts(page)).toEqual(["before", "missed 1", "missed 2", "missed 3"]);
    const again = page.heard
      .slice(away)
      .filter((said) => said.type === "message")
      .map((said) => said.message.id);
    expect(new Set(again).size).toBe(again.length);
    expect(page.welcome).toMatchObject({ reset: false, demo: true, build: "b1" });
  });

  test("gets what happens while it comes back once", async () => {
    const page = await rig.page();
    await rig.show(bot("before"));
    await until(() => texts(page).length === 1, "the first");
    page.drop(true);
    await until(() => page.cut, "it is away");
    const away = page.heard.length;
    page.back(() => rig.show(bot("meanwhile")));
    await until(() => texts(page).length === 2, "what happened meanwhile");
    await rig.show(bot("after"));
    await until(() => texts(page).length === 3, "what comes after");
    const heard = page.heard.slice(away).flatMap((said) => (said.type === "message" ? [said.message.id] : []));
    expect(heard).toHaveLength(2);
  });

  test("for too long starts anew with what stands there", async () => {
    const page = await rig.page();
    await rig.show(bot("long ago"));
    await until(() => texts(page).length === 1, "the first");
    page.drop(true);
    for (let n = 0; n < 60; n++) await rig.show(bot(`message ${n}`));
    page.back();
    await until(() => texts(page).includes("message 59"), "the newest");
    expect(page.heard.findLast((said) => said.type === "welcome")).toMatchObject({ reset: true });
    await until(() => texts(page).length === 50, "a page of messages");
    expect(page.heard.findLast((said) => said.type === "messages")).toMatchObject({ more: true });
    const oldest = Math.min(...[...page.messages.values()].map((message) => Number(message.id)));
    page.send({ type: "older", chat: "home", before: String(oldest) as never });
    await until(() => texts(page).length === 61, "the older ones");
    expect(texts(page)[0]).toBe("long ago");
  });
});

describe("a running turn", () => {
  const view = (text: string): TurnView => ({
    ...emptyView("s1", 1000, "en"),
    phase: "working",
    stopNonce: "stop-1" as Nonce,
    messages: [{ itemId: "m", phase: undefined, text, complete: false }],
  });
  const frame = async (text: string): Promise<void> => {
    const call = rig.channel.renderLive(homeKey, view(text), { slots: {} }, 2000);
    if (call === undefined) throw new Error("no frame");
    await rig.channel.perform(homeKey, call, AbortSignal.timeout(5000));
  };

  test("is shown as it grows, whole on every page, and gone with its final (L6)", async () => {
    const page = await rig.page();
    await rig.show(bot("before"));
    await until(() => texts(page).length === 1, "the page is there");
    await frame("Hel");
    await frame("Hello wor");
    const late = await rig.page();
    await frame("Hello world");
    for (const each of [page, late]) await until(() => each.frames.at(-1) === "Hello world", "the newest text");
    expect(
      page.heard
        .filter((said) => said.type === "live" && said.frame !== undefined)
        .map((said) => said.type === "live" && said.frame?.text),
    ).toEqual(["Hel", "lo wor", "ld"]);
    expect(page.frame?.stop).toBe("stop-1");
    await until(() => page.chats.get("home")?.running === true, "the list shows it");
    await rig.show({ ...bot("Hello world."), endsLive: "s1" });
    for (const each of [page, late]) await until(() => each.frame === undefined && texts(each).length === 2, "the end");
    await until(() => page.chats.get("home")?.running === false, "the list shows it");
  });

  test("of the chat that was opened last is shown, however quickly another was opened before", async () => {
    const page = await rig.page();
    for (let n = 0; n < 50; n++) await rig.show(bot(`m${n}`));
    await until(() => page.welcome !== undefined, "the page is there");
    page.send({ type: "open", chat: "home" });
    page.send({ type: "open", chat: "fresh" });
    await until(() => page.heard.some((said) => said.type === "messages" && said.chat === "fresh"), "it is open");
    const before = page.heard.length;
    await frame("not for this one");
    await rig.store.show("web~main~fresh" as never, "s9", { ...view("x"), slot: "s9", text: "for this one" });
    await until(() => page.heard.slice(before).some((said) => said.type === "live"), "a frame");
    expect(page.heard.slice(before).flatMap((said) => (said.type === "live" ? [said.chat] : []))).toEqual(["fresh"]);
  });

  test("that was rewritten is sent from where it differs", async () => {
    const page = await rig.page();
    await until(
      () => page.welcome !== undefined && page.heard.some((said) => said.type === "live"),
      "the page is there",
    );
    await frame("One two three");
    await frame("One 2");
    await until(() => page.frames.at(-1) === "One 2", "the newest text");
    expect(page.frame).toMatchObject({ keep: 4, text: "2" });
  });

  test("can be stopped from afar", async () => {
    const page = await rig.page();
    page.send({ type: "stopTurn", id: "a", chat: homeKey, startedAt: 1000 });
    page.send({ type: "stopTurn", id: "b", chat: homeKey, startedAt: 900 });
    await until(() => page.heard.filter((said) => said.type === "told").length === 2, "answers");
    expect(page.heard.filter((said) => said.type === "told")).toMatchObject([
      { id: "a", text: "Stopping." },
      { id: "b", text: "Nothing is running there." },
    ]);
  });
});

test("a tap is told its verdict; said again after a cut it is the same event", async () => {
  const page = await rig.page();
  rig.reply = { text: "Approved.", alert: true };
  expect(await page.tap("", "n-1")).toMatchObject({ text: "Approved.", alert: true });
  expect(rig.events).toMatchObject([{ kind: "tap", nonce: "n-1", person: { id: "web:owner" } }]);
});

test("of a chat the newest messages are kept, of the list the newest chats", async () => {
  await rig.end();
  rig = await startWebRig(redis, { entryCap: 5, chatCap: 3 });
  for (let n = 0; n < 8; n++) await rig.show(bot(`m${n}`));
  for (const chat of ["a", "b", "c"]) await rig.show(bot("hi"), `in-${chat}`, chat);
  const { entries, more } = await rig.store.page(homeKey, 50);
  expect(entries).toHaveLength(5);
  expect(more).toBe(false);
  expect((await rig.store.chats()).map(({ chat }) => chat.split("~")[2])).toEqual(["c", "b", "a"]);
});
