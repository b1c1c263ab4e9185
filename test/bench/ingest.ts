import { createDispatcher } from "../../src/dispatcher/dispatcher.ts";
import { createSlots } from "../../src/dispatcher/slots.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { silentLogger } from "../../src/lib/log.ts";
import type { ChatKey } from "../../src/model/ids.ts";
import { createActivations } from "../../src/queue/activations.ts";
import { createChatStore } from "../../src/redis/chat-store.ts";
import type { RedisLink } from "../../src/redis/connection.ts";
import { createIngressStore } from "../../src/redis/ingress-store.ts";
import { createOutboxStore } from "../../src/redis/outbox-store.ts";
import { ActorBench } from "../fixtures/actor-bench.ts";
import { startRedis, type TestRedis } from "../fixtures/redis.ts";
import { EchoCodex } from "./echo-codex.ts";
import type { Bench, Figure } from "./figures.ts";
import { chatCount, chatsOf, type Flaws, finalOf, flawsOf, mailOf, numberIn } from "./numbered.ts";
import { byMessage, leastCalls, replay, watched } from "./store-calls.ts";
import { until } from "./world.ts";

const rounds = 3;
const perChat = 3;
/** Chats that write at once; each waits for its final before it writes again. */
const lanes = 200;
const account = "telegram~main";

type Recording = ReturnType<typeof byMessage>;

/** Messages through the production stores, queue, dispatcher and actors, against the same scripts called directly. */
export const ingest: Bench = {
  name: "ingest",
  run: async (progress) => {
    const server = await startRedis();
    try {
      const recording = await record(server);
      const calls = recording.reduce((sum, list) => sum + list.length + 1, 0) / perChat;
      progress(`ingest: ${calls.toFixed(1)} calls to the stores a message`);
      // Discarded: code is compiled, connections have their buffers.
      await direct(server, recording, chatCount / 10);
      await served(server, chatCount / 10);
      const bare: number[] = [];
      const least: number[] = [];
      const ours: Awaited<ReturnType<typeof served>>[] = [];
      for (let round = 0; round < rounds; round += 1) {
        bare.push(await direct(server, recording, chatCount));
        least.push(await direct(server, leastCalls(perChat), chatCount));
        ours.push(await served(server, chatCount));
        progress(`ingest ${round + 1}/${rounds}: ${bare.at(-1)?.toFixed(0)} direct, ${ours.at(-1)?.rate.toFixed(0)}`);
      }
      return figures({ bare, least, ours });
    } finally {
      await server.stop();
    }
  },
};

interface Rounds {
  /** Messages a second of the recorded calls. */
  readonly bare: readonly number[];
  /** The same of the fewest calls there can be. */
  readonly least: readonly number[];
  readonly ours: readonly (Flaws & { readonly rate: number })[];
}

function figures({ bare, least, ours }: Rounds): readonly Figure[] {
  const none = (row: string, key: keyof Flaws): Figure => ({
    row,
    unit: "",
    samples: ours.map((one) => one[key]),
    bars: { max: 0 },
  });
  const rates = ours.map(({ rate }) => rate);
  const shareOf = (other: readonly number[]): number[] => rates.map((rate, at) => rate / (other[at] ?? Number.NaN));
  return [
    {
      row: `durable ingest → done, ${chatCount} chats, ${lanes} at once, two nodes, Codex in memory: messages`,
      unit: "1/s",
      samples: rates,
      baseline: bare,
    },
    {
      row: "the same as a share of the same scripts called directly, round by round",
      unit: "",
      samples: shareOf(bare),
      bars: { atLeast: 0.6 },
    },
    {
      row: "the same as a share of ingest, claim, read, one commit, release called directly",
      unit: "",
      samples: shareOf(least),
    },
    none("of its messages lost, by Codex or by the outbox", "lost"),
    none("of its messages doubled", "doubled"),
    none("of its messages out of order", "reordered"),
  ];
}

