import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BridgeError } from "../../../src/model/errors.ts";
import type { ChatKey } from "../../../src/model/ids.ts";
import { emptyView } from "../../../src/model/view.ts";
import type { OutboxStore } from "../../../src/outbox/port.ts";
import type { RedisLink } from "../../../src/redis/connection.ts";
import { createOutboxStore } from "../../../src/redis/outbox-store.ts";
import type { TestRedis } from "../../fixtures/redis.ts";
import { startRedis } from "../../fixtures/redis.ts";
import {
  account,
  button,
  facts,
  final,
  finalText,
  growing,
  newChat,
  node,
  owned,
  prompt,
  request,
  until,
} from "./samples.ts";

let server: TestRedis;
let link: RedisLink;
let a: ReturnType<typeof node>;
let outbox: OutboxStore;
const heard: string[] = [];

beforeAll(async () => {
  server = await startRedis();
  link = await server.link();
  a = node(link, "a", { leaseMs: 60_000 });
  outbox = createOutboxStore({ link, node: "a", account });
  await outbox.onDirty((chat, what) => heard.push(`${what} ${chat}`));
});
afterAll(() => server.stop());

const liveText = async (chat: ChatKey): Promise<string | undefined> =>
  (await outbox.live(chat))?.view.messages.at(-1)?.text;

