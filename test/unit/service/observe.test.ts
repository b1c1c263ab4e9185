import { describe, expect, it } from "vitest";
import type { IngressStore } from "../../../src/channel/port.ts";
import type { ChatStore, Commit, Lease } from "../../../src/dispatcher/port.ts";
import { createSlots } from "../../../src/dispatcher/slots.ts";
import type { RuntimeSnapshot } from "../../../src/dispatcher/snapshot.ts";
import { type ChatKey, chatKey } from "../../../src/model/ids.ts";
import type { TurnLogEntry } from "../../../src/model/turn-log.ts";
import {
  countedIngest,
  countedTurns,
  createMessageCount,
  observeQueue,
  observeWorker,
} from "../../../src/service/observe.ts";
import { createMetrics } from "../../../src/telemetry/metrics.ts";
import { createMemoryIngressStore } from "../../fixtures/memory-ingress-store.ts";
import { createScriptedChannel } from "../../fixtures/scripted-channel.ts";
import { chatOf, rig, stranger, talker } from "../channel/harness.ts";

const lease = { chat: chatOf("1"), epoch: 1 } as Lease;

describe("what people write", () => {
  it("is counted by channel and by what became of it, a stop or a tap is not", async () => {
    const metrics = createMetrics();
    const count = createMessageCount(metrics, [createScriptedChannel(() => 0)]);
    const store = plain(createMemoryIngressStore(() => 0));
    const { write, sink } = rig({ store: countedIngest(store, count), onRefused: (chat) => count(chat, "refused") });
    await write(talker, "one", { dedupe: "d1" });
    await write(talker, "one", { dedupe: "d1" });
    await write(talker, "two");
    await write(stranger, "let me in");
    await sink.accept({
      kind: "stop",
      dedupe: "s1",
      at: { chat: chatOf("1"), private: true, title: "t" },
      person: talker,
      draftId: 1,
    });
    const series = Object.entries(await metrics.snapshot()).filter(([name]) => name.startsWith("hotline_messages"));
    expect(Object.fromEntries(series)).toEqual({
      'hotline_messages_total{channel="fake",result="taken"}': 2,
      'hotline_messages_total{channel="fake",result="duplicate"}': 1,
      'hotline_messages_total{channel="fake",result="full"}': 0,
      'hotline_messages_total{channel="fake",result="refused"}': 1,
    });
  });
});

describe("turns", () => {
  it("are counted once their end is written, and not when it could not be", async () => {
    const metrics = createMetrics();
    let fails = true;
    const bare = {
      async commit() {
        if (fails) throw new Error("Redis is away");
      },
      renew: async () => [0, "lost", "lost"],
    } as unknown as ChatStore;
    const store = countedTurns(bare, metrics);
    const log = { outcome: "stopped", times: { asked: 0, taken: 1000, ended: 21_000 } } as TurnLogEntry;
    const step: Commit = { log };
    await expect(store.commit(lease, step)).rejects.toThrow("away");
    fails = false;
    await store.commit(lease, step);
    await store.commit(lease, {});
    expect(await store.renew([])).toEqual([0, "lost", "lost"]);
    expect(await metrics.snapshot()).toMatchObject({
      'hotline_turns_total{outcome="stopped"}': 1,
      hotline_turn_duration_seconds_sum: 20,
      hotline_turn_duration_seconds_count: 1,
      'hotline_lease_losses_total{lease="chat"}': 2,
    });
  });

  it("under way are told by state, with slots, processes and open requests", async () => {
    const metrics = createMetrics();
    const slots = createSlots(1);
    const never = new AbortController().signal;
    await slots.acquire(chat("1"), () => undefined, never);
    void slots.acquire(chat("2"), () => undefined, never);
    const base = { phase: "running", waiting: 0, requests: [] } as const;
    const request = { number: 1, chat: chat("2"), summary: "s", askedAt: 0 } as RuntimeSnapshot["requests"][number];
    const chats: readonly RuntimeSnapshot[] = [
      { ...base, chat: chat("1"), pid: 7, turn: { startedAt: 0 } },
      { ...base, chat: chat("2"), pid: 8, turn: { startedAt: 0 }, requests: [request] },
      { ...base, chat: chat("3"), pid: 9, turn: { startedAt: 0, stalledSince: 5 } },
      { ...base, chat: chat("4"), phase: "parked" },
    ];
    observeWorker(metrics, slots, () => chats);
    expect(await metrics.snapshot()).toMatchObject({
      'hotline_turns{state="working"}': 1,
      'hotline_turns{state="asking"}': 1,
      'hotline_turns{state="stalled"}': 1,
      'hotline_slots{state="working"}': 1,
      'hotline_slots{state="waiting"}': 1,
      hotline_codex_processes: 3,
      hotline_open_requests: 1,
    });
  });
});

it("the queue is left out when Redis does not tell, and the rest is told", async () => {
  const metrics = createMetrics();
  const counts = { answer: Promise.reject(new Error("away")) as Promise<{ waiting: number; active: number }> };
  observeQueue(metrics, { counts: () => counts.answer } as never);
  expect(Object.keys(await metrics.snapshot()).join()).not.toContain("hotline_activations");
  counts.answer = Promise.resolve({ waiting: 3, active: 2 });
  expect(await metrics.snapshot()).toMatchObject({
    'hotline_activations{state="waiting"}': 3,
    'hotline_activations{state="active"}': 2,
  });
});

/** The fake is a class, the store behind the service is not. */
function plain(store: IngressStore): IngressStore {
  const methods = Object.getOwnPropertyNames(Object.getPrototypeOf(store)).map((name) => {
    const method: unknown = Reflect.get(store, name);
    return [name, typeof method === "function" ? method.bind(store) : method];
  });
  return Object.fromEntries(methods) as IngressStore;
}

function chat(id: string): ChatKey {
  return chatKey({ channel: "fake", account: "main", chat: id });
}
