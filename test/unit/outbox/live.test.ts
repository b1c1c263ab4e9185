import { describe, expect, test } from "vitest";
import type { CallResult } from "../../../src/model/delivery.ts";
import type { MessageId } from "../../../src/model/ids.ts";
import { ada, bob, message, rig, team, view } from "./harness.ts";

describe("live frames", () => {
  test("show the newest view, the first text at once, later ones spaced", async () => {
    const { clock, store, channel } = await rig();
    const start = clock.now();
    store.view(ada, view("t1", "", start));
    await clock.advance(100);
    store.view(ada, view("t1", "first", start));
    for (let i = 0; i < 30; i++) {
      await clock.advance(100);
      store.view(ada, view("t1", `first ${i}`, start));
    }
    await clock.advance(1000);
    const drafts = channel.seen.filter((s) => s.method === "draft");
    expect(drafts.slice(0, 2).map((s) => s.at - start)).toEqual([0, 100]);
    const gaps = drafts.slice(2).map((s, i) => s.at - (drafts[i + 1]?.at ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(1000);
    expect(drafts.at(-1)?.text).toContain("first 29");
    expect(drafts.length).toBeLessThan(8);
  });

  test("never follow the final of their turn, not even one that was out when it came (L6)", async () => {
    const { clock, store, channel } = await rig();
    let answer: (result: CallResult) => void = () => {};
    channel.answer = (call) => (call.method === "draft" ? new Promise((resolve) => (answer = resolve)) : undefined);
    store.view(ada, view("t1", "partial", clock.now()));
    await clock.settle();
    store.append(ada, message("final", { endsLive: "t1" }));
    store.view(ada, view("t1", "partial and more", clock.now()));
    await clock.settle();
    expect(channel.seen.map((s) => s.method)).toEqual(["draft"]);
    answer({ outcome: "done" });
    await clock.advance(60_000);
    expect(channel.seen.map((s) => s.method)).toEqual(["draft", "send"]);
  });

  test("that need a step before go on at once, with what the step left behind", async () => {
    const { clock, store, channel } = await rig();
    const card = { messageId: "" as MessageId, extra: "card" };
    const frame = channel.renderLive;
    channel.renderLive = (chat, shown, screen, now) => {
      const call = frame(chat, shown, screen, now);
      if (call === undefined) return undefined;
      return { ...call, slot: shown.slot, method: screen.slots[shown.slot] === undefined ? "open" : "draft" };
    };
    channel.answer = (call) => (call.method === "open" ? { outcome: "done", message: card, again: true } : undefined);
    store.view(ada, view("t1", "text", clock.now()));
    await clock.settle();
    expect(channel.seen.map((s) => [s.method, s.at - (channel.seen[0]?.at ?? 0)])).toEqual([
      ["open", 0],
      ["draft", 0],
    ]);
    expect(store.slots(ada).t1?.messageId).toBe("m1");
  });

  test("that are refused again and again end for the turn; the final comes all the same", async () => {
    const { clock, store, channel } = await rig();
    channel.answer = (call) => (call.method === "draft" ? { outcome: "refused", reason: "no scope" } : undefined);
    for (let i = 0; i < 10; i++) {
      store.view(ada, view("t1", `text ${i}`, clock.now()));
      await clock.advance(2000);
    }
    expect(channel.seen.filter((s) => s.method === "draft")).toHaveLength(3);
    store.append(ada, message("final", { endsLive: "t1" }));
    await clock.until(() => channel.texts().includes("final"));
  });

  test("of the next turn begin as if there had been none before", async () => {
    const { clock, store, channel } = await rig();
    store.view(ada, view("t1", "one", clock.now()));
    await clock.settle();
    store.append(ada, message("final", { endsLive: "t1" }));
    store.view(ada, view("t2", "two", clock.now()));
    await clock.advance(300);
    expect(channel.texts()).toEqual(["0 s one", "final", "0 s two"]);
  });

  test("that a message swept away are shown again", async () => {
    const { clock, store, channel } = await rig();
    store.view(ada, view("t1", "partial", clock.now()));
    await clock.settle();
    store.append(ada, message("a note"));
    await clock.advance(2000);
    expect(channel.texts()).toEqual(["0 s partial", "a note", expect.stringMatching(/s partial$/)]);
  });

  test("that hang are given up, so that the final comes", async () => {
    const { clock, store, channel } = await rig();
    channel.answer = (call, _chat, signal) =>
      call.method === "draft"
        ? new Promise((resolve) => {
            signal.addEventListener("abort", () => resolve({ outcome: "unknown", reason: "late" }));
          })
        : undefined;
    store.view(ada, view("t1", "partial", clock.now()));
    await clock.settle();
    store.append(ada, message("final", { endsLive: "t1" }));
    await clock.until(() => store.completed.length === 1, 11_000);
  });

  test("with nothing new are repeated every 5 s, so that time moves and a draft lives on", async () => {
    const { clock, store, channel } = await rig();
    const start = clock.now();
    store.view(ada, view("t1", "thinking", start));
    await clock.advance(31_000);
    const at = channel.seen.filter((s) => s.method === "draft").map((s) => s.at - start);
    expect(at).toEqual([0, 5000, 10_000, 15_000, 20_000, 25_000, 30_000]);
  });

  test("are not sent for a change that nobody would see", async () => {
    const { clock, store, channel } = await rig();
    const start = clock.now();
    store.view(ada, view("t1", "same", start));
    for (let i = 0; i < 40; i++) {
      await clock.advance(100);
      store.view(ada, { ...view("t1", "same", start), thinking: `${i}` });
    }
    expect(channel.texts("draft")).toEqual(["0 s same"]);
  });

  test("in a group edit one status message, ten seconds apart when nothing is new", async () => {
    const { clock, store, channel } = await rig();
    store.view(team, view("t1", "hello", clock.now()));
    await clock.advance(25_000);
    expect(channel.seen.map((s) => s.method)).toEqual(["status", "editStatus", "editStatus"]);
    expect(store.slots(team)).toEqual({ "status-t1": { messageId: "m1" } });
  });

  test("leave three calls of a group's minute to finals", async () => {
    const { clock, store, channel } = await rig();
    const start = clock.now();
    for (let i = 0; i < 55; i++) {
      store.view(team, view("t1", `text ${i}`, start));
      await clock.advance(1000);
    }
    expect(channel.seen.length).toBeLessThanOrEqual(17);
    const before = channel.seen.length;
    store.append(team, message("final", { endsLive: "t1" }));
    await clock.settle();
    expect(channel.seen.length).toBe(before + 1);
  });

  test("after a 429 wait for its end, then show the newest text, further apart than before", async () => {
    const { clock, store, channel } = await rig();
    const start = clock.now();
    let limited = false;
    channel.answer = () => {
      if (limited) return undefined;
      limited = true;
      return { outcome: "rateLimited", scope: "chat", retryAfterMs: 6000 };
    };
    store.view(ada, view("t1", "old", start));
    for (let i = 0; i < 100; i++) {
      await clock.advance(100);
      store.view(ada, view("t1", `new ${i}`, start));
    }
    const drafts = channel.seen.filter((s) => s.method === "draft");
    expect(drafts[1]?.at).toBe(start + 6000);
    expect(drafts[1]?.text).toMatch(/new 5\d/);
    expect((drafts[2]?.at ?? 0) - (drafts[1]?.at ?? 0)).toBeGreaterThanOrEqual(1400);
  });

  test("of unknown outcome that would double a status message are not tried again in that turn", async () => {
    const { clock, store, channel } = await rig();
    channel.answer = (call) => (call.method === "status" ? { outcome: "unknown", reason: "cut" } : undefined);
    store.view(team, view("t1", "one", clock.now()));
    await clock.advance(20_000);
    store.view(team, view("t1", "one two", clock.now()));
    await clock.advance(20_000);
    expect(channel.texts("status").length).toBe(1);
    store.append(team, message("final", { endsLive: "t1" }));
    await clock.until(() => store.completed.length === 1);
  });

  test("come with typing until the first text is on the screen", async () => {
    const { clock, store, channel } = await rig();
    store.view(ada, view("t1", "", clock.now()));
    await clock.advance(10_000);
    const calls = channel.busyCalls;
    expect(calls).toBeGreaterThanOrEqual(2);
    store.view(ada, view("t1", "text", clock.now()));
    await clock.advance(20_000);
    expect(channel.busyCalls).toBe(calls);
  });

  test("of a turn nobody works on stand still, without typing, and go on when somebody does", async () => {
    const { clock, store, channel } = await rig();
    const begun = clock.now();
    store.view(ada, { ...view("t1", "", begun), silentSince: begun });
    await clock.advance(10_000);
    const calls = channel.busyCalls;
    await clock.advance(20_000);
    expect(channel.busyCalls).toBe(calls);
    store.view(ada, view("t1", "", begun));
    await clock.advance(5000);
    store.view(ada, view("t1", "", begun));
    await clock.advance(5000);
    expect(channel.busyCalls).toBeGreaterThan(calls);
  });

  test("of one chat do not hold up another's final", async () => {
    const { clock, store, channel } = await rig();
    channel.answer = (call) => (call.method === "draft" ? new Promise(() => {}) : undefined);
    store.view(ada, view("t1", "text", clock.now()));
    await clock.settle();
    store.append(bob, message("final"));
    await clock.advance(40);
    expect(channel.texts("send")).toEqual(["final"]);
  });
});
