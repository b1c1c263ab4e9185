import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { InboundEvent } from "../../../src/channel/port.ts";
import { createHealth } from "../../../src/telemetry/health.ts";
import { receiverPart } from "../../../src/telemetry/judges.ts";
import { createMetrics } from "../../../src/telemetry/metrics.ts";
import { createWatchdog } from "../../../src/telemetry/watchdog.ts";
import { createFakeClock } from "../../fixtures/fake-clock.ts";
import { memorySink, receiving, rig, textUpdate } from "./rig.ts";
import { type ScriptedApi, startScriptedApi, token } from "./scripted-api.ts";

let api: ScriptedApi;
let stop: () => Promise<void> = async () => {};

beforeEach(async () => {
  api = await startScriptedApi();
});
afterEach(async () => {
  await stop();
  await api.close();
});

const until = <T>(assertion: () => T): Promise<T> => vi.waitFor(assertion, { timeout: 10_000, interval: 5 });
const texts = (events: readonly InboundEvent[]): readonly string[] =>
  events.map((event) => (event.kind === "message" ? event.message.text : event.kind));
const offsets = (): readonly unknown[] => api.of("getUpdates").map((asked) => asked.body.offset);

function receive(sink: ReturnType<typeof memorySink>, options = {}) {
  const made = rig(api.root, options);
  const running = receiving(made.channel, sink);
  stop = () => running.stop();
  return made;
}

describe("confirming updates (L1)", () => {
  test("L1: the offset moves only after every update of the batch is stored; a refused one is tried again, none is skipped", async () => {
    const batch = [textUpdate(10, "a"), textUpdate(11, "b"), textUpdate(12, "c", 2002)];
    api.next("getUpdates", { result: batch });
    let down = 0;
    const sink = memorySink((event) => {
      if (event.dedupe !== "m1001-10" || down > 4) return false;
      down += 1;
      expect(offsets().every((offset) => offset === undefined)).toBe(true);
      return true;
    });
    const { channel } = receive(sink);
    await until(() => expect(offsets()).toContain(13));
    expect(texts(sink.events).toSorted()).toEqual(["a", "b", "c"]);
    expect(texts(sink.events.filter((event) => event.at.chat === "telegram~main~1001"))).toEqual(["a", "b"]);
    expect(channel.health().state).toBe("ready");
  });

  test("L1: what was stored but not confirmed before a stop comes again", async () => {
    api.always("getUpdates", ({ body }) =>
      body.offset === undefined ? { result: [textUpdate(10, "a"), textUpdate(11, "b")] } : "hang",
    );
    const first = memorySink((event) => event.dedupe === "m1001-11");
    receive(first);
    await until(() => expect(texts(first.events)).toEqual(["a"]));
    await stop();
    expect(offsets()).toEqual([undefined]);
    const second = memorySink();
    receive(second);
    await until(() => expect(offsets().at(-1)).toBe(12));
    expect(texts(second.events)).toEqual(["a", "b"]);
  });

  test("an empty answer drops the offset, so that ids that start anew lower are seen", async () => {
    api.next("getUpdates", { result: [textUpdate(900, "old")] }, { result: [] }, { result: [textUpdate(3, "new")] });
    const sink = memorySink();
    receive(sink);
    await until(() => expect(texts(sink.events)).toEqual(["old", "new"]));
    await until(() => expect(offsets()).toEqual([undefined, 901, undefined, 4]));
  });

  test("unknown and malformed updates are passed over with their id and hold up nothing", async () => {
    api.next("getUpdates", {
      result: [
        { update_id: 5, novelty: { x: 1 } },
        { update_id: 6, message: { text: 7 } },
        { update_id: 7, message: null },
        textUpdate(8, "fine"),
      ],
    });
    const sink = memorySink();
    const { log } = receive(sink);
    await until(() => expect(offsets()).toContain(9));
    expect(texts(sink.events)).toEqual(["fine"]);
    expect(log.lines.filter((line) => line.startsWith("error malformed"))).toHaveLength(2);
    expect(log.lines.some((line) => line.startsWith("error malformed") && line.includes('"updateId":6'))).toBe(true);
    expect(log.lines.some((line) => line.includes("not routed") && line.includes("novelty"))).toBe(true);
  });

  test("the first poll waits for nothing: readiness does not hang on the first message", async () => {
    const { channel } = receive(memorySink());
    await until(() => expect(channel.health().state).toBe("ready"));
    expect(api.asked.slice(0, 2).map((asked) => asked.method)).toEqual(["getMe", "getUpdates"]);
    expect(api.of("getUpdates")[0]?.body).toMatchObject({
      timeout: 0,
      allowed_updates: ["message", "edited_message", "callback_query", "my_chat_member", "stopped_message_generation"],
    });
  });
});

