import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { CallResult } from "../../../src/model/delivery.ts";
import { ada, bob, type chat, message, rig, team, view } from "./harness.ts";

describe("the lease", () => {
  test("of a second sender waits for the first", async () => {
    const { clock, store, channel, sender } = await rig((s) => {
      s.steal();
      s.seed(ada, message("one"));
    });
    await clock.advance(10_000);
    expect(channel.seen).toEqual([]);
    expect(sender.health().reason).toContain("stands by");
    store.free();
    await clock.until(() => store.completed.length === 1, 3000);
  });

  test("lost stops sending, and nothing of the stale holder is recorded (L3)", async () => {
    const { clock, store, channel } = await rig();
    channel.answer = () => {
      store.steal();
      return undefined;
    };
    store.append(ada, message("one|two"));
    await clock.advance(10_000);
    expect(channel.texts()).toEqual(["one"]);
    expect(store.completed).toEqual([]);
    channel.answer = () => undefined;
    store.free();
    await clock.until(() => store.completed.length === 1);
  });

  test("lost often leaves nothing behind that waits for the stop", async () => {
    const warnings: Error[] = [];
    const warned = (warning: Error): void => void warnings.push(warning);
    process.on("warning", warned);
    const { clock, store, sender, counts } = await rig();
    for (let times = 1; times <= 12; times += 1) {
      store.steal();
      await clock.until(() => counts.lost === times, 10_000);
      store.free();
      await clock.until(() => sender.health().reason === undefined, 10_000);
    }
    process.off("warning", warned);
    expect(warnings).toEqual([]);
  });

  test("that Redis cannot renew ends before another may take it", async () => {
    const { clock, store, channel } = await rig();
    store.down = true;
    await clock.advance(5001);
    store.down = false;
    store.steal();
    store.append(ada, message("one"));
    await clock.settle();
    expect(channel.seen).toEqual([]);
  });

  test("that Redis cannot renew ends in time, too, when the wall clock is set back (L3)", async () => {
    const { clock, store, counts } = await rig();
    store.down = true;
    clock.set(-3_600_000);
    await clock.advance(7000);
    expect(counts.lost).toBe(1);
  });
});

test("a wall clock that is set ahead, and back, holds nothing up", async () => {
  const { clock, store, channel } = await rig();
  clock.set(120_000);
  store.append(ada, message("a|b|c|d|e"));
  store.view(bob, view("t1", "hello", clock.now()));
  await clock.until(() => store.completed.length === 1);
  clock.set(-120_000);
  store.append(ada, message("after"));
  store.view(bob, view("t1", "hello again", clock.now()));
  await clock.advance(5000);
  expect(channel.texts("draft").at(-1)).toContain("hello again");
  expect(channel.texts().at(-1)).toBe("after");
});

describe("the life of a sender", () => {
  test("drain sends what waits and no live frame any more", async () => {
    const { clock, store, channel, sender } = await rig();
    store.view(ada, view("t1", "hello", clock.now()));
    await clock.settle();
    store.append(bob, message("a|b|c|d|e"));
    let drained = false;
    const draining = sender.drain().then(() => {
      drained = true;
    });
    const frames = channel.texts("draft").length;
    store.view(ada, view("t1", "hello again", clock.now()));
    await clock.settle();
    expect(drained).toBe(false);
    await clock.until(() => drained);
    await draining;
    expect(store.completed.length).toBe(1);
    expect(channel.texts("draft").length).toBe(frames);
  });

  test("stop waits for the call that is out, records it and begins no other", async () => {
    const { clock, store, channel, sender } = await rig();
    let answer: (result: CallResult) => void = () => {};
    channel.answer = () => new Promise((resolve) => (answer = resolve));
    store.append(ada, message("one|two"));
    await clock.settle();
    const stopped = sender.stop();
    await clock.settle();
    answer({ outcome: "done" });
    await stopped;
    expect(channel.texts()).toEqual(["one"]);
    expect(store.progress(ada)).toMatchObject({ calls: 1, inflight: false });
  });

  test("stop aborts a call that does not end", async () => {
    const { clock, store, channel, sender } = await rig();
    channel.answer = (_call, _chat, signal) =>
      new Promise((resolve) => {
        signal.addEventListener("abort", () => resolve({ outcome: "unknown", reason: "aborted" }));
      });
    store.append(ada, message("one"));
    await clock.settle();
    let stopped = false;
    const stopping = sender.stop().then(() => {
      stopped = true;
    });
    await clock.until(() => stopped, 6000);
    await stopping;
    expect(store.progress(ada)).toMatchObject({ inflight: true });
  });

  test("a notice lost on the way is made good by looking again", async () => {
    const { clock, store } = await rig();
    store.seed(ada, message("unannounced"));
    await clock.until(() => store.completed.length === 1, 15_000);
  });
});

const outcomes = fc.constantFrom<CallResult>(
  { outcome: "done" },
  { outcome: "unknown", reason: "cut" },
  { outcome: "retry", reason: "502" },
  { outcome: "rateLimited", scope: "chat", retryAfterMs: 3000 },
  { outcome: "rateLimited", scope: "account", retryAfterMs: 1000 },
  { outcome: "refused", reason: "no" },
  { outcome: "unauthorized", reason: "401" },
);
const step = fc.record({ chat: fc.constantFrom(ada, bob, team), live: fc.boolean(), waitMs: fc.nat(1500) });

describe("whatever the platform answers", () => {
  test("each durable operation is completed exactly once and in chat order (L5, L6)", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(outcomes, { maxLength: 25 }), fc.array(step, { minLength: 1, maxLength: 12 }), runOnce),
      { numRuns: 60 },
    );
  });
});

async function runOnce(
  results: readonly CallResult[],
  steps: readonly { chat: ReturnType<typeof chat>; live: boolean; waitMs: number }[],
): Promise<void> {
  const { clock, store, channel, sender } = await rig();
  const queue = [...results];
  channel.answer = () => queue.shift();
  const appended = new Map<string, string[]>();
  let turns = 0;
  for (const { chat: at, live, waitMs } of steps) {
    if (live) store.view(at, view(`t${turns}`, `text ${turns}`, clock.now()));
    const ids = store.append(at, message(`final-${turns}|part`, { endsLive: `t${turns}` }));
    turns++;
    appended.set(at, [...(appended.get(at) ?? []), ...ids]);
    await clock.advance(waitMs);
  }
  await clock.until(() => store.completed.length === steps.length, 3_600_000);
  const chatOf = new Map([...appended].flatMap(([at, ids]) => ids.map((id) => [id, at] as const)));
  for (const [at, ids] of appended) expect(store.completed.filter((id) => chatOf.get(id) === at)).toEqual(ids);
  await clock.advance(60_000);
  expect(store.completed.length).toBe(steps.length);
  await sender.stop();
}
