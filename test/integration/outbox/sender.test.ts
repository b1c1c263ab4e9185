import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { createAccess } from "../../../src/channel/access.ts";
import { createIngress } from "../../../src/channel/ingress.ts";
import { systemClock } from "../../../src/lib/clock.ts";
import { silentLogger } from "../../../src/lib/log.ts";
import type { ChatKey, MessageId } from "../../../src/model/ids.ts";
import { createSender, type Sender } from "../../../src/outbox/sender.ts";
import type { RedisLink } from "../../../src/redis/connection.ts";
import { createOutboxStore } from "../../../src/redis/outbox-store.ts";
import { startRedis, type TestRedis } from "../../fixtures/redis.ts";
import { createScriptedChannel, type ScriptedChannel } from "../../fixtures/scripted-channel.ts";
import { account, facts, final, growing, newChat, node, owned, person, until } from "../redis/samples.ts";

let server: TestRedis;
let link: RedisLink;
let a: ReturnType<typeof node>;
const running: Sender[] = [];

beforeAll(async () => {
  server = await startRedis();
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((sender) => sender.stop()));
});
afterAll(() => server.stop());

/** A started sender on its own key space. */
async function sending(name: string, on?: RedisLink): Promise<{ sender: Sender; channel: ScriptedChannel }> {
  link = on ?? (await server.link());
  a = node(link, "a", { leaseMs: 60_000 });
  const channel = Object.assign(createScriptedChannel(Date.now), { account });
  const store = createOutboxStore({ link, node: name, account });
  const sender = createSender({ channel, store, log: silentLogger, clock: systemClock });
  running.push(sender);
  await sender.start();
  return { sender, channel };
}

const textsOf = (channel: ScriptedChannel, chat: ChatKey) =>
  channel.seen.filter((s) => s.chat === chat).map((s) => s.text);

describe("the sender on Redis", () => {
  it("sends what a chat's owner commits, in order, and the live frames before it but none after (L5, L6)", async () => {
    const { channel } = await sending("a");
    const chat = newChat();
    const { lease } = await owned(a.chats, chat);
    await a.chats.updateView(lease, { view: growing("t-1", "i"), openItemId: "i", append: "part" });
    await until(() => channel.texts("draft").length > 0);
    await a.chats.commit(lease, { ops: [final("one|two", "t-1"), final("three")], endView: true });
    await until(() => channel.texts("send").length === 3);
    expect(channel.texts("draft")[0]).toContain("part");
    expect(textsOf(channel, chat).slice(-3)).toEqual(["one", "two", "three"]);
    await until(async () => (await link.redis.scard(link.keys.pending(account))) === 0);
  });

  it("hands over to the next sender, which sends what is left and nothing twice", async () => {
    const first = await sending("a");
    const chat = newChat();
    await a.ingress.say(chat, final("one"));
    await until(() => textsOf(first.channel, chat).length === 1);
    await first.sender.stop();
    await a.ingress.say(chat, final("two"));
    const second = await sending("b", link);
    await until(() => textsOf(second.channel, chat).length === 1);
    expect(textsOf(first.channel, chat)).toEqual(["one"]);
    expect(textsOf(second.channel, chat)).toEqual(["two"]);
  });

  it("loses nothing and keeps the order although Redis is killed in between (L5)", async () => {
    const { channel } = await sending("a");
    const chats = Array.from({ length: 10 }, newChat);
    for (const [i, chat] of chats.entries()) {
      await a.ingress.say(chat, final(`${i}-one|${i}-two`));
      if (i === 5) server.kill();
      await until(() =>
        a.ingress.owners().then(
          () => true,
          () => false,
        ),
      );
    }
    await until(() => chats.every((chat) => textsOf(channel, chat).length >= 2), 30_000);
    for (const [i, chat] of chats.entries()) {
      const texts = textsOf(channel, chat);
      expect(texts.filter((text, at) => texts.indexOf(text) === at)).toEqual([`${i}-one`, `${i}-two`]);
    }
    expect(channel.seen.length).toBeLessThanOrEqual(21);
  });
});

describe("the edge on Redis", () => {
  it("stores a message, settles a tap once, and says notes through the sender (L1, L7)", async () => {
    const { channel } = await sending("a");
    const owner = person("ada");
    const access = createAccess({ owners: [owner.id], users: {}, direct: "pairing", groups: {} }, a.ingress.owners);
    const base = { store: a.ingress, access, log: silentLogger, clock: systemClock, startedAt: Date.now() };
    const ingress = createIngress({ ...base, commands: new Set(["new"]), nonce: () => `n${Math.random()}` });
    const chat = newChat();
    const write = (id: string, text: string) =>
      ingress.accept({
        kind: "message",
        dedupe: id,
        at: facts(chat),
        addressed: true,
        message: { messageId: id as MessageId, person: owner, sentAt: Date.now(), text, attachments: [] },
      });
    await write("1", "fix it");
    await write("1", "fix it");
    await write("2", "/nwe fix it");
    const mail = await a.chats.readMail(chat);
    expect(mail.map((item) => item.mail)).toMatchObject([{ kind: "prompt", message: { text: "fix it" } }]);
    await until(() => textsOf(channel, chat).length === 1);
    expect(textsOf(channel, chat)[0]).toContain("did you mean /new?");
  });
});
