import { silentLogger } from "../../src/lib/log.ts";
import type { ChatKey } from "../../src/model/ids.ts";
import { createChatStore } from "../../src/redis/chat-store.ts";
import { createIngressStore } from "../../src/redis/ingress-store.ts";
import { startRedis, type TestRedis } from "../fixtures/redis.ts";
import type { Bench, Figure } from "./figures.ts";
import { type Owner, perChat, startNodes } from "./nodes.ts";
import { chatCount, chatsOf, type Flaws } from "./numbered.ts";
import { byMessage, leastCalls, replay } from "./store-calls.ts";
import { until } from "./world.ts";

const rounds = 3;
/** Chats that write at once; each waits for its final before it writes again. */
const lanes = 200;

type Recording = ReturnType<typeof byMessage>;

/** What a round of messages through the queue came to. */
interface Served extends Flaws {
  /** Messages a second. */
  readonly rate: number;
  /** Calls to the stores a message, its ingest included. */
  readonly calls: number;
}

/** Messages through the production stores, queue, dispatcher and actors, against the same scripts called directly. */
export const ingest: Bench = {
  name: "ingest",
  run: async (progress) => {
    const server = await startRedis();
    try {
      const recording = await record(server);
      const recorded = recording.reduce((sum, list) => sum + list.length + 1, 0) / perChat;
      // Discarded: code is compiled, connections have their buffers.
      await direct(server, recording, chatCount / 10);
      await served(server, "actors", chatCount / 10);
      const bare: number[] = [];
      const least: number[] = [];
      const ours: Served[] = [];
      const echoes: Served[] = [];
      for (let round = 0; round < rounds; round += 1) {
        bare.push(await direct(server, recording, chatCount));
        least.push(await direct(server, leastCalls(perChat), chatCount));
        ours.push(await served(server, "actors", chatCount));
        echoes.push(await served(server, "echoes", chatCount));
        progress(`ingest ${round + 1}/${rounds}: ${bare.at(-1)?.toFixed(0)} direct, ${ours.at(-1)?.rate.toFixed(0)}`);
      }
      return figures({ recorded, bare, least, ours, echoes });
    } finally {
      await server.stop();
    }
  },
};

interface Rounds {
  /** Calls a message of the recorded chat. */
  readonly recorded: number;
  /** Messages a second of the recorded calls. */
  readonly bare: readonly number[];
  /** The same of the fewest calls there can be. */
  readonly least: readonly number[];
  readonly ours: readonly Served[];
  readonly echoes: readonly Served[];
}

function figures({ recorded, bare, least, ours, echoes }: Rounds): readonly Figure[] {
  const none = (row: string, key: keyof Flaws): Figure => ({
    row,
    unit: "",
    samples: [...ours, ...echoes].map((one) => one[key]),
    bars: { max: 0 },
  });
  const rates = ours.map(({ rate }) => rate);
  const share = (of: readonly Served[], other: readonly number[]): number[] =>
    of.map(({ rate }, at) => rate / (other[at] ?? Number.NaN));
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
      samples: share(ours, bare),
      bars: { atLeast: 0.6 },
      why: "the queue's work for each chat is not in the baseline, and two nodes share one thread with who writes to them",
    },
    {
      row: "calls to the stores a message, ingest included; baseline: those called directly",
      unit: "",
      samples: ours.map(({ calls }) => calls),
      baseline: [recorded],
    },
    {
      row: "the same with owners that only echo (claim, read, one commit, release): messages",
      unit: "1/s",
      samples: echoes.map(({ rate }) => rate),
      baseline: least,
    },
    { row: "as a share of these few scripts called directly, round by round", unit: "", samples: share(echoes, least) },
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
  const fleet = await startNodes({
    server,
    owner: "actors",
    names: ["a"],
    told: (_chat, call) => calls.push(call),
  });
  const [chat] = chatsOf(1);
  if (chat === undefined) throw new Error("there is no chat");
  await fleet.serve(chat);
  await until("the chat is released", () => calls.at(-1)?.call === "release");
  await fleet.stop();
  return byMessage(calls);
}

async function served(server: TestRedis, owner: Owner, count: number): Promise<Served> {
  let calls = 0;
  const fleet = await startNodes({
    server,
    owner,
    names: ["a", "b"],
    told: () => {
      calls += 1;
    },
  });
  const chats = chatsOf(count);
  const rate = await timed(chats, fleet.serve);
  const flaws = await fleet.flaws(chats);
  await fleet.stop();
  return { rate, calls: 1 + calls / (count * perChat), ...flaws };
}
