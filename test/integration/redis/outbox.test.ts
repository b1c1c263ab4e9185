import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ChatKey, OpId } from "../../../src/model/ids.ts";
import { chatKey } from "../../../src/model/ids.ts";
import type { OutboxStore } from "../../../src/outbox/port.ts";
import type { RedisLink } from "../../../src/redis/connection.ts";
import { createOutboxStore } from "../../../src/redis/outbox-store.ts";
import type { TestRedis } from "../../fixtures/redis.ts";
import { startRedis } from "../../fixtures/redis.ts";
import { account, facts, final, finalText, growing, newChat, node, owned, prompt, until } from "./samples.ts";

let server: TestRedis;
let link: RedisLink;
let a: ReturnType<typeof node>;
let outbox: OutboxStore;
let epoch: number;

beforeAll(async () => {
  server = await startRedis();
  link = await server.link();
  a = node(link, "a", { leaseMs: 60_000 });
  outbox = createOutboxStore({ link, node: "a", account, leaseMs: 60_000, slotCap: 5 });
  const claimed = await outbox.claim();
  if (!("epoch" in claimed)) throw new Error("held");
  epoch = claimed.epoch;
});
afterAll(() => server.stop());

async function queued(...texts: readonly string[]): Promise<{ chat: ChatKey; ops: readonly OpId[] }> {
  const chat = newChat();
  for (const text of texts) await a.ingress.say(chat, final(text));
  return { chat, ops: (await outbox.head(chat, 100)).ops.map((op) => op.id) };
}

const message = (id: string) => ({ messageId: id as never });

describe("sending", () => {
  it("L5: progress survives the sender: begun, done, then gone with its operation", async () => {
    const { chat, ops } = await queued("one", "two");
    const [first = "" as OpId, second = "" as OpId] = ops;
    expect((await outbox.head(chat, 1)).progress).toBeUndefined();
    await outbox.begin(epoch, chat, first, 0);
    const begun = (await outbox.head(chat, 1)).progress;
    expect(begun).toEqual({ op: first, calls: 0, inflight: true, tries: 1, begunAt: expect.any(Number) });
    await outbox.begin(epoch, chat, first, 0);
    expect((await outbox.head(chat, 1)).progress).toMatchObject({ inflight: true, tries: 2, begunAt: begun?.begunAt });
    await outbox.done(epoch, chat, first, 1, { slot: "t-1", message: { messageId: "77" as never, extra: "card" } });
    const head = await outbox.head(chat, 1);
    expect(head.progress).toEqual({ op: first, calls: 1, inflight: false, tries: 0 });
    expect(head.screen.slots).toEqual({ "t-1": { messageId: "77", extra: "card" } });
    await outbox.complete(epoch, chat, first);
    expect(await outbox.pending()).toContain(chat);
    const next = await outbox.head(chat, 10);
    expect(next.ops.map((op) => op.id)).toEqual([second]);
    expect(next.progress).toBeUndefined();
    await outbox.complete(epoch, chat, second);
    expect(await outbox.pending()).not.toContain(chat);
    expect(await link.redis.exists(link.keys.outbox(chat), link.keys.progress(chat))).toBe(0);
  });

  it("L12: a refusal is remembered until its operation is complete", async () => {
    const { chat, ops } = await queued("one", "two");
    const [first = "" as OpId, second = "" as OpId] = ops;
    await outbox.done(epoch, chat, first, 1, undefined, "AB12");
    await outbox.begin(epoch, chat, first, 1);
    await outbox.done(epoch, chat, first, 2);
    expect((await outbox.head(chat, 1)).progress).toMatchObject({ calls: 2, refused: "AB12" });
    await outbox.complete(epoch, chat, first);
    await outbox.begin(epoch, chat, second, 0);
    expect((await outbox.head(chat, 1)).progress).not.toHaveProperty("refused");
  });

  it("a late word about a finished operation leaves no progress behind", async () => {
    const { chat, ops } = await queued("one", "two");
    const [first = "" as OpId] = ops;
    await outbox.complete(epoch, chat, first);
    await outbox.done(epoch, chat, first, 1);
    expect((await outbox.head(chat, 1)).progress).toBeUndefined();
    expect(await link.redis.exists(link.keys.progress(chat))).toBe(0);
  });

  it("L5: operation ids grow even after the outbox was empty", async () => {
    const { chat, ops } = await queued("one");
    const ahead = `${Date.now() + 1_000_000}-0`;
    await link.redis.hset(link.keys.state(chat), "lo", ahead);
    await outbox.complete(epoch, chat, ops[0] ?? ("" as OpId));
    await a.ingress.say(chat, final("two"));
    expect((await outbox.head(chat, 1)).ops[0]?.id).toBe(ahead.replace(/-0$/, "-1"));
  });

  it("forgets the oldest messages above the cap, and those older than 30 days", async () => {
    const chat = newChat();
    await link.redis.hset(link.keys.slots(chat), "ancient", `${Date.now() - 31 * 86_400_000} {"messageId":"0"}`);
    for (let n = 1; n <= 7; n++) {
      await outbox.remember(epoch, chat, `s-${n}`, message(String(n)));
      const at = await link.redis.hget(link.keys.slots(chat), `s-${n}`);
      await link.redis.hset(link.keys.slots(chat), `s-${n}`, `${Date.now() - 1000 + n} ${at?.split(" ")[1]}`);
    }
    expect(Object.keys((await outbox.head(chat, 1)).screen.slots).sort()).toEqual(["s-3", "s-4", "s-5", "s-6", "s-7"]);
  });

  it("abandon drops what is queued and keeps why, until the person writes again", async () => {
    const { chat } = await queued("one", "two");
    await outbox.abandon(epoch, chat, "bot was blocked");
    expect((await outbox.head(chat, 10)).ops).toEqual([]);
    expect(await outbox.pending()).not.toContain(chat);
    expect(await link.redis.hget(link.keys.state(chat), "gone")).toBe("bot was blocked");
    await a.ingress.ingest(chat, "1", prompt("hi"), facts(chat));
    expect(await link.redis.hexists(link.keys.state(chat), "gone")).toBe(0);
  });

  it("L3: one sender per account; a released account can be taken by anybody", async () => {
    const mine = createOutboxStore({ link, node: "a", account: "telegram~other", leaseMs: 60_000 });
    const theirs = createOutboxStore({ link, node: "b", account: "telegram~other", leaseMs: 60_000 });
    const claimed = await mine.claim();
    expect(await theirs.claim()).toHaveProperty("heldMs");
    if ("epoch" in claimed) await mine.release(claimed.epoch);
    expect(await theirs.claim()).toHaveProperty("epoch");
  });
});

