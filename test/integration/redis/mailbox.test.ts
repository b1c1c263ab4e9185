import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { silentLogger } from "../../../src/lib/log.ts";
import type { ChatKey, MailId } from "../../../src/model/ids.ts";
import type { Mail } from "../../../src/model/message.ts";
import type { RedisLink } from "../../../src/redis/connection.ts";
import { createIngressStore } from "../../../src/redis/ingress-store.ts";
import type { TestRedis } from "../../fixtures/redis.ts";
import { startRedis } from "../../fixtures/redis.ts";
import { facts, newChat, node, owned, prompt, textOf, until } from "./samples.ts";

let server: TestRedis;
let link: RedisLink;
let a: ReturnType<typeof node>;
let b: ReturnType<typeof node>;

beforeAll(async () => {
  server = await startRedis();
  link = await server.link();
  a = node(link, "a", { leaseMs: 60_000, cap: 5 });
  b = node(link, "b", { leaseMs: 60_000 });
});
afterAll(() => server.stop());

const texts = async (chat: ChatKey): Promise<readonly string[]> =>
  (await a.chats.readMail(chat)).map((item) => textOf(item.mail));

describe("ingest", () => {
  it("L2: stores an event once, however often the platform hands it over", async () => {
    const chat = newChat();
    expect(await a.ingress.ingest(chat, "1", prompt("one"), facts(chat))).toBe("taken");
    expect(await a.ingress.ingest(chat, "1", prompt("one"), facts(chat))).toBe("duplicate");
    expect(await texts(chat)).toEqual(["one"]);
    expect(await link.redis.pttl(link.keys.dedupe(chat, "1"))).toBeGreaterThan(47 * 3_600_000);
  });

  it("L2: keeps the order of arrival", async () => {
    const chat = newChat();
    for (const text of ["a", "b", "c"]) await a.ingress.ingest(chat, text, prompt(text), facts(chat));
    expect(await texts(chat)).toEqual(["a", "b", "c"]);
    const [first] = await a.chats.readMail(chat, undefined, 1);
    expect((await a.chats.readMail(chat, first?.id)).map((item) => textOf(item.mail))).toEqual(["b", "c"]);
  });

  it("L2: the order holds across an emptied mailbox and a clock that went back", async () => {
    const chat = newChat();
    await a.ingress.ingest(chat, "1", prompt("one"), facts(chat));
    const ahead = `${Date.now() + 1_000_000}-3`;
    await link.redis.hset(link.keys.state(chat), "li", ahead);
    const { lease } = await owned(a.chats, chat);
    await a.chats.commit(lease, { ack: (await a.chats.readMail(chat)).map((item) => item.id) });
    expect(await a.chats.release(lease)).toBe(true);
    await a.ingress.ingest(chat, "2", prompt("two"), facts(chat));
    expect((await a.chats.readMail(chat, ahead as MailId)).map((item) => item.id)).toEqual([ahead.replace("-3", "-4")]);
  });

  it("refuses mail above the cap and takes the same event once there is room", async () => {
    const chat = newChat();
    for (const text of ["1", "2", "3", "4", "5"]) await a.ingress.ingest(chat, text, prompt(text), facts(chat));
    expect(await a.ingress.ingest(chat, "6", prompt("6"), facts(chat))).toBe("full");
    const { lease } = await owned(a.chats, chat);
    await a.chats.commit(lease, { ack: (await a.chats.readMail(chat, undefined, 1)).map((item) => item.id) });
    expect(await a.ingress.ingest(chat, "6", prompt("6"), facts(chat))).toBe("taken");
  });

  it("L4: takes what stops, steers and drops above the cap for work, and bounds that, too", async () => {
    const chat = newChat();
    const person = { id: "telegram:1" as never, name: "@owner" };
    const message = { messageId: "m" as never, person, sentAt: 1, text: "edited", attachments: [] };
    const command = (name: string, args: string): Mail => ({ kind: "command", message, command: { name, args } });
    const ingest = (id: string, mail: Mail) => a.ingress.ingest(chat, id, mail, facts(chat));
    for (const text of ["1", "2", "3", "4", "5"]) await ingest(text, prompt(text));
    for (const [at, work] of [prompt("6"), { kind: "edit", message } as const, command("new", "fix it")].entries())
      expect(await ingest(`work-${at}`, work)).toBe("full");
    const control: readonly Mail[] = [
      { kind: "stop", person },
      { kind: "button", person, act: { act: "restartCodex", slot: "t1" } },
      { kind: "recall", messageId: message.messageId },
      { kind: "ok", person, messageId: message.messageId },
      { kind: "edit", message, command: { name: "stop", args: "" } },
      command("stop", ""),
      command("new", ""),
    ];
    for (const [at, mail] of control.entries()) expect(await ingest(`control-${at}`, mail)).toBe("taken");
    const results = await Promise.all(
      Array.from({ length: 200 }, (_, at) => ingest(`flood-${at}`, { kind: "stop", person })),
    );
    expect(results.filter((result) => result === "taken")).toHaveLength(100 - control.length);
    expect(await link.redis.xlen(link.keys.mailbox(chat))).toBe(105);
  });

  it("keeps text that is not well-formed Unicode, and empty lists", async () => {
    const chat = newChat();
    await a.ingress.ingest(chat, "1", prompt("half \ud83d of a pair"), facts(chat));
    expect((await a.chats.readMail(chat))[0]?.mail).toEqual(prompt("half \ud83d of a pair"));
  });

  it("L1: mail is taken although its wake-up fails, and the sweeper finds the chat", async () => {
    const chat = newChat();
    const broken = createIngressStore({
      link,
      logger: silentLogger,
      wake: () => Promise.reject(new Error("queue is away")),
    });
    expect(await broken.ingest(chat, "1", prompt("one"), facts(chat))).toBe("taken");
    await until(async () => (await a.chats.unowned(20)).includes(chat));
  });

  it("L1: rejects within the deadline when Redis does not answer", async () => {
    const chat = newChat();
    const stuck = createIngressStore({
      link: { ...link, run: () => new Promise(() => undefined) },
      logger: silentLogger,
      wake: () => Promise.resolve(),
      deadlineMs: 30,
    });
    await expect(stuck.ingest(chat, "1", prompt("one"), facts(chat))).rejects.toMatchObject({
      code: "redisUnavailable",
    });
  });

  it("tells an event that needs no mail once", async () => {
    const chat = newChat();
    expect(await a.ingress.once(chat, "tap-1")).toBe(true);
    expect(await a.ingress.once(chat, "tap-1")).toBe(false);
  });
});

