import { afterAll, beforeAll, expect, it } from "vitest";
import type { ChatStore, Lease } from "../../../src/dispatcher/port.ts";
import { silentLogger } from "../../../src/lib/log.ts";
import type { ChatKey, MailId } from "../../../src/model/ids.ts";
import { createActivations } from "../../../src/queue/activations.ts";
import type { RunOutcome } from "../../../src/queue/port.ts";
import { createChatStore } from "../../../src/redis/chat-store.ts";
import { createIngressStore } from "../../../src/redis/ingress-store.ts";
import { createOutboxStore } from "../../../src/redis/outbox-store.ts";
import type { TestRedis } from "../../fixtures/redis.ts";
import { startRedis } from "../../fixtures/redis.ts";
import { account, facts, final, finalText, newChat, prompt, textOf, until } from "./samples.ts";

const chatCount = 200;
const perChat = 20;
const idleMs = 3;

let server: TestRedis;
beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.stop());

/** The same "random" numbers in every run. */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

/** An actor that echoes its mail into the outbox, waits a moment, and leaves as soon as it may. */
async function echo(chats: ChatStore, chat: ChatKey, overlap: (change: 1 | -1) => void): Promise<RunOutcome> {
  const claimed = await chats.claim(chat);
  if ("elsewhere" in claimed) throw new Error("nobody has a home here");
  if ("heldMs" in claimed) return { outcome: "busy", retryMs: claimed.heldMs };
  overlap(1);
  let after: MailId | undefined;
  do {
    after = await serve(chats, claimed.lease, after);
    await new Promise((resolve) => setTimeout(resolve, idleMs));
    after = await serve(chats, claimed.lease, after);
  } while (!(await leave(chats, claimed.lease, overlap)));
  return { outcome: "done" };
}

async function leave(chats: ChatStore, lease: Lease, overlap: (change: 1 | -1) => void): Promise<boolean> {
  overlap(-1);
  if (await chats.release(lease)) return true;
  overlap(1);
  return false;
}

async function serve(chats: ChatStore, lease: Lease, from: MailId | undefined): Promise<MailId | undefined> {
  let after = from;
  for (const { id, mail } of await chats.readMail(lease.chat, after)) {
    await chats.commit(lease, { ack: [id], ops: [final(textOf(mail))] });
    after = id;
  }
  return after;
}

/** One node: stores, actors, sweeper; `skipped` of its wake-ups crash before they are added. */
async function startNode(
  prefix: string,
  name: string,
  skipped: () => boolean,
  overlap: (chat: ChatKey, change: 1 | -1) => void,
) {
  const link = await server.link(prefix);
  const activations = createActivations({ connection: link.forQueue(), prefix: link.keys.queue, logger: silentLogger });
  const chats = createChatStore({ link, node: name, logger: silentLogger });
  const wake = async (chat: ChatKey): Promise<void> => {
    if (!skipped()) await activations.wake(chat);
  };
  const ingress = createIngressStore({ link, logger: silentLogger, wake, deadlineMs: 30_000 });
  let activity = 0;
  await activations.consume((chat) => {
    activity++;
    return echo(chats, chat, (change) => overlap(chat, change));
  });
  const sweeper = setInterval(() => {
    void chats.unowned(200).then(async (found) => {
      for (const chat of found) await activations.wake(chat);
    });
  }, 100);
  return {
    link,
    ingress,
    activations: () => activity,
    stop() {
      clearInterval(sweeper);
      return activations.close();
    },
  };
}

it("L1, L2, L3: 200 chats, two nodes, crashed wake-ups, redeliveries: nothing lost, doubled, reordered or run twice at once", async () => {
  const random = dice(7);
  const prefix = server.keyPrefix();
  const owners = new Map<ChatKey, number>();
  let overlaps = 0;
  const overlap = (chat: ChatKey, change: 1 | -1): void => {
    const now = (owners.get(chat) ?? 0) + change;
    if (now > 1) overlaps++;
    owners.set(chat, now);
  };
  const nodes = await Promise.all(["a", "b"].map((name) => startNode(prefix, name, () => random() < 0.02, overlap)));
  const chats = Array.from({ length: chatCount }, newChat);
  let redelivered = 0;
  await Promise.all(
    chats.map(async (chat, at) => {
      const node = nodes[at % 2] ?? nodes[0];
      for (let n = 0; n < perChat; n++) {
        const send = () => node?.ingress.ingest(chat, String(n), prompt(String(n)), facts(chat));
        expect(await send()).toBe("taken");
        if (random() < 0.05) {
          redelivered++;
          expect(await send()).toBe("duplicate");
        }
        await new Promise((resolve) => setTimeout(resolve, random() * 20));
      }
    }),
  );
  const [first] = nodes;
  if (first === undefined) throw new Error("no node");
  const outbox = createOutboxStore({ link: first.link, node: "a", account });
  const lengths = () => Promise.all(chats.map((chat) => first.link.redis.xlen(first.link.keys.outbox(chat))));
  await until(async () => (await lengths()).reduce((sum, each) => sum + each, 0) >= chatCount * perChat, 40_000);
  const expected = Array.from({ length: perChat }, (_, n) => String(n));
  for (const chat of chats)
    expect((await outbox.head(chat, 1000)).ops.map((op) => finalText(op.body))).toEqual(expected);
  await until(async () => (await first.link.redis.zcard(first.link.keys.scheduled)) === 0);
  await Promise.all(nodes.map((node) => node.stop()));
  expect(overlaps).toBe(0);
  expect(redelivered).toBeGreaterThan(chatCount * perChat * 0.03);
  for (const node of nodes) expect(node.activations()).toBeGreaterThan(chatCount / 2);
});