describe("a chat that moved", () => {
  it("is reached at its new address, and mail from there is its own", async () => {
    const { chat } = await queued("one");
    const to = chatKey({ channel: "telegram", account: "main", chat: "-100777" });
    await a.ingress.move(chat, to);
    expect(await a.ingress.resolve(to)).toBe(chat);
    expect(await a.ingress.resolve(chat)).toBe(chat);
    expect((await outbox.head(chat, 1)).address).toBe(to);
    const { lease } = await owned(a.chats, chat);
    await a.chats.commit(lease, { view: growing("t-1", "i", "x") });
    expect(await outbox.live(chat)).toMatchObject({ address: to });
  });

  it("may move twice, and back", async () => {
    const chat = newChat();
    const [second, third] = [newChat(), newChat()];
    await outbox.move(chat, second);
    await outbox.move(second, third);
    expect(await a.ingress.resolve(third)).toBe(chat);
    expect((await outbox.head(chat, 1)).address).toBe(third);
    await outbox.move(third, chat);
    expect((await outbox.head(chat, 1)).address).toBe(chat);
  });
});

describe("after a reconnect", () => {
  it("L5: the sender is told of everything that waits, and the owner of its chats", async () => {
    const own = await server.link(server.keyPrefix());
    const store = createOutboxStore({ link: own, node: "a", account });
    const actors = node(own, "a", { leaseMs: 60_000 });
    const chat = newChat();
    const [dirty, rung]: [string[], string[]] = [[], []];
    await store.onDirty((each, what) => dirty.push(`${what} ${each}`));
    await actors.chats.onDoorbell((each) => rung.push(each));
    await owned(actors.chats, chat);
    await actors.ingress.say(chat, final("one"));
    await until(() => dirty.length > 0);
    dirty.length = 0;
    await own.redis.call("CLIENT", "KILL", "TYPE", "pubsub");
    await until(() => dirty.includes(`durable ${chat}`) && rung.includes(chat));
    expect(finalText((await store.head(chat, 1)).ops[0]?.body)).toBe("one");
  });
});

it("the last message of a person is known as the anchor, and what tells none leaves it", async () => {
  const chat = newChat();
  await a.ingress.ingest(chat, "m7", prompt("x"), { ...facts(chat), anchor: "m7" as never });
  await a.ingress.ingest(chat, "m8", prompt("y"), facts(chat));
  expect((await outbox.head(chat, 1)).screen.anchor).toBe("m7");
  expect(await a.ingress.facts(chat)).toMatchObject({ private: facts(chat).private });
});

it("a running view says since when its chat has no owner, once that is no take-over any more", async () => {
  const chat = newChat();
  const { lease } = await owned(a.chats, chat);
  await a.chats.updateView(lease, { view: growing("t-1", "i"), openItemId: "i", append: "Half" });
  expect((await outbox.live(chat))?.view.silentSince).toBeUndefined();
  const ended = Date.now() - 2000;
  await link.redis.hset(link.keys.state(chat), "exp", ended);
  expect((await outbox.live(chat))?.view.silentSince).toBeUndefined();
  await link.redis.hset(link.keys.state(chat), "exp", ended - 5000);
  expect((await outbox.live(chat))?.view).toMatchObject({ slot: "t-1", silentSince: ended - 5000 });
});
