import { describe, expect, test } from "vitest";
import { backoffMs } from "../../../adapters/telegram/backoff.ts";
import { deliverAll, lanesOf } from "../../../adapters/telegram/lanes.ts";
import type { InboundEvent } from "../../../src/channel/port.ts";
import type { Clock } from "../../../src/lib/clock.ts";
import { silentLogger } from "../../../src/lib/log.ts";
import { chatKey } from "../../../src/model/ids.ts";

const key = (chat: string) => chatKey({ channel: "telegram", account: "main", chat });
const gone = (chat: string, dedupe: string): InboundEvent => ({
  kind: "gone",
  dedupe,
  at: { chat: key(chat), private: true, title: chat },
});
const instant: Clock = { now: () => 0, uptime: () => 0, sleep: () => Promise.resolve() };

describe("handing over a batch", () => {
  test("events of one chat keep their order, a slow chat does not hold up another (L2)", async () => {
    const stored: string[] = [];
    let open = (): void => undefined;
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const accept = async (event: InboundEvent) => {
      if (event.dedupe === "a1") await gate;
      stored.push(event.dedupe);
      if (event.dedupe === "b2") open();
      return {};
    };
    const events = [gone("1", "a1"), gone("2", "b1"), gone("1", "a2"), gone("2", "b2")];
    const complete = await deliverAll(
      { clock: instant, log: silentLogger, accept, onRejected() {} },
      events,
      new AbortController().signal,
    );
    expect(complete).toBe(true);
    expect(stored).toEqual(["b1", "b2", "a1", "a2"]);
  });

  test("an event that cannot be stored is tried again before the next of its chat (L1, L2)", async () => {
    const tried: string[] = [];
    let rejected = 0;
    const accept = (event: InboundEvent) => {
      tried.push(event.dedupe);
      return tried.length < 4 ? Promise.reject(new Error("down")) : Promise.resolve({});
    };
    const onRejected = () => {
      rejected += 1;
    };
    await deliverAll(
      { clock: instant, log: silentLogger, accept, onRejected },
      [gone("1", "a1"), gone("1", "a2")],
      new AbortController().signal,
    );
    expect(tried).toEqual(["a1", "a1", "a1", "a1", "a2"]);
    expect(rejected).toBe(3);
  });

  test("aborting ends the tries and says that something is left", async () => {
    const controller = new AbortController();
    const accept = () => {
      controller.abort();
      return Promise.reject(new Error("down"));
    };
    expect(
      await deliverAll(
        { clock: instant, log: silentLogger, accept, onRejected() {} },
        [gone("1", "a1")],
        controller.signal,
      ),
    ).toBe(false);
  });

  test("a batch in which a group moves stays in one row", () => {
    const moved: InboundEvent = {
      kind: "moved",
      dedupe: "v",
      at: { chat: key("-5"), private: false, title: "t" },
      to: key("-1005"),
    };
    expect(lanesOf([gone("1", "a"), moved, gone("2", "b")])).toHaveLength(1);
    expect(lanesOf([gone("1", "a"), gone("2", "b"), gone("1", "c")])).toHaveLength(2);
  });
});

describe("backoff", () => {
  test("waits double up to the maximum, with at most a quarter on top", () => {
    const range = { minMs: 500, maxMs: 30_000 };
    expect([1, 2, 3, 7, 100].map((attempt) => backoffMs(attempt, range, 0))).toEqual([500, 1000, 2000, 30_000, 30_000]);
    expect(backoffMs(1, range, 1)).toBe(625);
  });
});
