import type { Redis } from "ioredis";
import type { ChatKey } from "../../src/model/ids.ts";
import { createKeys } from "../../src/redis/keys.ts";
import { text } from "../emulators/model/steps.ts";
import type { Bench, Figure } from "./figures.ts";
import { memoryOf } from "./processes.ts";
import { openRedis, usedMemory } from "./redis.ts";
import { inWorld, type Place, rest, say, shown, until } from "./world.ts";

const starts = 3;
/** V8 gives memory back when little is allocated for half a minute. */
const settledMs = 35_000;
const people = 200;
/** How many chats work at once while they are made. */
const together = 10;

/** The service at rest: its own memory, and what a parked chat costs. */
export const memory: Bench = {
  name: "memory",
  run: async (progress) => [...(await idle()), ...(await chats(progress))],
};

/** Ten seconds after a start (Codex's facts asked, its process gone), and once V8 has collected the garbage of it. */
function idle(): Promise<readonly Figure[]> {
  return inWorld({}, async (place) => {
    const taken: { readonly rss: number; readonly pss: number }[] = [];
    const redis: number[] = [];
    const settled: number[] = [];
    for (let at = 0; at < starts; at += 1) {
      await place.world.start();
      await rest(10_000);
      taken.push(memoryOf(place.world.pid));
      if (at === starts - 1) {
        await rest(settledMs);
        settled.push(memoryOf(place.world.pid).rss);
      }
      redis.push(memoryOf(await redisPid(place)).rss);
      await place.world.stop();
    }
    return [
      {
        row: "service idle with Telegram, without Codex: RSS",
        unit: "MB",
        samples: taken.map((m) => m.rss),
        bars: { p50: 120 },
      },
      { row: "the same: PSS", unit: "MB", samples: taken.map((m) => m.pss) },
      { row: "the same, 35 s later: RSS", unit: "MB", samples: settled },
      { row: "its Redis server beside it: RSS", unit: "MB", samples: redis },
    ];
  });
}

/** Each chat has had one turn and is parked. */
function chats(progress: (line: string) => void): Promise<readonly Figure[]> {
  return inWorld({ people, codex: { idleMinutes: 0.02, maxProcesses: together * 4 } }, async (place) => {
    place.world.model.on(/^hello/, [text("An answer of a few words, as most are.")]);
    await place.world.start();
    await rest(5_000);
    const redis = openRedis(place);
    let before = 0;
    for (let at = 0; at < people; at += together) {
      // The first ones pay for what all share: loaded scripts, buffers of connections.
      if (at === together) before = await usedMemory(redis);
      await Promise.all(place.people.slice(at, at + together).map((person) => serve(place, person)));
      progress(`memory ${at + together}/${people}`);
    }
    await until("every chat is parked", async () => (await place.world.codexPids()).length === 0);
    await until("every chat is released", async () => (await redis.zcard(createKeys().scheduled)) === 0);
    const after = await usedMemory(redis);
    const state = await Promise.all(place.people.map((person) => stateBytes(redis, person.chat.id)));
    for (const [kind, sum] of await byKind(redis)) progress(`redis ${kind}: ${Math.round(sum / people)} B a chat`);
    redis.disconnect();
    const service = memoryOf(place.world.pid);
    return [
      {
        row: "parked chat: Codex processes",
        unit: "",
        samples: [(await place.world.codexPids()).length],
        bars: { max: 0 },
      },
      { row: "parked chat: its state in Redis", unit: "B", samples: state, bars: { p50: 1_024 } },
      {
        row: "everything a chat left in Redis after one turn, history included",
        unit: "B",
        samples: [(after - before) / (people - together)],
      },
      { row: `service after ${people} chats, all parked: RSS`, unit: "MB", samples: [service.rss] },
    ];
  });
}

async function serve(place: Place, person: Place["people"][number]): Promise<void> {
  say(place, person, `hello ${person.user.id}`);
  await until("the answer", () => shown(place, person, "An answer").length > 0, 120_000);
}

/** The one key a parked chat must have. */
async function stateBytes(redis: Redis, chatId: number): Promise<number> {
  const chat = `telegram~main~${chatId}` as ChatKey;
  const bytes = await redis.memory("USAGE", createKeys().state(chat));
  if (bytes === null) throw new Error(`${chat} has no state`);
  return bytes;
}

/** Bytes of all keys, by the last part of their names. */
async function byKind(redis: Redis): Promise<ReadonlyMap<string, number>> {
  const sums = new Map<string, number>();
  for (const key of await redis.keys("*")) {
    const kind = key.replace(/\{[^}]*\}/, "{chat}").replace(/(:(?:ar|dd|bt|rq)):.*/, "$1");
    sums.set(kind, (sums.get(kind) ?? 0) + ((await redis.memory("USAGE", key)) ?? 0));
  }
  return sums;
}

async function redisPid(place: Place): Promise<number> {
  const redis = openRedis(place);
  const pid = Number(/process_id:(\d+)/.exec(await redis.info("server"))?.[1]);
  redis.disconnect();
  return pid;
}