/** Chats one after the other in `lanes` lanes; messages a second. */
async function timed(chats: readonly ChatKey[], serve: (chat: ChatKey) => Promise<void>): Promise<number> {
  const from = performance.now();
  // One iterator for all lanes.
  const left = chats.values();
  const lane = async (): Promise<void> => {
    for (const chat of left) await serve(chat);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return (chats.length * perChat) / ((performance.now() - from) / 1000);
}

/** Without queue and actor, on one connection. */
async function direct(server: TestRedis, recording: Recording, count: number): Promise<number> {
  const link = await server.link();
  const chats = createChatStore({ link, node: "direct", logger: silentLogger });
  const ingress = createIngressStore({ link, logger: silentLogger, wake: async () => undefined });
  const rate = await timed(chatsOf(count), (chat) => replay({ chats, ingress }, chat, recording));
  await link.redis.flushall();
  link.close();
  return rate;
}

/** What the production actor asks of its store for one chat, warm or not as in the rounds. */
async function record(server: TestRedis): Promise<Recording> {
  const calls: Parameters<typeof byMessage>[0][number][] = [];
  const fleet = await startNodes(server, ["a"], (_chat, call) => calls.push(call));
  const [chat] = chatsOf(1);
  if (chat === undefined) throw new Error("there is no chat");
  await fleet.serve(chat);
  await until("the chat is released", () => calls.at(-1)?.call === "release");
  await fleet.stop();
  return byMessage(calls);
}

async function served(server: TestRedis, count: number): Promise<Flaws & { readonly rate: number }> {
  const fleet = await startNodes(server, ["a", "b"], () => undefined);
  const chats = chatsOf(count);
  const rate = await timed(chats, fleet.serve);
  const flaws = await fleet.flaws(chats);
  await fleet.stop();
  return { rate, ...flaws };
}

/** Two nodes in this process, as two workers on one Codex home, and whoever writes to them. */
async function startNodes(server: TestRedis, names: readonly string[], told: Parameters<typeof watched>[1]) {
  const prefix = server.keyPrefix();
  const heard = new Map<ChatKey, number[]>();
  const waiting = new Map<ChatKey, () => void>();
  const done = (chat: ChatKey): void => waiting.get(chat)?.();
  const nodes = await Promise.all(names.map((name) => startNode(server, prefix, name, heard, told, done)));
  const [first] = nodes;
  if (first === undefined) throw new Error("there is no node");
  return {
    async serve(chat: ChatKey): Promise<void> {
      const ingress = nodes[Number(chat.slice(-1)) % nodes.length]?.ingress ?? first.ingress;
      for (let number = 0; number < perChat; number += 1) {
        const final = new Promise<void>((resolve) => waiting.set(chat, resolve));
        await ingress.ingest(chat, String(number), mailOf(number), { chat, private: true, title: "Ada" });
        await final;
      }
      waiting.delete(chat);
    },
    flaws: (chats: readonly ChatKey[]) => flawsIn(first.link, chats, heard),
    async stop(): Promise<void> {
      await Promise.all(nodes.map((node) => node.stop()));
      await first.link.redis.flushall();
      for (const { link } of nodes) link.close();
    },
  };
}

async function startNode(
  server: TestRedis,
  prefix: string,
  node: string,
  heard: Map<ChatKey, number[]>,
  told: Parameters<typeof watched>[1],
  done: (chat: ChatKey) => void,
) {
  const link = await server.link(prefix);
  const activations = createActivations({ connection: link.forQueue(), prefix: link.keys.queue, logger: silentLogger });
  const store = watched(createChatStore({ link, node, home: "one", logger: silentLogger }), told, done);
  const codex = new EchoCodex((chat, words) => {
    const number = numberIn(words);
    if (number !== undefined) heard.set(chat, [...(heard.get(chat) ?? []), number]);
  });
  const slots = createSlots(chatCount);
  const { parts } = new ActorBench({ idleMs: 0 }, { store, codex, slots, clock: systemClock });
  const dispatcher = createDispatcher({ ...parts, activations, maxProcesses: 2 * chatCount });
  await dispatcher.start();
  return {
    link,
    ingress: createIngressStore({ link, logger: silentLogger, wake: (chat) => activations.wake(chat) }),
    stop: () => dispatcher.stop("keep"),
  };
}

/** By what Codex was started or steered with, and by the finals in the outbox: what either says is wrong, counts. */
async function flawsIn(
  link: RedisLink,
  chats: readonly ChatKey[],
  heard: ReadonlyMap<ChatKey, readonly number[]>,
): Promise<Flaws> {
  const outbox = createOutboxStore({ link, node: "judge", account });
  const sum = { lost: 0, doubled: 0, reordered: 0 };
  for (const chat of chats) {
    const { ops } = await outbox.head(chat, 1000);
    const finals = ops.flatMap(({ body }) => finalOf(body) ?? []);
    for (const flaws of [flawsOf(finals, perChat), flawsOf(heard.get(chat) ?? [], perChat)]) {
      sum.lost += flaws.lost;
      sum.doubled += flaws.doubled;
      sum.reordered += flaws.reordered;
    }
  }
  return sum;
}
