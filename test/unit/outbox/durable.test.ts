import { describe, expect, test } from "vitest";
import type { CallResult } from "../../../src/model/delivery.ts";
import { ada, bob, chat, message, rig } from "./harness.ts";

const later = (retryAfterMs: number, scope: "chat" | "account" = "chat"): CallResult => ({
  outcome: "rateLimited",
  scope,
  retryAfterMs,
});

describe("durable operations", () => {
  test("go out in chat order, one call at a time, as soon as they are appended", async () => {
    const { clock, store, channel } = await rig();
    const start = clock.now();
    store.append(ada, message("one|two"), message("three"));
    await clock.settle();
    expect(channel.texts()).toEqual(["one"].concat(channel.texts().slice(1)));
    expect(channel.seen[0]?.at).toBe(start);
    await clock.until(() => store.completed.length === 2);
    expect(channel.texts()).toEqual(["one", "two", "three"]);
  });

  test("waiting from before the start are sent at the start", async () => {
    const { clock, store, channel } = await rig((s) => s.seed(ada, message("kept")));
    await clock.until(() => store.completed.length === 1);
    expect(channel.texts()).toEqual(["kept"]);
  });

  test("remember the slot of a message, so that a later edit finds it", async () => {
    const { clock, store, channel } = await rig();
    store.append(ada, message("card", { slot: "s1" }));
    store.append(ada, { op: "edit", slot: "s1", content: { pieces: [{ as: "text", text: "decided" }] }, orSend: true });
    await clock.until(() => store.completed.length === 2);
    expect(channel.seen.map((s) => s.method)).toEqual(["send", "edit"]);
    expect(store.slots(ada)).toEqual({ s1: { messageId: "m1" } });
  });

  test("that render to nothing are completed", async () => {
    const { clock, store } = await rig();
    store.append(ada, { op: "edit", slot: "none", content: { pieces: [] }, orSend: false }, message("after"));
    await clock.until(() => store.completed.length === 2);
  });

  test("of which the adapter cannot render one are not stopped by it, and the chat is told", async () => {
    const { clock, store, channel } = await rig();
    const render = channel.render.bind(channel);
    channel.render = (op, screen) => {
      if (op.body.op === "message" && op.body.content.pieces[0]?.text === "poison") throw new Error("defect");
      return render(op, screen);
    };
    store.append(ada, message("poison"), message("after"));
    await clock.until(() => store.completed.length === 2);
    expect(channel.texts()).toEqual([expect.stringMatching(/could not be shown here \(ref [0-9A-Z]{4}\)/), "after"]);
  });

  test("wait out a 429 of their chat exactly, and no other chat waits (L5)", async () => {
    const { clock, store, channel } = await rig();
    const start = clock.now();
    let limited = false;
    channel.answer = (call) => {
      if (limited || (call.request as { text: string }).text !== "a") return undefined;
      limited = true;
      return later(7000);
    };
    store.append(ada, message("a"));
    await clock.settle();
    store.append(bob, message("b"));
    await clock.until(() => store.completed.length === 2);
    const at = channel.seen.map((s) => [s.text, s.at - start]);
    expect(at).toEqual([
      ["a", 0],
      ["b", expect.any(Number)],
      ["a", 7000],
    ]);
    expect(at[1]?.[1]).toBeLessThan(100);
  });

  test("of all chats wait out a 429 of the account", async () => {
    const { clock, store, channel } = await rig();
    const start = clock.now();
    let limited = false;
    channel.answer = () => {
      if (limited) return undefined;
      limited = true;
      return later(4000, "account");
    };
    store.append(ada, message("a"));
    await clock.settle();
    store.append(bob, message("b"));
    await clock.until(() => store.completed.length === 2);
    expect(channel.seen.slice(1).every((s) => s.at >= start + 4000)).toBe(true);
  });

  test("with an unknown outcome are sent again and counted: a duplicate beats a loss (L5)", async () => {
    const { clock, store, channel, counts, sender } = await rig();
    let times = 0;
    channel.answer = () => (++times === 1 ? { outcome: "unknown", reason: "cut" } : undefined);
    store.append(ada, message("final"));
    await clock.settle();
    expect(sender.health().state).toBe("degraded");
    await clock.until(() => store.completed.length === 1);
    expect(channel.texts()).toEqual(["final", "final"]);
    expect(counts.ambiguous).toBe(1);
    expect(sender.health().state).toBe("ready");
  });

  test("are tried for as long as the platform is away, ever more slowly (L5)", async () => {
    const { clock, store, channel } = await rig();
    const start = clock.now();
    channel.answer = () => (clock.now() < start + 3_600_000 ? { outcome: "retry", reason: "502" } : undefined);
    store.append(ada, message("final"));
    await clock.until(() => store.completed.length === 1, 4_000_000);
    expect(channel.seen.length).toBeGreaterThan(100);
    expect(channel.seen.length).toBeLessThan(200);
  });

  test("interrupted between the call and its record by a crash are sent again (L5)", async () => {
    const first = await rig((s) => {
      const [op] = s.seed(ada, message("one|two"));
      s.crashed(ada, op, { calls: 0, inflight: true });
    });
    await first.clock.until(() => first.store.completed.length === 1);
    expect(first.channel.texts()).toEqual(["one", "two"]);
    expect(first.counts.ambiguous).toBe(1);
  });

  test("carry one key over all repetitions of a call, and since when its outcome is unknown (L5)", async () => {
    const { clock, store, channel } = await rig();
    const start = clock.now();
    let lost = 2;
    channel.answer = () => (lost-- > 0 ? { outcome: "unknown", reason: "cut" } : undefined);
    store.append(ada, message("one|two"));
    await clock.until(() => store.completed.length === 1);
    const attempts = channel.seen.map((s) => s.attempt);
    expect(new Set(attempts.slice(0, 3).map((a) => a?.key)).size).toBe(1);
    expect(attempts[3]?.key).not.toBe(attempts[0]?.key);
    expect(attempts.map((a) => a?.unsureSince)).toEqual([undefined, start, start, undefined]);
  });

  test("remember over a crash since when the outcome is unknown (L5)", async () => {
    const { clock, store, channel } = await rig((s) => {
      const [op] = s.seed(ada, message("one"));
      s.crashed(ada, op, { calls: 0, inflight: true, begunAt: 77 });
    });
    await clock.until(() => store.completed.length === 1);
    expect(channel.seen[0]?.attempt).toMatchObject({ unsureSince: 77 });
  });

  test("go on after a restart at the call that is next (L5)", async () => {
    const { clock, store, channel } = await rig((s) => {
      const [op] = s.seed(ada, message("one|two|three"));
      s.crashed(ada, op, { calls: 1, inflight: false });
    });
    await clock.until(() => store.completed.length === 1);
    expect(channel.texts()).toEqual(["two", "three"]);
  });

  test("follow their chat when it moved", async () => {
    const { clock, store, channel } = await rig();
    const there = chat("-1009");
    channel.answer = (_call, at) => (at === ada ? { outcome: "moved", to: there } : undefined);
    store.append(ada, message("one|two"), message("three"));
    await clock.until(() => store.completed.length === 2);
    expect(channel.seen.map((s) => [s.chat, s.text])).toEqual([
      [ada, "one"],
      [there, "one"],
      [there, "two"],
      [there, "three"],
    ]);
  });

  test("of a chat that is gone are dropped at once, with the reason", async () => {
    const { clock, store, channel } = await rig();
    channel.answer = (_call, at) => (at === ada ? { outcome: "gone", reason: "blocked" } : undefined);
    store.append(ada, message("one"), message("two"));
    store.append(bob, message("three"));
    await clock.until(() => store.completed.length === 1);
    expect(store.abandoned.get(ada)).toBe("blocked");
    expect(channel.texts()).toEqual(["one", "three"]);
  });

  test("refused for good take their fallback", async () => {
    const { clock, store, channel } = await rig();
    store.append(ada, message("card", { slot: "s" }));
    await clock.until(() => store.completed.length === 1);
    channel.answer = (call) => (call.method === "edit" ? { outcome: "refused", reason: "too old" } : undefined);
    store.append(ada, { op: "edit", slot: "s", content: { pieces: [{ as: "text", text: "new" }] }, orSend: true });
    await clock.until(() => store.completed.length === 2);
    expect(channel.seen.map((s) => s.method)).toEqual(["send", "edit", "send"]);
    expect(store.slots(ada).s?.messageId).toBe("m2");
  });

  test("refused without a fallback leave a note with a reference, and the rest still comes (L12)", async () => {
    const { clock, store, channel } = await rig();
    channel.answer = (call) =>
      (call.request as { text: string }).text === "bad" ? { outcome: "refused", reason: "no" } : undefined;
    store.append(ada, message("bad|good"), message("next"));
    await clock.until(() => store.completed.length === 2);
    expect(channel.texts()).toEqual(["bad", "good", expect.stringMatching(/ref [0-9A-Z]{4}/), "next"]);
  });

  test("refused are told by the next sender when theirs dies before it could (L12)", async () => {
    const first = await rig();
    const noted: unknown[] = [];
    first.channel.answer = (call) => {
      noted.push(first.store.progress(ada)?.refused);
      return (call.request as { text: string }).text === "bad" ? { outcome: "refused", reason: "no" } : undefined;
    };
    first.store.append(ada, message("bad|good"));
    await first.clock.until(() => first.store.completed.length === 1);
    expect(noted).toEqual([undefined, expect.stringMatching(/^[0-9A-Z]{4}$/), noted[1]]);
    const next = await rig((s) => {
      const [op] = s.seed(ada, message("bad|good"));
      s.crashed(ada, op, { calls: 2, inflight: false, refused: "AB12" });
    });
    await next.clock.until(() => next.store.completed.length === 1);
    expect(next.channel.texts()).toEqual([expect.stringContaining("ref AB12")]);
  });

  test("refused altogether do not block the chat for ever", async () => {
    const { clock, store, channel } = await rig();
    channel.answer = () => ({ outcome: "refused", reason: "no" });
    store.append(ada, message("bad"), { op: "mark", messageId: "1" as never, mark: "taken" });
    await clock.until(() => store.completed.length === 2);
    expect(channel.seen.map((s) => s.method)).toEqual(["send", "send", "mark"]);
  });

  test("are kept while the token is refused and sent when a probe works again", async () => {
    const { clock, store, channel, sender } = await rig();
    channel.accepted = false;
    channel.answer = () => (channel.accepted ? undefined : { outcome: "unauthorized", reason: "revoked" });
    store.append(ada, message("one"));
    store.append(bob, message("two"));
    await clock.advance(120_000);
    expect(channel.seen.length).toBeLessThanOrEqual(2);
    expect(sender.health()).toMatchObject({ state: "failed", reason: "revoked" });
    channel.accepted = true;
    await clock.until(() => store.completed.length === 2, 31_000);
    expect(sender.health().state).toBe("ready");
  });

  test("already on the screen are not sent again because Redis was away when that was to be recorded (L5)", async () => {
    const { clock, store, channel } = await rig();
    channel.answer = () => {
      store.down = true;
      return undefined;
    };
    store.append(ada, message("once"));
    await clock.advance(20_000);
    channel.answer = () => undefined;
    store.down = false;
    await clock.until(() => store.completed.length === 1);
    expect(channel.texts()).toEqual(["once"]);
  });
});
