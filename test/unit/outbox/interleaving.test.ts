import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { CallResult } from "../../../src/model/delivery.ts";
import { BridgeError } from "../../../src/model/errors.ts";
import type { ChatKey } from "../../../src/model/ids.ts";
import { senderLimits } from "../../../src/outbox/desk.ts";
import { ada, bob, message, type Rig, rig, team, view } from "./harness.ts";

const results = fc.constantFrom<CallResult>(
  { outcome: "done" },
  { outcome: "done" },
  { outcome: "unknown", reason: "cut" },
  { outcome: "retry", reason: "502" },
  { outcome: "rateLimited", scope: "chat", retryAfterMs: 3000 },
  { outcome: "refused", reason: "no" },
);
const answers = fc.array(fc.record({ result: results, afterMs: fc.nat(4000) }), { maxLength: 40 });
const events = fc.array(
  fc.record({
    chat: fc.constantFrom(ada, bob, team),
    what: fc.constantFrom("text", "text", "text", "final", "redis", "lease"),
    waitMs: fc.nat(2500),
  }),
  { minLength: 1, maxLength: 30 },
);

type Answers = typeof answers extends fc.Arbitrary<infer T> ? T : never;
type Events = typeof events extends fc.Arbitrary<infer T> ? T : never;

/** One turn whose frames start 8.5 s apart: the eighth is out when the play ends, a minute after its only step. */
const stoppedMidCall: [Answers, Events] = [
  Array.from({ length: 8 }, () => ({ result: { outcome: "done" }, afterMs: 3500 })),
  [{ chat: bob, what: "text", waitMs: 0 }],
];

interface Turn {
  readonly number: number;
  length: number;
}

/** Plays turns that stream and end, with slow and failing answers, a Redis that goes away and a lease that is lost. */
async function play({ clock, store, channel }: Rig, script: Events): Promise<number> {
  const turns = new Map<ChatKey, Turn>();
  let finals = 0;
  let turnCount = 0;
  for (const { chat, what, waitMs } of script) {
    const turn = turns.get(chat) ?? { number: turnCount++, length: 0 };
    turns.set(chat, turn);
    const slot = `t${turn.number}`;
    if (what === "text") {
      turn.length++;
      store.view(chat, view(slot, `turn-${turn.number} ${"x".repeat(turn.length)}`, clock.now()));
    } else if (what === "final") {
      store.append(chat, message(`final-${turn.number}`, { endsLive: slot }));
      turns.delete(chat);
      finals++;
    } else if (what === "redis") store.down = !store.down;
    else {
      store.steal();
      store.free();
    }
    await clock.advance(waitMs);
  }
  store.down = false;
  await clock.until(() => store.completed.length === finals, 3_600_000);
  await clock.advance(60_000);
  expect(channel.seen.length).toBeGreaterThanOrEqual(finals);
  return finals;
}

/** Stops the sender. A call may be out, whose answer takes time: the clock goes on meanwhile. */
async function end({ clock, channel, sender }: Rig): Promise<void> {
  const begun = channel.seen.length;
  let stopped = false;
  const stopping = sender.stop().then(() => {
    stopped = true;
  });
  await Promise.all([stopping, clock.until(() => stopped, senderLimits.stopMs)]);
  expect(channel.seen.length, "calls begun after the stop").toBe(begun);
}

/** Numbers of the turns whose frames and finals the calls of a chat show, in order. */
function check(rigged: Rig, chat: ChatKey): void {
  const ended = new Set<number>();
  const longest = new Map<number, number>();
  for (const { chat: at, text } of rigged.channel.seen) {
    if (at !== chat) continue;
    const final = /final-(\d+)/.exec(text);
    if (final !== null) ended.add(Number(final[1]));
    const frame = /turn-(\d+) (x+)/.exec(text);
    if (frame === null) continue;
    const turn = Number(frame[1]);
    const length = frame[2]?.length ?? 0;
    expect(ended.has(turn), `a frame of turn ${turn} after its final`).toBe(false);
    expect(length).toBeGreaterThanOrEqual(longest.get(turn) ?? 0);
    longest.set(turn, length);
  }
}

describe("whatever happens, and however slowly", () => {
  test("calls of a chat never overlap, frames never go back, none follows its final, each final is completed once (L5, L6)", async () => {
    await fc.assert(
      fc.asyncProperty(answers, events, async (scripted, script) => {
        const rigged = await rig();
        const { clock, store, channel } = rigged;
        const queue = [...scripted];
        const out = new Set<ChatKey>();
        let overlaps = 0;
        channel.answer = async (_call, chat) => {
          const next = queue.shift();
          if (next === undefined) return undefined;
          if (out.has(chat)) overlaps++;
          out.add(chat);
          await clock.sleep(next.afterMs);
          out.delete(chat);
          return next.result;
        };
        const finals = await play(rigged, script);
        expect(new Set(store.completed).size).toBe(finals);
        expect(overlaps).toBe(0);
        for (const chat of [ada, bob, team]) check(rigged, chat);
        await end(rigged);
        expect([...out], "calls out after the stop").toEqual([]);
      }),
      { numRuns: 81, examples: [stoppedMidCall] },
    );
  });

  test("a fenced write ends the period, not the sender", async () => {
    const { clock, store, sender } = await rig();
    const complete = store.complete.bind(store);
    let failed = false;
    store.complete = async (epoch, chat, op) => {
      if (!failed) {
        failed = true;
        throw new BridgeError("leaseLost", "stale");
      }
      await complete(epoch, chat, op);
    };
    store.append(ada, message("one"));
    await clock.until(() => store.completed.length === 1, 10_000);
    await sender.stop();
  });
});
