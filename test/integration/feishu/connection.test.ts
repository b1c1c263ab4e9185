import { afterEach, describe, expect, test } from "vitest";
import type { InboundEvent } from "../../../src/channel/port.ts";
import { systemClock } from "../../../src/lib/clock.ts";
import type { Nonce } from "../../../src/model/ids.ts";
import { receiverPart } from "../../../src/telemetry/judges.ts";
import { keyOf, memorySink, put, type Rig, startRig, until } from "./rig.ts";

let rig: Rig;
afterEach(() => rig.end());

const words = (events: readonly InboundEvent[]): readonly string[] =>
  events.map((event) => (event.kind === "message" ? event.message.text : event.kind));

describe("events", () => {
  test("that come in three fragments are read as one", async () => {
    rig = await startRig({ fragments: 3 });
    const sink = memorySink();
    await rig.receive(sink);
    rig.feishu.phone.say(rig.home, rig.ada, "in three parts 三");
    await until(() => rig.feishu.connections.deliveries.length === 1, "the event is acknowledged");
    expect(words(sink.events)).toEqual(["in three parts 三"]);
    expect(rig.feishu.connections.deliveries[0]).toMatchObject({ attempt: 1, ack: { code: 200 } });
  });

  test("that could not be stored are answered 500, come again, and are then taken", async () => {
    rig = await startRig({ redelivery: [20, 20] });
    let broken = 1;
    const sink = memorySink(() => {
      broken -= 1;
      if (broken >= 0) throw new Error("the store is down");
      return {};
    });
    await rig.receive(sink);
    rig.feishu.phone.say(rig.home, rig.ada, "again");
    await until(() => rig.feishu.connections.deliveries.length === 2, "the event is delivered twice");
    expect(rig.feishu.connections.deliveries.map((one) => one.ack?.code)).toEqual([500, 200]);
    expect(words(sink.events)).toEqual(["again"]);
  });

  test("whose acknowledgement is lost come again under the same dedupe", async () => {
    rig = await startRig({ ackMs: 100, redelivery: [20, 20] });
    const sink = memorySink();
    await rig.receive(sink);
    rig.feishu.connections.losesAcks = 1;
    rig.feishu.phone.say(rig.home, rig.ada, "lost");
    await until(() => rig.feishu.connections.deliveries.length === 2, "the event is delivered twice");
    expect(words(sink.events)).toEqual(["lost", "lost"]);
    expect(new Set(sink.events.map((event) => event.dedupe)).size).toBe(1);
  });

  test("reach one of two connections of the same app, each once", async () => {
    rig = await startRig();
    const sinks = [memorySink(), memorySink()] as const;
    await rig.receive(sinks[0]);
    await rig.receive(sinks[1], rig.another());
    const sent = Array.from({ length: 30 }, (_, index) => `m${index}`);
    for (const text of sent) rig.feishu.phone.say(rig.home, rig.ada, text);
    await until(() => rig.feishu.connections.deliveries.length === 30, "all are acknowledged");
    expect([...sinks[0].events, ...sinks[1].events].length).toBe(30);
    expect([...words(sinks[0].events), ...words(sinks[1].events)].toSorted()).toEqual(sent.toSorted());
    expect(rig.feishu.violations).toEqual([]);
  });

  test("of one chat are stored in order and one at a time while the store is slow", async () => {
    rig = await startRig();
    let open = 0;
    let most = 0;
    const sink = memorySink(async () => {
      open += 1;
      most = Math.max(most, open);
      await new Promise((resolve) => setImmediate(resolve));
      open -= 1;
      return {};
    });
    await rig.receive(sink);
    const sent = Array.from({ length: 20 }, (_, index) => `m${index}`);
    for (const text of sent) rig.feishu.phone.say(rig.home, rig.ada, text);
    await until(() => sink.events.length === 20, "all are stored");
    expect(words(sink.events)).toEqual(sent);
    expect(most).toBe(1);
  });
});

describe("clicks", () => {
  const button = { label: "Yes", nonce: "n1" as Nonce };

  test.each(["event", "card"] as const)("in frames of type %s are answered with toast and card", async (frame) => {
    rig = await startRig();
    const changed = { pieces: [{ as: "text" as const, text: "Allowed by Ada" }] };
    const sink = memorySink((event) => (event.kind === "tap" ? { text: "Allowed", content: changed } : {}));
    await rig.receive(sink);
    const pieces = [{ as: "text" as const, text: "May I?" }];
    await put(rig.channel, keyOf(rig.home), { op: "message", content: { pieces, buttons: [[button]] } });
    const [asked] = rig.feishu.fromBot(rig.home);
    if (asked === undefined) throw new Error("nothing asked");
    const seen = await rig.feishu.phone.tap(asked, "Yes", rig.ada, frame);
    expect(seen).toMatchObject({ failed: false, toast: { type: "info", content: "Allowed" } });
    expect(rig.feishu.text(asked)).toBe("Allowed by Ada");
    expect(rig.feishu.buttons(asked)).toEqual([]);
    expect(sink.events).toMatchObject([{ kind: "tap", nonce: "n1", messageId: asked.id }]);
  });

  test("that could not be stored say so", async () => {
    rig = await startRig();
    await rig.receive(
      memorySink(() => {
        throw new Error("the store is down");
      }),
    );
    const pieces = [{ as: "text" as const, text: "May I?" }];
    await put(rig.channel, keyOf(rig.home), { op: "message", content: { pieces, buttons: [[button]] } });
    const [asked] = rig.feishu.fromBot(rig.home);
    if (asked === undefined) throw new Error("nothing asked");
    const seen = await rig.feishu.phone.tap(asked, "Yes", rig.ada, "card");
    expect(seen).toMatchObject({ failed: false, toast: { type: "error" } });
  });
});