describe("commit", () => {
  it("L5: mail leaves and its effects stand in the same step", async () => {
    const chat = newChat();
    const { lease } = await owned(a.chats, chat);
    await a.ingress.ingest(chat, "1", prompt("1"), facts(chat));
    const mail = (await a.chats.readMail(chat)).map((item) => item.id);
    const asked = request(chat, await a.chats.nextRequestNumber());
    await a.chats.commit(lease, {
      ack: mail,
      ops: [final("one"), final("two")],
      buttons: [button(chat, "n-1")],
      asked: [asked],
      binding: { language: "zh-CN" },
    });
    expect(await a.chats.readMail(chat)).toEqual([]);
    expect((await outbox.head(chat, 10)).ops.map((op) => finalText(op.body))).toEqual(["one", "two"]);
    expect(await outbox.pending()).toContain(chat);
    expect(await a.ingress.button("n-1" as never)).toEqual(button(chat, "n-1"));
    expect(await a.chats.request(asked.number)).toEqual(asked);
    expect(await a.ingress.language(chat)).toBe("zh-CN");
    await until(() => heard.includes(`durable ${chat}`));
  });

  it("L5: a commit sent again after a lost reply happens once", async () => {
    const chat = newChat();
    const twice: RedisLink = {
      ...link,
      run: async (name, keys, args) => {
        await link.run(name, keys, args);
        return link.run(name, keys, args);
      },
    };
    const unlucky = node(twice, "unlucky", { leaseMs: 60_000 });
    const { lease } = await owned(unlucky.chats, chat);
    await unlucky.chats.commit(lease, { ops: [final("once")] });
    await unlucky.ingress.say(chat, final("note"));
    await unlucky.chats.updateView(lease, { view: growing("t-1", "i"), openItemId: "i", append: "a" });
    await unlucky.chats.updateView(lease, { openItemId: "i", append: "b" });
    expect(await unlucky.ingress.ingest(chat, "1", prompt("1"), facts(chat))).toBe("taken");
    expect((await outbox.head(chat, 10)).ops.map((op) => finalText(op.body))).toEqual(["once", "note"]);
    expect(await liveText(chat)).toBe("ab");
    expect(await unlucky.chats.readMail(chat)).toHaveLength(1);
  });

  it("L5: a commit that is asked for again, as its call failed after it was written, happens once", async () => {
    const chat = newChat();
    let refused = 0;
    const full: RedisLink = {
      ...link,
      run: async (name, keys, args) => {
        const reply = await link.run(name, keys, args);
        if (name !== "commit" || refused++ > 0) return reply;
        throw new BridgeError("redisUnavailable", "Redis: MISCONF");
      },
    };
    const unlucky = node(full, "full", { leaseMs: 60_000 });
    const { lease } = await owned(unlucky.chats, chat);
    const step = { ops: [final("once")] };
    await expect(unlucky.chats.commit(lease, step)).rejects.toThrow("MISCONF");
    await unlucky.chats.commit(lease, step);
    await unlucky.chats.commit(lease, { ops: [final("next")] });
    expect((await outbox.head(chat, 10)).ops.map((op) => finalText(op.body))).toEqual(["once", "next"]);
  });

  it("L5: writes of one chat happen in the order of the calls, whatever the network does", async () => {
    const chat = newChat();
    let slowest = 10;
    const uneven: RedisLink = {
      ...link,
      run: async (...call) => {
        await new Promise((resolve) => setTimeout(resolve, slowest--));
        return link.run(...call);
      },
    };
    const { chats } = node(uneven, "uneven", { leaseMs: 60_000 });
    const { lease } = await owned(chats, chat);
    const texts = ["0", "1", "2", "3", "4", "5"];
    await Promise.all(texts.map((text) => chats.commit(lease, { ops: [final(text)] })));
    expect((await outbox.head(chat, 50)).ops.map((op) => finalText(op.body))).toEqual(texts);
  });

  it("L5: the first write of a restarted process is not taken for the last of the old one", async () => {
    const chat = newChat();
    for (const text of ["before", "after"]) {
      const { chats } = node(link, "restarted", { leaseMs: 60_000 });
      const { lease } = await owned(chats, chat);
      await chats.commit(lease, { ops: [final(text)] });
      await chats.updateView(lease, { view: growing(text, "i"), openItemId: "i", append: text });
    }
    expect((await outbox.head(chat, 50)).ops.map((op) => finalText(op.body))).toEqual(["before", "after"]);
    expect(await liveText(chat)).toBe("after");
  });

  it("a service note carries its buttons", async () => {
    const chat = newChat();
    await a.ingress.say(chat, final("hello"), [button(chat, "n-2")]);
    expect(await a.ingress.button("n-2" as never)).toEqual(button(chat, "n-2"));
  });

  it("keeps a finished view for 30 days", async () => {
    const chat = newChat();
    const { lease } = await owned(a.chats, chat);
    const view = { ...emptyView("t-9", 1, "en"), diff: "-old\n+new\n".repeat(500) };
    await a.chats.commit(lease, { archive: view });
    expect(await a.chats.archived(chat, "t-9")).toEqual(view);
    expect(await a.chats.archived(chat, "t-8")).toBeUndefined();
    expect(await link.redis.strlen(link.keys.archive(chat, "t-9"))).toBeLessThan(500);
  });

  it("finds the chats this node recorded a process for", async () => {
    const [mine, gone] = [newChat(), newChat()];
    const own = node(link, "with-processes", { leaseMs: 60_000 });
    const process = { pid: 42, startTime: "1", socket: "/run/s", host: "h" };
    const first = await owned(own.chats, mine);
    const second = await owned(own.chats, gone);
    await own.chats.commit(first.lease, { process });
    await own.chats.commit(second.lease, { process });
    await own.chats.commit(second.lease, { process: null });
    expect(await own.chats.chatsWithProcess()).toEqual([{ chat: mine, process }]);
    expect(await a.chats.chatsWithProcess()).toEqual([]);
  });
});

