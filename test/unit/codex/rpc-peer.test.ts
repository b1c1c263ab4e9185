import { expect, test } from "vitest";
import { createRpcPeer, type RpcObserver, type RpcPeerOptions, type RpcTraffic } from "../../../src/codex/rpc-peer.ts";
import type { MessageStream } from "../../../src/codex/ws-stream.ts";
import type { Clock } from "../../../src/lib/clock.ts";
import { silentLogger } from "../../../src/lib/log.ts";

interface Sent {
  readonly id?: number;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: unknown;
}

/** A clock that stands until the test moves it. */
function handClock(): Clock & { pass(ms: number): Promise<void> } {
  let now = 0;
  let sleepers: { at: number; wake: () => void }[] = [];
  return {
    now: () => now,
    uptime: () => now,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        sleepers.push({ at: now + ms, wake: resolve });
        signal?.addEventListener("abort", () => reject(signal.reason));
      }),
    async pass(ms) {
      now += ms;
      for (const sleeper of sleepers.filter((s) => s.at <= now)) sleeper.wake();
      sleepers = sleepers.filter((s) => s.at > now);
      await settled();
    },
  };
}

/** Lets promise callbacks run. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function open(options: Partial<RpcPeerOptions> = {}) {
  const sent: Sent[] = [];
  const heard: unknown[] = [];
  let receive = (_text: string): void => {};
  let close = (_reason: string): void => {};
  let failing = false;
  const stream: MessageStream = {
    send: (text) =>
      failing ? Promise.reject(new Error("broken pipe")) : Promise.resolve(void sent.push(JSON.parse(text))),
    onMessage: (listener) => {
      receive = listener;
    },
    onClose: (listener) => {
      close = listener;
    },
    close: () => close("closed"),
  };
  const clock = handClock();
  const peer = createRpcPeer(
    stream,
    {
      notification: (method, params) => heard.push({ method, params }),
      request: (id, method, params) => heard.push({ id, method, params }),
      closed: (reason) => heard.push({ closed: reason }),
    },
    { clock, log: silentLogger, random: () => 0.5, ...options },
  );
  const say = (message: unknown): void => receive(typeof message === "string" ? message : JSON.stringify(message));
  const fail = (): void => {
    failing = true;
  };
  return { peer, sent, heard, say, clock, fail, close: (reason: string) => close(reason) };
}

test("answers go to their requests, in whatever order they come", async () => {
  const { peer, sent, say } = open();
  const [a, b] = [peer.request("a", { x: 1 }), peer.request("b", {})];
  expect(sent).toEqual([
    { id: 1, method: "a", params: { x: 1 } },
    { id: 2, method: "b", params: {} },
  ]);
  say({ id: 2, result: "B" });
  say({ id: 1, result: "A" });
  expect(await Promise.all([a, b])).toEqual(["A", "B"]);
});

test("an error rejects with app-server's message and keeps its data", async () => {
  const { peer, say } = open();
  const request = peer.request("a", {});
  say({ id: 1, error: { code: -32602, message: "too long", data: { input_error_code: "input_too_large" } } });
  await expect(request).rejects.toMatchObject({
    code: "rejected",
    message: "too long",
    cause: { code: -32602, data: { input_error_code: "input_too_large" } },
  });
});

test("a request without an answer times out; its late answer harms nothing", async () => {
  const { peer, say, clock } = open({ timeoutMs: 100 });
  const request = peer.request("slow", {});
  const refused = expect(request).rejects.toMatchObject({ code: "timeout" });
  await clock.pass(99);
  await clock.pass(1);
  await refused;
  say({ id: 1, result: "late" });
});

test("beyond the cap requests wait, in order, and an expired one frees its place", async () => {
  const { peer, sent, say, clock } = open({ maxInFlight: 2, timeoutMs: 100 });
  const all = ["a", "b", "c", "d"].map((method) => peer.request(method, {}).catch((error: unknown) => error));
  expect(sent.map((m) => m.method)).toEqual(["a", "b"]);
  say({ id: 2, result: "B" });
  expect(sent.map((m) => m.method)).toEqual(["a", "b", "c"]);
  await clock.pass(100);
  expect(sent.map((m) => m.method)).toEqual(["a", "b", "c", "d"]);
  say({ id: 4, result: "D" });
  expect(await all[0]).toMatchObject({ code: "timeout" });
  expect(await all[3]).toBe("D");
});

test("an overloaded server is asked again, more slowly each time, at most four times", async () => {
  const { peer, sent, say, clock } = open();
  const request = peer.request("busy", {});
  const refused = expect(request).rejects.toMatchObject({ code: "overloaded" });
  for (const [id, pause] of [
    [1, 100],
    [2, 200],
    [3, 400],
  ] as const) {
    say({ id, error: { code: -32001, message: "Server overloaded; retry later." } });
    await settled();
    await clock.pass(pause - 1);
    expect(sent).toHaveLength(id);
    await clock.pass(1);
    expect(sent).toHaveLength(id + 1);
  }
  say({ id: 4, error: { code: -32001, message: "Server overloaded; retry later." } });
  await refused;
});

test("closing rejects everything pending, waiting and later, and is told once", async () => {
  const { peer, heard, close } = open({ maxInFlight: 1 });
  const all = ["a", "b"].map((method) => peer.request(method, {}).catch((error: unknown) => error));
  close("websocket closed (1006)");
  peer.close();
  for (const error of await Promise.all(all))
    expect(error).toMatchObject({ code: "disconnected", message: "websocket closed (1006)" });
  await expect(peer.request("c", {})).rejects.toMatchObject({ code: "disconnected" });
  expect(heard).toEqual([{ closed: "websocket closed (1006)" }]);
});

test("a request that cannot be written is disconnected", async () => {
  const { peer, fail } = open();
  fail();
  await expect(peer.request("a", {})).rejects.toMatchObject({ code: "disconnected" });
});

test("notifications and server requests are handed over in order; noise is not", async () => {
  const { peer, sent, heard, say } = open();
  say({ method: "turn/started", params: { n: 1 } });
  say("not json");
  say({ id: "x" });
  say([1, 2]);
  say({ id: 0, method: "ask", params: {} });
  expect(heard).toEqual([
    { method: "turn/started", params: { n: 1 } },
    { id: 0, method: "ask", params: {} },
  ]);
  await peer.respond(0, { decision: "accept" });
  await peer.refuse("7", -32601, "no");
  await peer.notify("initialized");
  expect(sent).toEqual([
    { id: 0, result: { decision: "accept" } },
    { id: "7", error: { code: -32601, message: "no" } },
    { method: "initialized" },
  ]);
});

test("an observer sees both directions with sizes, durations and error codes, and nothing while it does not look", async () => {
  let looks = false;
  const seen: RpcTraffic[] = [];
  const observer: RpcObserver = { on: () => looks, saw: (traffic) => void seen.push(traffic) };
  const { peer, say, clock } = open({ observer });
  await peer.notify("unseen");
  looks = true;
  const request = peer.request("turn/start", { threadId: "t" });
  const refused = peer.request("turn/steer", {}).catch(() => undefined);
  await clock.pass(7);
  say({ id: 1, result: { ok: 1 } });
  say({ id: 2, error: { code: -32600, message: "no active turn" } });
  say({ method: "turn/started", params: { turn: 1 } });
  say({ id: 9, method: "ask", params: {} });
  await peer.respond(9, "yes");
  await peer.refuse(10, -32601, "no");
  await Promise.all([request, refused]);
  expect(seen).toEqual([
    { dir: "out", kind: "request", id: 1, method: "turn/start", size: 56, body: { threadId: "t" } },
    { dir: "out", kind: "request", id: 2, method: "turn/steer", size: 42, body: {} },
    { dir: "in", kind: "answer", id: 1, method: "turn/start", ms: 7, size: 26, body: { ok: 1 } },
    { dir: "in", kind: "answer", id: 2, method: "turn/steer", ms: 7, size: 59, error: -32600 },
    { dir: "in", kind: "notification", method: "turn/started", size: 45, body: { turn: 1 } },
    { dir: "in", kind: "request", id: 9, method: "ask", size: 35, body: {} },
    { dir: "out", kind: "answer", id: 9, size: 23, body: "yes" },
    { dir: "out", kind: "answer", id: 10, size: 48, error: -32601 },
  ]);
});