describe("trouble with polling", () => {
  test("a webhook is removed once, its waiting updates are kept", async () => {
    const active = {
      code: 409,
      description:
        "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
    };
    api.next("getUpdates", active, { result: [textUpdate(4, "kept")] }, active);
    api.always("getWebhookInfo", () => ({ result: { url: "https://old.example/hook", pending_update_count: 1 } }));
    const sink = memorySink();
    const { channel, clock } = receive(sink);
    await until(() => expect(clock.slept.some((ms) => ms >= 3000)).toBe(true));
    expect(texts(sink.events)).toEqual(["kept"]);
    expect(api.of("deleteWebhook").map((asked) => asked.body)).toEqual([{ drop_pending_updates: false }]);
    await until(() => expect(api.of("getUpdates").length).toBeGreaterThan(3));
    expect(channel.health().reason ?? "").toMatch(/webhook/);
  });

  test("another poller is named and given way to with growing pauses", async () => {
    api.always("getUpdates", () => ({
      code: 409,
      description: "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
    }));
    const { channel, clock } = receive(memorySink());
    await until(() => expect(clock.slept.length).toBeGreaterThan(5));
    expect(channel.health()).toMatchObject({ state: "degraded", reason: expect.stringContaining("Another program") });
    expect(clock.slept[0]).toBeGreaterThanOrEqual(3000);
    expect(Math.max(...clock.slept)).toBeLessThanOrEqual(37_500);
    expect(clock.slept[3]).toBeGreaterThan(clock.slept[0] ?? 0);
  });

  test.each([
    [401, "Unauthorized"],
    [404, "Not Found"],
  ])("a refused token (%i) is failed health and asked about every five minutes", async (code, description) => {
    api.always("getMe", () => ({ code, description }));
    const { channel, clock } = receive(memorySink());
    await until(() => expect(clock.slept.length).toBeGreaterThan(1));
    expect(channel.health()).toMatchObject({ state: "failed", reason: expect.stringContaining("token") });
    expect(new Set(clock.slept)).toEqual(new Set([300_000]));
  });

  test("429, a gateway's page, a lost response and a restart are waited out, then all is well", async () => {
    api.next(
      "getUpdates",
      { code: 429, description: "Too Many Requests: retry after 9", parameters: { retry_after: 9 } },
      { html: 502 },
      "drop",
      { code: 500, description: "Internal Server Error: restart" },
      { result: [textUpdate(3, "after")] },
    );
    const sink = memorySink();
    const { channel, clock, log } = receive(sink);
    await until(() => expect(texts(sink.events)).toEqual(["after"]));
    expect(clock.slept[0]).toBeGreaterThanOrEqual(9000);
    await until(() => expect(channel.health().state).toBe("ready"));
    expect(log.lines.filter((line) => line.startsWith("warn"))).toHaveLength(4);
  });

  test("a poll nobody answers is given up and repeated", async () => {
    api.next("getUpdates", "hang");
    // The client gives up ten seconds after the poll should have ended.
    const { clock } = receive(memorySink(), { pollSeconds: -9 });
    await until(() => expect(clock.slept.length).toBeGreaterThan(0));
  });

  test("a poll that stalls is told by the watchdog when the poll's time and 30 s are over, once in the log", async () => {
    const clock = createFakeClock(Date.now());
    const { channel, log } = receive(memorySink(), { clock, pollSeconds: 20 });
    const health = createHealth();
    health.watch(channel.account, () => receiverPart(channel.health(), clock.now()));
    const watchdog = createWatchdog({ health, metrics: createMetrics(), clock, log });
    watchdog.start({ ping: async () => undefined, health: () => ({ state: "ready" }) });
    // The first poll was answered; Telegram holds the second one, and goes on holding it.
    await until(() => expect(offsets()).toHaveLength(2));
    await clock.advance(49_000);
    expect(health.report().ready).toBe(true);
    await clock.advance(11_000);
    expect(health.report().parts).toContainEqual({
      name: "telegram~main",
      state: "degraded",
      reason: "nothing was heard from the platform for 60 s",
    });
    expect(log.lines.filter((line) => line.includes("part changes"))).toHaveLength(1);
    watchdog.stop();
  });

  test("L10: no log line and no health reason holds the token", async () => {
    api.next("getUpdates", { html: 502 }, "drop", { code: 500, description: "Internal Server Error: restart" });
    const { log, clock } = receive(memorySink());
    await until(() => expect(clock.slept.length).toBeGreaterThan(2));
    await stop();
    expect(log.lines.join("\n")).not.toContain(token.slice(3));
    expect(log.lines.length).toBeGreaterThan(2);
  });
});

describe("taps", () => {
  const tap = (id: string) => ({
    update_id: Number(id),
    callback_query: {
      id,
      data: "nonce",
      from: { id: 1001, is_bot: false, first_name: "Ada", language_code: "zh-hans" },
      message: { message_id: 6, date: 0, chat: { id: 1001, type: "private", first_name: "Ada" } },
    },
  });

  test("are answered with the verdict, cut to what Telegram takes", async () => {
    api.next("getUpdates", { result: [tap("70")] });
    receive(memorySink(() => false, { text: "x".repeat(300), alert: true }));
    await until(() => expect(api.of("answerCallbackQuery")).toHaveLength(1));
    expect(api.of("answerCallbackQuery")[0]?.body).toEqual({
      callback_query_id: "70",
      text: `${"x".repeat(199)}…`,
      show_alert: true,
    });
  });

  test("that cannot be stored get a word after five seconds, once, and are stored when it is possible", async () => {
    api.next("getUpdates", { result: [tap("71")] });
    let refusing = true;
    const sink = memorySink(() => refusing, { text: "Approved" });
    const { clock } = receive(sink);
    await until(() => expect(api.of("answerCallbackQuery")).toHaveLength(1));
    refusing = false;
    await until(() => expect(sink.events).toHaveLength(1));
    await until(() => expect(offsets()).toContain(72));
    expect(clock.slept).toContain(5000);
    expect(api.of("answerCallbackQuery").map((asked) => asked.body.text)).toEqual(["尚未保存，正在重试。"]);
  });

  test("too old to be answered are no trouble", async () => {
    api.next("getUpdates", { result: [tap("72")] });
    api.next("answerCallbackQuery", {
      code: 400,
      description: "Bad Request: query is too old and response timeout expired or query ID is invalid",
    });
    const { log } = receive(memorySink());
    await until(() => expect(api.of("answerCallbackQuery")).toHaveLength(1));
    await until(() => expect(offsets()).toContain(73));
    expect(log.lines.filter((line) => /tap|warn|error/.test(line))).toEqual([]);
  });
});