describe("who hears of new mail", () => {
  it("nobody owns the chat: one wake-up, however many messages", async () => {
    const chat = newChat();
    for (const text of ["1", "2", "3"]) await a.ingress.ingest(chat, text, prompt(text), facts(chat));
    expect(a.woken.filter((each) => each === chat)).toHaveLength(1);
  });

  it("a living owner hears the doorbell, on its node only, and nobody is woken", async () => {
    const chat = newChat();
    const rung: ChatKey[] = [];
    const elsewhere: ChatKey[] = [];
    await a.chats.onDoorbell((each) => rung.push(each));
    await b.chats.onDoorbell((each) => elsewhere.push(each));
    await owned(a.chats, chat);
    await a.ingress.ingest(chat, "1", prompt("1"), facts(chat));
    await until(() => rung.includes(chat));
    expect(elsewhere).not.toContain(chat);
    expect(a.woken).not.toContain(chat);
  });

  it("L3: a dead owner is no owner: new mail wakes the chat at once", async () => {
    const chat = newChat();
    const dying = node(link, "dying", { leaseMs: 1 });
    await owned(dying.chats, chat);
    await until(async () => (await a.chats.unowned(0)).includes(chat));
    await a.ingress.ingest(chat, "1", prompt("1"), facts(chat));
    expect(a.woken).toContain(chat);
  });

  it("the sweeper offers a chat nobody owns once per wait", async () => {
    const chat = newChat();
    await link.redis.zadd(link.keys.scheduled, Date.now() - 61_000, chat);
    expect(await a.chats.unowned(60_000)).toContain(chat);
    expect(await a.chats.unowned(60_000)).not.toContain(chat);
  });

  it("a living owner's chat is not offered by the sweeper", async () => {
    const chat = newChat();
    await owned(a.chats, chat);
    expect(await b.chats.unowned(0)).not.toContain(chat);
  });
});

describe("release", () => {
  it("is refused while mail is unread, and afterwards leaves no mailbox behind", async () => {
    const chat = newChat();
    const { lease } = await owned(a.chats, chat);
    await a.ingress.ingest(chat, "1", prompt("1"), facts(chat));
    expect(await a.chats.release(lease)).toBe(false);
    await a.chats.commit(lease, { ack: (await a.chats.readMail(chat)).map((item) => item.id) });
    expect(await a.chats.release(lease)).toBe(true);
    expect(await link.redis.exists(link.keys.mailbox(chat))).toBe(0);
    expect(await link.redis.zscore(link.keys.scheduled, chat)).toBeNull();
  });

  it("mail that lands as the actor releases is either refused to it or woken for", async () => {
    for (let round = 0; round < 50; round++) {
      const chat = newChat();
      const { lease } = await owned(a.chats, chat);
      const [released] = await Promise.all([
        a.chats.release(lease),
        b.ingress.ingest(chat, "1", prompt("1"), facts(chat)),
      ]);
      expect(b.woken.includes(chat)).toBe(released);
    }
  });

  it("a parked chat with a bound thread takes at most 1 KB", async () => {
    const chat = newChat();
    const { lease } = await owned(a.chats, chat);
    await a.ingress.ingest(chat, "1", prompt("1"), facts(chat));
    await a.chats.commit(lease, {
      ack: (await a.chats.readMail(chat)).map((item) => item.id),
      binding: {
        project: "app",
        threadId: "01a1fbd8-5a70-7b60-b0a4-8f7cf3f2b111" as never,
        threadUsed: true,
        model: "gpt-5.5",
        effort: "medium",
        turns: 12,
        contextLeft: 61,
      },
      turn: null,
      process: null,
    });
    await a.chats.release(lease);
    const keys = await link.redis.keys(`*{${chat}}*`);
    expect(keys.sort()).toEqual([link.keys.dedupe(chat, "1"), link.keys.state(chat)].sort());
    expect(await link.redis.memory("USAGE", link.keys.state(chat))).toBeLessThanOrEqual(800);
  });
});
