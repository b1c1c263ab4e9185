import { describe, expect, test } from "vitest";
import type { CallResult } from "../../../src/model/delivery.ts";
import type { Sender } from "../../../src/outbox/sender.ts";
import { senderPart } from "../../../src/telemetry/judges.ts";
import { ada, bob, message, rig } from "./harness.ts";

const part = (sender: Sender, now: number) =>
  senderPart(sender.load().account, sender.health(), sender.load().overdueSince, now);
const nothing = new Promise<CallResult>(() => {});

describe("a sender that is stuck", () => {
  test("is told by the account's name once its oldest message waits for more than 60 s", async () => {
    const { clock, store, channel, sender } = await rig();
    channel.answer = (_call, chat) => (chat === bob ? nothing : undefined);
    store.append(bob, message("never answered"));
    await clock.advance(30_000);
    store.append(ada, message("goes out"));
    await clock.advance(29_000);
    expect(part(sender, clock.now())).toEqual({ state: "ready" });
    await clock.advance(2000);
    expect(sender.load()).toMatchObject({ waiting: 1, oldestAt: clock.now() - 61_000 });
    expect(part(sender, clock.now())).toEqual({
      state: "degraded",
      reason: "fake~main leaves a message unsent for 61 s",
    });
  });

  test("is not one that the platform told to wait: its time begins when the wait is over", async () => {
    const { clock, store, channel, sender, counts } = await rig();
    let refused = false;
    channel.answer = () => {
      if (refused) return nothing;
      refused = true;
      return { outcome: "rateLimited", scope: "chat", retryAfterMs: 120_000 };
    };
    store.append(ada, message("told to wait"));
    await clock.advance(119_000);
    expect(counts.limited).toBe(1);
    expect(sender.load().oldestAt).toBe(clock.now() - 119_000);
    expect(part(sender, clock.now()).state).toBe("ready");
    await clock.advance(60_000);
    expect(part(sender, clock.now()).state).toBe("ready");
    await clock.advance(3000);
    expect(part(sender, clock.now()).state).toBe("degraded");
  });

  test("is not one whose account is blocked, nor one that has just taken over old messages", async () => {
    const { clock, store, channel, sender } = await rig((s) => {
      s.steal();
      s.seed(ada, message("old"));
    });
    channel.answer = () => ({ outcome: "rateLimited", scope: "account", retryAfterMs: 600_000 });
    await clock.advance(90_000);
    expect(sender.load().oldestAt).toBeUndefined();
    store.free();
    await clock.advance(5000);
    expect(sender.load().oldestAt).toBeLessThan(clock.now() - 90_000);
    await clock.advance(300_000);
    expect(part(sender, clock.now()).state).toBe("ready");
  });

  test("counts a lease that went to another, not one it gave back", async () => {
    const { clock, store, sender, counts } = await rig();
    store.steal();
    await clock.advance(5000);
    expect(counts.lost).toBe(1);
    store.free();
    await clock.advance(5000);
    await sender.stop();
    expect(counts.lost).toBe(1);
  });
});