describe("a refused account", () => {
  const refusals = (): readonly string[] => rig.log.lines.filter((line) => line.includes("refuses the account"));
  const asked = (): number => rig.feishu.calls.filter((call) => /auth\.token|ws\.endpoint/.test(call.method)).length;
  let stop: AbortController;
  const receiving = (): Promise<void> => {
    stop = new AbortController();
    return rig.channel.receive(memorySink(), stop.signal);
  };

  test("fails in one sentence and one line, without retries and without the secret", async () => {
    rig = await startRig({}, { appSecret: "WrongSecretWrongSecretWrongSecret" });
    const done = receiving();
    await until(() => rig.channel.health().state === "failed", "health is failed");
    expect(rig.channel.health().reason).toMatch(/^[^.]*app id or secret[^.]*\.feishu$/);
    expect(refusals()).toHaveLength(1);
    expect(asked()).toBeLessThanOrEqual(2);
    expect(rig.log.lines.join("\n")).not.toMatch(/WrongSecret|Bearer|t-\d/);
    stop.abort();
    await done;
  });

  test.each([514, 403, 1_000_040_345])("by the endpoint's code %d fails the same way", async (code) => {
    rig = await startRig();
    rig.feishu.connections.endpointCode = code;
    const done = receiving();
    await until(() => rig.channel.health().state === "failed", "health is failed");
    expect(refusals()).toHaveLength(1);
    expect(rig.log.lines.join("\n")).not.toMatch(new RegExp(`${rig.feishu.appSecret}|Bearer|"t-`));
    stop.abort();
    await done;
  });

  test.each([1, 1_000_040_343, 1_000_040_350])(
    "is not meant by the endpoint's code %d: it is tried again",
    async (code) => {
      rig = await startRig();
      rig.feishu.connections.endpointCode = code;
      const done = receiving();
      await until(() => rig.feishu.calls.some((call) => call.method === "ws.endpoint"), "the endpoint is asked");
      expect(rig.channel.health().state).not.toBe("ready");
      rig.feishu.connections.endpointCode = undefined;
      await until(() => rig.channel.health().state === "ready", "connected in the end", 15_000);
      expect(refusals()).toEqual([]);
      stop.abort();
      await done;
    },
    20_000,
  );
});

/** Losses of the connection the log tells of; health may be well again by the time a test looks. */
const losses = (): string[] =>
  rig.log.lines.filter((line) => line.includes("long connection changes") && line.includes('"up":false'));

describe("a connection", () => {
  test("that is cut comes back within seconds and goes on receiving", async () => {
    rig = await startRig({ redelivery: [200, 200] });
    const sink = memorySink();
    await rig.receive(sink);
    rig.feishu.connections.drop();
    await until(() => losses().length === 1, "the loss is told");
    await until(() => rig.feishu.connections.open === 1, "connected again", 15_000);
    rig.feishu.phone.say(rig.home, rig.ada, "still there");
    await until(() => sink.events.length === 1, "the message is taken");
    await until(() => rig.channel.health().state === "ready", "ready");
  }, 20_000);
});

describe("a connection that died without a word", () => {
  test("counts as silent a minute after the last frame, even where the SDK believes in it, until a frame comes", async () => {
    let ahead = 0;
    rig = await startRig({}, { clock: { ...systemClock, now: () => Date.now() + ahead } });
    await rig.receive(memorySink());
    const part = () => receiverPart(rig.channel.health(), Date.now() + ahead);
    expect(part()).toEqual({ state: "ready" });
    ahead = 61_000;
    await until(() => part().state === "degraded", "the silence is told");
    expect(part().reason).toMatch(/^nothing was heard from the platform for 6\d s$/);
    rig.feishu.phone.say(rig.home, rig.ada, "here I am");
    await until(() => part().state === "ready", "the frame counts");
  });

  test("is noticed within a minute, shown, and replaced; what was sent meanwhile arrives", async () => {
    rig = await startRig({ redelivery: [500, 1000, 2000, 4000, 8000, 16_000, 32_000] });
    const sink = memorySink();
    await rig.receive(sink);
    // Refused for a moment, so that the loss stays long enough to be seen.
    rig.feishu.connections.endpointCode = 1;
    rig.feishu.connections.drop(true);
    rig.feishu.phone.say(rig.home, rig.ada, "anybody there");
    await until(() => rig.channel.health().state !== "ready", "the loss is shown", 60_000);
    expect(rig.channel.health().reason).toContain("long connection");
    rig.feishu.connections.endpointCode = undefined;
    await until(() => rig.channel.health().state === "ready", "ready again", 15_000);
    await until(() => sink.events.length === 1, "the message is taken", 40_000);
  }, 120_000);
});

describe("tokens", () => {
  test("that are taken back are fetched anew", async () => {
    rig = await startRig();
    const message = { op: "message", content: { pieces: [{ as: "text", text: "one" }] } } as const;
    expect(await put(rig.channel, keyOf(rig.home), message)).toMatchObject([{ outcome: "done" }]);
    rig.feishu.expireTokens();
    expect(await put(rig.channel, keyOf(rig.home), message)).toMatchObject([{ outcome: "done" }]);
    expect(rig.feishu.fromBot(rig.home)).toHaveLength(2);
    expect(rig.log.lines.join("\n")).not.toMatch(/Bearer|t-\d-/);
  });
});
