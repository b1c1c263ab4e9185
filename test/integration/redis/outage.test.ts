import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { silentLogger } from "../../../src/lib/log.ts";
import { createActivations } from "../../../src/queue/activations.ts";
import type { RedisLink } from "../../../src/redis/connection.ts";
import { createIngressStore } from "../../../src/redis/ingress-store.ts";
import { createOutboxStore } from "../../../src/redis/outbox-store.ts";
import type { TestRedis } from "../../fixtures/redis.ts";
import { startRedis } from "../../fixtures/redis.ts";
import { account, facts, final, finalText, newChat, node, owned, prompt, textOf, until } from "./samples.ts";

let server: TestRedis;
let link: RedisLink;

beforeEach(async () => {
  server = await startRedis();
  link = await server.link();
});
afterEach(() => server.stop());

describe("redis is killed and comes back", () => {
  it("L1: nothing acknowledged is lost, doubled or reordered while it is killed under traffic", async () => {
    const chat = newChat();
    const { ingress, chats } = node(link, "a", { leaseMs: 60_000, cap: 5000 });
    const acknowledged: string[] = [];
    let sent = 0;
    let killed = false;
    while (sent < 600) {
      const text = String(sent++);
      // Handed over again until it is acknowledged, as platforms do.
      for (let done = false; !done; )
        done = await ingress.ingest(chat, text, prompt(text), facts(chat)).then(
          () => true,
          () => false,
        );
      acknowledged.push(text);
      if (sent === 300) {
        server.kill();
        killed = true;
      }
    }
    expect(killed).toBe(true);
    expect((await chats.readMail(chat)).map((item) => textOf(item.mail))).toEqual(acknowledged);
  });

  it("L5: commits wait for it and happen once, in order", async () => {
    const chat = newChat();
    const { chats } = node(link, "a", { leaseMs: 60_000 });
    const { lease } = await owned(chats, chat);
    const texts = Array.from({ length: 200 }, (_, index) => String(index));
    const commits = texts.map((text) => chats.commit(lease, { ops: [final(text)] }));
    await commits[20];
    server.kill();
    await Promise.all(commits);
    const head = await createOutboxStore({ link, node: "a", account }).head(chat, 1000);
    expect(head.ops.map((op) => finalText(op.body))).toEqual(texts);
  });

  it("L1: ingress is refused in time while it is away, and goes on by itself afterwards", async () => {
    const chat = newChat();
    const ingress = createIngressStore({ link, logger: silentLogger, wake: () => Promise.resolve(), deadlineMs: 200 });
    const pid = server.pid() ?? 0;
    process.kill(pid, "SIGSTOP");
    await expect(ingress.ingest(chat, "1", prompt("1"), facts(chat))).rejects.toMatchObject({
      code: "redisUnavailable",
    });
    process.kill(pid, "SIGCONT");
    // It happened after all: handed over again it is known, and it is there once.
    expect(await ingress.ingest(chat, "1", prompt("1"), facts(chat))).toBe("duplicate");
    expect(await node(link, "a").chats.readMail(chat)).toHaveLength(1);
  });

  it("activations survive it", async () => {
    const activations = createActivations({
      connection: link.forQueue(),
      prefix: link.keys.queue,
      logger: silentLogger,
    });
    const chat = newChat();
    await activations.wake(chat);
    server.kill();
    const ran: string[] = [];
    await activations.consume(async (each) => {
      ran.push(each);
      return { outcome: "done" };
    });
    await until(() => ran.length === 1);
    const later = newChat();
    await activations.wake(later);
    await until(() => ran.includes(later));
    await activations.close();
  });
});
