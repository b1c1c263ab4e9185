import type { ChatFacts } from "../../src/channel/port.ts";
import { silentLogger } from "../../src/lib/log.ts";
import type { Binding } from "../../src/model/chat.ts";
import type { ChatKey, MessageId } from "../../src/model/ids.ts";
import type { Mail } from "../../src/model/message.ts";
import { createActivations } from "../../src/queue/activations.ts";
import { homeQueue } from "../../src/queue/port.ts";
import { createChatStore } from "../../src/redis/chat-store.ts";
import { connectRedis, type RedisLink } from "../../src/redis/connection.ts";
import { createIngressStore } from "../../src/redis/ingress-store.ts";
import { createWorkerRegistry } from "../../src/redis/worker-registry.ts";
import { text } from "../emulators/model/steps.ts";
import type { Bench, Figure } from "./figures.ts";
import { chatCount, chatsOf, mailOf } from "./numbered.ts";
import { memoryOf } from "./processes.ts";
import { redisSocket, usedMemory } from "./redis.ts";
import { inWorld, type Place, rest, say, shown, until } from "./world.ts";

/** Chats that are made, or woken, at once. */
const lanes = 50;
/** V8 gives memory back when little is allocated for half a minute. */
const settledMs = 35_000;
/** How soon a chat is parked. */
const idleMinutes = 0.02;

/**
 * Many parked chats of one service. Only one of them had a turn of Codex: the others are ingested, claimed, bound as that
 * one is and released through the production stores; then the service itself takes a message of each that needs no Codex.
 */
export const chats: Bench = {
  name: "chats",
  run: (progress) =>
    inWorld({ codex: { idleMinutes } }, async (place) => {
      await place.world.start();
      const model = await oneTurn(place);
      const link = await connectRedis({ target: { socketPath: redisSocket(place) }, logger: silentLogger });
      try {
        return await measured(place, link, model, progress);
      } finally {
        link.close();
      }
    }),
};

/** The chat of a real turn, parked. */
async function oneTurn(place: Place): Promise<ChatKey> {
  const [person] = place.people;
  if (person === undefined) throw new Error("nobody is there");
  place.world.model.on("hello", [text("An answer of a few words, as most are.")]);
  say(place, person, "hello");
  await until("the answer", () => shown(place, person, "An answer").length > 0);
  await until("the chat is parked", async () => (await place.world.codexPids()).length === 0);
  return `telegram~main~${person.chat.id}` as ChatKey;
}

async function measured(
  place: Place,
  link: RedisLink,
  model: ChatKey,
  progress: (line: string) => void,
): Promise<readonly Figure[]> {
  const { redis, keys } = link;
  await parkedAll(link);
  const binding = JSON.parse((await redis.hget(keys.state(model), "b")) ?? "") as Binding;
  const home = (await createWorkerRegistry(link).known())[0]?.about.home ?? "";
  const many = chatsOf(chatCount);
  const before = await usedMemory(redis);
  await inLanes(many, maker(link, home, binding));
  const after = await usedMemory(redis);
  progress(`chats: ${many.length} parked`);
  // The first ones pay for what all share: compiled code, buffers, pages of the heap.
  const first = many.slice(0, many.length / 10);
  const others = many.slice(first.length);
  const rss: number[] = [];
  for (const some of [first, others]) {
    await wakeAll(link, home, some);
    await parkedAll(link);
    await rest(settledMs);
    rss.push(memoryOf(place.world.pid).rss * 1e6);
  }
  const grown = (rss[1] ?? Number.NaN) - (rss[0] ?? Number.NaN);
  const state = await Promise.all(many.map((chat) => redis.memory("USAGE", keys.state(chat))));
  const which = `${many.length} chats parked through the production stores, without a turn each`;
  return [
    {
      row: `${which}: state in Redis of each`,
      unit: "B",
      samples: state.map((bytes) => bytes ?? Number.NaN),
      bars: { p50: 1_024 },
    },
    {
      row: "everything in Redis a chat, key of its last message included",
      unit: "B",
      samples: [(after - before) / many.length],
    },
    {
      row: `the service has owned and parked ${others.length} of them, after ${first.length}: RSS it grew by, a chat`,
      unit: "B",
      samples: [grown / others.length],
    },
    { row: "of them not released", unit: "", samples: [await redis.zcard(keys.scheduled)], bars: { max: 0 } },
    { row: "their Codex processes", unit: "", samples: [(await place.world.codexPids()).length], bars: { max: 0 } },
  ];
}

function parkedAll({ redis, keys }: RedisLink): Promise<void> {
  return until("every chat is released", async () => (await redis.zcard(keys.scheduled)) === 0, 300_000);
}

/** Ingests, claims, binds and releases a chat as its owner would; nobody is woken. */
function maker(link: RedisLink, home: string, binding: Binding): (chat: ChatKey) => Promise<void> {
  const ingress = createIngressStore({ link, logger: silentLogger, wake: async () => undefined });
  const store = createChatStore({ link, node: "bench", home, logger: silentLogger });
  return async (chat) => {
    await ingress.ingest(chat, "first", mailOf(0), factsOf(chat));
    const claimed = await store.claim(chat);
    if (!("lease" in claimed)) throw new Error(`${chat} is not to be had`);
    const ack = (await store.readMail(chat)).map(({ id }) => id);
    await store.commit(claimed.lease, { ack, binding });
    if (!(await store.release(claimed.lease))) throw new Error(`${chat} has unread mail`);
  };
}

/** Somebody takes back a message that is long done with: the service's owner of the chat has a look, and no words. */
async function wakeAll(link: RedisLink, home: string, many: readonly ChatKey[]): Promise<void> {
  const connection = link.forQueue();
  const queueOf = async (): Promise<string> => homeQueue(home, "default");
  const activations = createActivations({ connection, prefix: link.keys.queue, logger: silentLogger, queueOf });
  const ingress = createIngressStore({ link, logger: silentLogger, wake: (chat) => activations.wake(chat) });
  const mail: Mail = { kind: "recall", messageId: "1" as MessageId };
  await inLanes(many, async (chat) => {
    await ingress.ingest(chat, "second", mail, factsOf(chat));
  });
  await activations.close();
}

function factsOf(chat: ChatKey): ChatFacts {
  return { chat, private: true, title: "Ada" };
}

async function inLanes(many: readonly ChatKey[], work: (chat: ChatKey) => Promise<void>): Promise<void> {
  const left = many.values();
  const lane = async (): Promise<void> => {
    for (const chat of left) await work(chat);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}
