import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { OpId } from "../../../src/model/ids.ts";
import type { RedisLink } from "../../../src/redis/connection.ts";
import { createOutboxStore } from "../../../src/redis/outbox-store.ts";
import type { TestRedis } from "../../fixtures/redis.ts";
import { startRedis } from "../../fixtures/redis.ts";
import {
  account,
  button,
  dump,
  facts,
  final,
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
let prefix: string;
const long = { leaseMs: 60_000 };

beforeAll(async () => {
  server = await startRedis();
  prefix = server.keyPrefix();
  link = await server.link(prefix);
});
afterAll(() => server.stop());

const process = { pid: 42, startTime: "1", socket: "/run/codex.sock", host: "here" };

describe("claim", () => {
  it("L3: another node is told how long the lease still lives", async () => {
    const chat = newChat();
    await owned(node(link, "a", long).chats, chat);
    const refused = await node(link, "b").chats.claim(chat);
    if (!("heldMs" in refused)) throw new Error("two owners");
    expect(refused.heldMs).toBeGreaterThan(50_000);
    expect(refused.heldMs).toBeLessThanOrEqual(60_000);
  });

  it("L3: the same node takes its chat back at once, with a higher epoch", async () => {
    const chat = newChat();
    const first = await owned(node(link, "a", long).chats, chat);
    const second = await owned(node(link, "a", long).chats, chat);
    expect(second.lease.epoch).toBe(first.lease.epoch + 1);
  });

  it("L3: an expired lease can be taken by anybody", async () => {
    const chat = newChat();
    await owned(node(link, "a", { leaseMs: 30 }).chats, chat);
    const b = node(link, "b");
    await until(async () => "lease" in (await b.chats.claim(chat)));
  });

  it("reads back everything the last owner wrote", async () => {
    const chat = newChat();
    const { chats } = node(link, "a", long);
    const { lease, record } = await owned(chats, chat);
    expect(record).toEqual({ binding: {}, waiting: [], requests: [] });
    const turn = { slot: "t-1", clientId: "c" as never, mailIds: [], delivered: false, startedAt: 1, steers: [] };
    const waiting = [{ mailIds: ["1-0" as never], messageId: "9" as never, slot: "w-1" }];
    const asked = request(chat, await chats.nextRequestNumber());
    const view = growing("t-1", "item", "so far");
    await chats.commit(lease, { binding: { project: "app" }, process, turn, waiting, asked: [asked], view });
    const again = await owned(chats, chat);
    expect(again.record).toEqual({ binding: { project: "app" }, process, turn, waiting, requests: [asked], view });
    await chats.commit(again.lease, {
      process: null,
      turn: null,
      waiting: [],
      endView: true,
      settled: [{ number: asked.number, state: "resolved" }],
    });
    expect((await owned(chats, chat)).record).toEqual({ binding: { project: "app" }, waiting: [], requests: [] });
  });
});

describe("renew", () => {
  it("extends in one step and answers unacked mail per chat, or lost, in order", async () => {
    const [one, two, three] = [newChat(), newChat(), newChat()];
    const a = node(link, "a", long);
    const leases = [await owned(a.chats, one), await owned(a.chats, two), await owned(a.chats, three)].map(
      ({ lease }) => lease,
    );
    await a.ingress.ingest(one, "1", prompt("1"), facts(one));
    await link.redis.hset(link.keys.state(two), "own", "b");
    expect(await a.chats.renew(leases)).toEqual([1, "lost", 0]);
  });

  it("renews more chats than fit into one script call", async () => {
    const a = node(link, "a", long);
    const leases = await Promise.all(Array.from({ length: 450 }, async () => (await owned(a.chats, newChat())).lease));
    expect(await a.chats.renew(leases)).toEqual(leases.map(() => 0));
  });
});

describe("fencing", () => {
  it("L3: a stale owner changes nothing at all", async () => {
    const chat = newChat();
    const a = node(link, "a", long);
    const { lease: stale } = await owned(a.chats, chat);
    await a.ingress.ingest(chat, "1", prompt("1"), facts(chat));
    const [mail] = await a.chats.readMail(chat);
    const asked = request(chat, await a.chats.nextRequestNumber());
    await a.chats.commit(stale, { view: growing("t-1", "item", "abc"), asked: [asked] });
    await owned(node(link, "a", long).chats, chat);

    const before = await dump(link, prefix);
    const lost = { code: "leaseLost" };
    await expect(
      a.chats.commit(stale, {
        ack: mail === undefined ? [] : [mail.id],
        binding: { project: "stolen" },
        process,
        turn: null,
        waiting: [],
        ops: [final("stale", "t-1")],
        buttons: [button(chat, "n1")],
        asked: [request(chat, 900)],
        settled: [{ number: asked.number, state: "ended" }],
        archive: growing("t-1", "item"),
        view: growing("t-2", "item"),
      }),
    ).rejects.toMatchObject(lost);
    await expect(
      a.chats.updateView(stale, { view: growing("t-1", "item"), openItemId: "item", append: "x" }),
    ).rejects.toMatchObject(lost);
    await expect(a.chats.release(stale)).rejects.toMatchObject(lost);
    expect(await a.chats.renew([stale])).toEqual(["lost"]);
    expect(await dump(link, prefix)).toEqual(before);
  });

  it("L3: an owner that released is stale, and releasing twice is harmless", async () => {
    const chat = newChat();
    const a = node(link, "a", long);
    const { lease } = await owned(a.chats, chat);
    expect(await a.chats.release(lease)).toBe(true);
    expect(await a.chats.release(lease)).toBe(true);
    await expect(a.chats.commit(lease, { ops: [final("late")] })).rejects.toMatchObject({ code: "leaseLost" });
  });

  it("L3: a stale sender changes nothing at all", async () => {
    const chat = newChat();
    const a = node(link, "a", long);
    await a.ingress.say(chat, final("note"));
    const store = createOutboxStore({ link, node: "a", account, leaseMs: 60_000 });
    const first = await store.claim();
    const second = await store.claim();
    if (!("epoch" in first && "epoch" in second)) throw new Error("not claimed");
    expect(await createOutboxStore({ link, node: "b", account }).claim()).toHaveProperty("heldMs");
    const op = (await store.head(chat, 1)).ops[0]?.id ?? ("" as OpId);
    const message = { messageId: "5" as never };
    const before = await dump(link, prefix);
    for (const stale of [
      store.begin(first.epoch, chat, op, 0),
      store.done(first.epoch, chat, op, 1, { slot: "s", message }),
      store.complete(first.epoch, chat, op),
      store.remember(first.epoch, chat, "s", message),
      store.abandon(first.epoch, chat, "blocked"),
    ])
      await expect(stale).rejects.toMatchObject({ code: "leaseLost" });
    expect(await store.renew(first.epoch)).toBe(false);
    await store.release(first.epoch);
    expect(await dump(link, prefix)).toEqual(before);
    expect(await store.renew(second.epoch)).toBe(true);
  });
});
