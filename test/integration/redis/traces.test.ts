import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createInspection } from "../../../src/cli/inspect/inspection.ts";
import type { TraceItem } from "../../../src/cli/inspect/port.ts";
import { systemClock } from "../../../src/lib/clock.ts";
import { silentLogger } from "../../../src/lib/log.ts";
import type { ChatKey } from "../../../src/model/ids.ts";
import { type TraceLine, traceLineLength } from "../../../src/model/trace.ts";
import type { RedisLink } from "../../../src/redis/connection.ts";
import { moveChat } from "../../../src/redis/moves.ts";
import { createTraces, type Traces, traceLines } from "../../../src/redis/traces.ts";
import { unwatchChat, watchChat } from "../../../src/redis/watch.ts";
import type { TestRedis } from "../../fixtures/redis.ts";
import { startRedis } from "../../fixtures/redis.ts";
import { newChat, until } from "./samples.ts";

let server: TestRedis;

beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.stop());

const line = (method: string): Omit<TraceLine, "at"> => ({ part: "codex", dir: "out", kind: "request", method });

const process = (link: RedisLink): Promise<Traces> => createTraces({ link, clock: systemClock, log: silentLogger });

/** Follows a chat in the background. */
function follow(link: RedisLink, traces: Traces, chat: ChatKey, ms = 60_000) {
  const items: TraceItem[] = [];
  const stop = new AbortController();
  const done = (async () => {
    for await (const item of createInspection(link, traces).trace(chat, ms, stop.signal)) items.push(item);
  })();
  const methods = (): readonly (string | undefined)[] => items.flatMap((i) => ("line" in i ? [i.line.method] : []));
  return { items, methods, done, stop: () => stop.abort(new Error("seen enough")) };
}

describe("a trace", () => {
  it("is off until somebody watches, reaches whoever watches from any process, and is off again when they go", async () => {
    const link = await server.link();
    const [here, elsewhere] = [await process(link), await process(link)];
    const [chat, other] = [newChat(), newChat()];
    expect(here.on(chat) || elsewhere.on(chat)).toBe(false);
    const watching = follow(link, here, chat);
    await until(() => elsewhere.on(chat) && watching.items.length === 1);
    expect(here.on(chat)).toBe(true);
    expect(elsewhere.on(other)).toBe(false);
    here.add(chat, line("one"));
    await until(() => watching.methods().length === 1);
    elsewhere.add(chat, line("two"));
    await until(() => watching.methods().length === 2);
    expect(watching.methods()).toEqual(["one", "two"]);
    watching.stop();
    await expect(watching.done).rejects.toThrow("seen enough");
    await until(() => !here.on(chat) && !elsewhere.on(chat));
  });

  it("reaches a process that starts later, ends when somebody switches it off, and leaves nothing behind for long", async () => {
    const link = await server.link();
    const here = await process(link);
    const chat = newChat();
    const watching = follow(link, here, chat);
    await until(() => watching.items.length === 1);
    const late = await process(link);
    expect(late.on(chat)).toBe(true);
    late.add(chat, line("late"));
    await until(() => watching.methods().length === 1);
    expect(await unwatchChat(link, chat)).toBe(true);
    await watching.done;
    expect(await unwatchChat(link, chat)).toBe(false);
    const { redis, keys } = link;
    expect(await redis.pttl(keys.trace(chat))).toBeGreaterThan(0);
    expect(await redis.zcard(keys.watched)).toBe(0);
  });

  it("ends by itself when its time is over, everywhere", async () => {
    const link = await server.link();
    const here = await process(link);
    const chat = newChat();
    const watching = follow(link, here, chat, 300);
    await watching.done;
    expect(here.on(chat)).toBe(false);
    expect(watching.items).toHaveLength(1);
  });

  it("of two on one chat, each ends for itself; the chat is off when both are over", async () => {
    const link = await server.link();
    const here = await process(link);
    const chat = newChat();
    const [first, second] = [follow(link, here, chat), follow(link, here, chat, 30_000)];
    await until(() => first.items.length + second.items.length === 2);
    first.stop();
    await expect(first.done).rejects.toThrow("seen enough");
    await here.refresh();
    expect(here.on(chat)).toBe(true);
    here.add(chat, line("after"));
    await until(() => second.methods().length === 1);
    second.stop();
    await expect(second.done).rejects.toThrow("seen enough");
    await until(() => !here.on(chat));
  });

  it("follows a chat that moved, and says which nobody ever heard of", async () => {
    const link = await server.link();
    const here = await process(link);
    const [from, to] = [newChat(), newChat()];
    await moveChat(link, from, to);
    const [moved, unknown] = [follow(link, here, to), follow(link, here, newChat())];
    await until(() => moved.items.length + unknown.items.length === 2);
    expect(moved.items[0]).toMatchObject({ chat: from, known: true });
    expect(unknown.items[0]).toMatchObject({ known: false });
    expect(await createInspection(link, here).traceOff(to)).toBe(true);
    await moved.done;
    unknown.stop();
    await expect(unknown.done).rejects.toThrow("seen enough");
  });

  it("begins anew with nothing of an earlier one", async () => {
    const link = await server.link();
    const here = await process(link);
    const chat = newChat();
    const first = follow(link, here, chat);
    await until(() => first.items.length === 1);
    here.add(chat, line("old"));
    await until(() => first.methods().length === 1);
    await unwatchChat(link, chat);
    await first.done;
    const second = follow(link, here, chat);
    await until(() => second.items.length === 1);
    here.add(chat, line("new"));
    await until(() => second.methods().length > 0);
    expect(second.methods()).toEqual(["new"]);
    second.stop();
    await expect(second.done).rejects.toThrow("seen enough");
  });

  it("keeps 2,000 lines of 500 characters at most, and counts what it drops", async () => {
    const link = await server.link();
    const here = await process(link);
    const chat = newChat();
    await watchChat(link, chat, 60_000);
    await until(() => here.on(chat));
    const most = 2 * traceLines + 7;
    const facts = { text: "x".repeat(5 * traceLineLength) };
    for (let at = 1; at <= most; at++) here.add(chat, { ...line(`m${at}`), facts });
    await until(async () => (await link.redis.xlen(link.keys.trace(chat))) === traceLines);
    here.add(chat, line("last"));
    const watching = follow(link, here, chat);
    await until(() => watching.methods().includes("last"));
    const dropped = watching.items.flatMap((i) => ("dropped" in i ? [i.dropped] : [])).reduce((a, b) => a + b, 0);
    expect(dropped).toBe(most - traceLines);
    expect(await link.redis.xlen(link.keys.trace(chat))).toBe(traceLines);
    for (const [, fields] of await link.redis.xrange(link.keys.trace(chat), "-", "+"))
      expect(fields[5]?.length).toBeLessThanOrEqual(traceLineLength);
    watching.stop();
    await expect(watching.done).rejects.toThrow("seen enough");
  });
});
