import { createDispatcher } from "../../src/dispatcher/dispatcher.ts";
import type { ChatStore } from "../../src/dispatcher/port.ts";
import { createSlots } from "../../src/dispatcher/slots.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { silentLogger } from "../../src/lib/log.ts";
import type { ChatKey } from "../../src/model/ids.ts";
import { createActivations } from "../../src/queue/activations.ts";
import type { Activations } from "../../src/queue/port.ts";
import { createChatStore } from "../../src/redis/chat-store.ts";
import type { RedisLink } from "../../src/redis/connection.ts";
import { createIngressStore } from "../../src/redis/ingress-store.ts";
import { createOutboxStore } from "../../src/redis/outbox-store.ts";
import { ActorBench } from "../fixtures/actor-bench.ts";
import type { TestRedis } from "../fixtures/redis.ts";
import { EchoCodex } from "./echo-codex.ts";
import { serveEchoes } from "./echo-owner.ts";
import { chatCount, type Flaws, finalOf, flawsOf, mailOf, numberIn } from "./numbered.ts";
import { watched } from "./store-calls.ts";

/** Messages of each chat. */
export const perChat = 3;
const account = "telegram~main";

/** Who owns the chats: the production dispatcher and its actors, or the least there can be. */
export type Owner = "actors" | "echoes";

/** What nodes are made of. */
export interface NodeOptions {
  readonly server: TestRedis;
  readonly owner: Owner;
  readonly names: readonly string[];
  /** Every call of an owner to its store. */
  readonly told: Parameters<typeof watched>[1];
}

type Heard = Map<ChatKey, number[]>;

/** Nodes in this process, as workers on one Codex home, and whoever writes to them. They and their data end with `stop`. */
export async function startNodes({ server, owner, names, told }: NodeOptions) {
  const prefix = server.keyPrefix();
  const heard: Heard = new Map();
  const waiting = new Map<ChatKey, () => void>();
  const done = (chat: ChatKey): void => waiting.get(chat)?.();
  const nodes = await Promise.all(
    names.map(async (node) => {
      const link = await server.link(prefix);
      const store = watched(createChatStore({ link, node, home: "one", logger: silentLogger }), told, done);
      return startNode(link, store, owner, heard);
    }),
  );
  const [first] = nodes;
  if (first === undefined) throw new Error("there is no node");
  return {
    /** The chat's messages, each written once the final of the one before is durable. */
    async serve(chat: ChatKey): Promise<void> {
      const ingress = nodes[Number(chat.slice(-1)) % nodes.length]?.ingress ?? first.ingress;
      for (let number = 0; number < perChat; number += 1) {
        const final = new Promise<void>((resolve) => waiting.set(chat, resolve));
        await ingress.ingest(chat, String(number), mailOf(number), { chat, private: true, title: "Ada" });
        await final;
      }
      waiting.delete(chat);
    },
    flaws: (chats: readonly ChatKey[]) => flawsIn(first.link, chats, owner === "actors" ? heard : undefined),
    async stop(): Promise<void> {
      await Promise.all(nodes.map((node) => node.stop()));
      await first.link.redis.flushall();
      for (const { link } of nodes) link.close();
    },
  };
}

async function startNode(link: RedisLink, store: ChatStore, owner: Owner, heard: Heard) {
  const activations = createActivations({ connection: link.forQueue(), prefix: link.keys.queue, logger: silentLogger });
  const stop = owner === "actors" ? await startActors(store, activations, heard) : () => activations.close();
  if (owner === "echoes") await serveEchoes(store, activations);
  return {
    link,
    ingress: createIngressStore({ link, logger: silentLogger, wake: (chat) => activations.wake(chat) }),
    stop,
  };
}

async function startActors(store: ChatStore, activations: Activations, heard: Heard): Promise<() => Promise<void>> {
  const codex = new EchoCodex((chat, words) => {
    const number = numberIn(words);
    if (number !== undefined) heard.set(chat, [...(heard.get(chat) ?? []), number]);
  });
  const slots = createSlots(chatCount);
  const { parts } = new ActorBench({ idleMs: 0 }, { store, codex, slots, clock: systemClock });
  const dispatcher = createDispatcher({ ...parts, activations, maxProcesses: 2 * chatCount });
  await dispatcher.start();
  return () => dispatcher.stop("keep");
}

/** By the finals in the outbox, and by what Codex was started or steered with: what either says is wrong, counts. */
async function flawsIn(
  link: RedisLink,
  chats: readonly ChatKey[],
  heard: ReadonlyMap<ChatKey, readonly number[]> | undefined,
): Promise<Flaws> {
  const outbox = createOutboxStore({ link, node: "judge", account });
  const sum = { lost: 0, doubled: 0, reordered: 0 };
  for (const chat of chats) {
    const { ops } = await outbox.head(chat, 1000);
    const finals = ops.flatMap(({ body }) => finalOf(body) ?? []);
    const lists = heard === undefined ? [finals] : [finals, heard.get(chat) ?? []];
    for (const flaws of lists.map((numbers) => flawsOf(numbers, perChat))) {
      sum.lost += flaws.lost;
      sum.doubled += flaws.doubled;
      sum.reordered += flaws.reordered;
    }
  }
  return sum;
}