describe("running view", () => {
  it("L8: the text streamed so far is composed into the open message", async () => {
    const chat = newChat();
    const { lease } = await owned(a.chats, chat);
    await a.chats.updateView(lease, { view: growing("t-1", "i-1"), openItemId: "i-1", append: "Hel" });
    await a.chats.updateView(lease, { openItemId: "i-1", append: "lo \ud83d" });
    await a.chats.updateView(lease, { openItemId: "i-1", append: '\ude00 "quoted"\n' });
    expect(await liveText(chat)).toBe('Hello 😀 "quoted"\n');
    expect((await owned(a.chats, chat)).record.view?.messages[0]?.text).toBe('Hello 😀 "quoted"\n');
    expect(heard).toContain(`live ${chat}`);
  });

  it("a new open message starts a new text; a completed one keeps its own", async () => {
    const chat = newChat();
    const { lease } = await owned(a.chats, chat);
    await a.chats.updateView(lease, { view: growing("t-1", "i-1"), openItemId: "i-1", append: "lost in a retry" });
    await a.chats.updateView(lease, { view: growing("t-1", "i-2"), openItemId: "i-2", append: "new" });
    expect(await liveText(chat)).toBe("new");
    const done = {
      ...growing("t-1", "i-2"),
      messages: [{ itemId: "i-2", phase: "final" as const, text: "new text", complete: true }],
    };
    await a.chats.updateView(lease, { view: done });
    expect(await liveText(chat)).toBe("new text");
  });

  it("a reset replaces what may have been appended before", async () => {
    const chat = newChat();
    const { lease } = await owned(a.chats, chat);
    await a.chats.updateView(lease, { view: growing("t-1", "i-1"), openItemId: "i-1", append: "abc" });
    await a.chats.updateView(lease, { openItemId: "i-1", append: "abcdef", reset: true });
    await a.chats.updateView(lease, { openItemId: "i-1", append: "g" });
    expect(await liveText(chat)).toBe("abcdefg");
  });

  it("a committed view keeps its open text and goes on growing", async () => {
    const chat = newChat();
    const { lease } = await owned(a.chats, chat);
    await a.chats.commit(lease, { view: growing("t-1", "i-1", "start ") });
    await a.chats.updateView(lease, { openItemId: "i-1", append: "and on" });
    expect(await liveText(chat)).toBe("start and on");
  });

  it("L6: no frame after the final, whatever comes late", async () => {
    const chat = newChat();
    const { lease } = await owned(a.chats, chat);
    await a.chats.updateView(lease, { view: growing("t-1", "i-1"), openItemId: "i-1", append: "a" });
    await a.chats.commit(lease, { ops: [final("done", "t-1")], view: growing("t-1", "i-1") });
    expect(await outbox.live(chat)).toBeUndefined();
    await a.chats.updateView(lease, { openItemId: "i-1", append: "late" });
    await a.chats.updateView(lease, { view: growing("t-1", "i-1"), openItemId: "i-1", append: "late" });
    expect(await outbox.live(chat)).toBeUndefined();
    expect(await link.redis.exists(link.keys.view(chat), link.keys.viewText(chat))).toBe(0);
    await a.chats.commit(lease, { view: growing("t-2", "i-2", "next turn") });
    expect(await liveText(chat)).toBe("next turn");
  });

  it("L6: a view started again under its slot waits until the operation that ended it is sent", async () => {
    const chat = newChat();
    const { lease } = await owned(a.chats, chat);
    await a.chats.commit(lease, { ops: [{ op: "endLive", slot: "t-1" }] });
    await a.chats.commit(lease, { view: growing("t-1", "i-1", "again") });
    expect(await outbox.live(chat)).toBeUndefined();
    const claimed = await outbox.claim();
    const [op] = (await outbox.head(chat, 1)).ops;
    if (op === undefined || !("epoch" in claimed)) throw new Error("nothing to send");
    await outbox.complete(claimed.epoch, chat, op.id);
    expect(await liveText(chat)).toBe("again");
  });

  it("L6: an ended view is gone at once", async () => {
    const chat = newChat();
    const { lease } = await owned(a.chats, chat);
    await a.chats.commit(lease, { view: growing("t-1", "i-1", "x") });
    await a.chats.commit(lease, { endView: true });
    await a.chats.updateView(lease, { view: growing("t-1", "i-1"), openItemId: "i-1", append: "late" });
    expect(await outbox.live(chat)).toBeUndefined();
  });
});
