import { silentLogger } from "../../../src/lib/log.ts";
import type { OutboxBody } from "../../../src/model/delivery.ts";
import { type ChatKey, chatKey } from "../../../src/model/ids.ts";
import type { Trace } from "../../../src/model/trace.ts";
import { emptyView, reduceView, type TurnView } from "../../../src/model/view.ts";
import { createSender, type Sender } from "../../../src/outbox/sender.ts";
import { createFakeClock, type FakeClock } from "../../fixtures/fake-clock.ts";
import { createMemoryOutboxStore, type MemoryOutboxStore } from "../../fixtures/memory-outbox-store.ts";
import { createScriptedChannel, type ScriptedChannel } from "../../fixtures/scripted-channel.ts";

export const ada = chat("1001");
export const bob = chat("1002");
export const team = chat("-100");

/** A chat of the scripted channel. */
export function chat(id: string): ChatKey {
  return chatKey({ channel: "fake", account: "main", chat: id });
}

/** A text message; `a|b` takes two calls. */
export function message(text: string, more: { slot?: string; endsLive?: string } = {}): OutboxBody {
  return { op: "message", content: { pieces: [{ as: "text", text }] }, ...more };
}

/** A running view whose model has written `text` so far. */
export function view(slot: string, text: string, startedAt: number): TurnView {
  const empty = emptyView(slot, startedAt, "en");
  if (text === "") return empty;
  return reduceView(empty, { kind: "messageDelta", turnId: "t" as never, itemId: "i", delta: text });
}

/** A started sender with its surroundings, all simulated. */
export interface Rig {
  readonly clock: FakeClock;
  readonly store: MemoryOutboxStore;
  readonly channel: ScriptedChannel;
  readonly sender: Sender;
  readonly counts: { ambiguous: number; calls: number; limited: number; lost: number };
}

/** `seed` fills the outbox before the sender starts. */
export async function rig(
  seed: (store: MemoryOutboxStore) => void = () => {},
  shared?: Partial<Rig>,
  trace?: Trace,
): Promise<Rig> {
  const clock = shared?.clock ?? createFakeClock();
  const store = shared?.store ?? createMemoryOutboxStore(() => clock.now());
  const channel = shared?.channel ?? createScriptedChannel(() => clock.now());
  const counts = { ambiguous: 0, calls: 0, limited: 0, lost: 0 };
  const metrics = {
    call: () => void counts.calls++,
    ambiguousSend: () => void counts.ambiguous++,
    limited: () => void counts.limited++,
    leaseLost: () => void counts.lost++,
    trace,
  };
  seed(store);
  const sender = createSender({ channel, store, clock, log: silentLogger, metrics, random: () => 0.5 });
  await sender.start();
  await clock.settle();
  return { clock, store, channel, sender, counts };
}
