import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { silentLogger } from "../../../src/lib/log.ts";
import type { ChatKey } from "../../../src/model/ids.ts";
import { createActivations } from "../../../src/queue/activations.ts";
import type { Activations, RunOutcome } from "../../../src/queue/port.ts";
import type { RedisLink } from "../../../src/redis/connection.ts";
import type { TestRedis } from "../../fixtures/redis.ts";
import { startRedis } from "../../fixtures/redis.ts";
import { newChat, until } from "../redis/samples.ts";

let server: TestRedis;
let link: RedisLink;

beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.stop());
beforeEach(async () => {
  link = await server.link();
});
afterEach(() => {
  vi.restoreAllMocks();
});

const create = (options: { readonly lockMs?: number; readonly stalledMs?: number } = {}): Activations =>
  createActivations({ connection: link.forQueue(), prefix: link.keys.queue, logger: silentLogger, ...options });

/** An actor that runs until it is told to end. */
function actor() {
  const started: ChatKey[] = [];
  const ends: (() => void)[] = [];
  const run = (chat: ChatKey, signal: AbortSignal) =>
    new Promise<{ readonly outcome: "done" }>((resolve) => {
      started.push(chat);
      const end = (): void => resolve({ outcome: "done" });
      ends.push(end);
      signal.addEventListener("abort", end);
      if (signal.aborted) end();
    });
  return { started, run, endOne: () => ends.shift()?.() };
}

describe("activations", () => {
  it("L3: a chat waits at most once, however often it is woken", async () => {
    const activations = create();
    const chat = newChat();
    for (let n = 0; n < 5; n++) await activations.wake(chat);
    expect(await activations.counts()).toEqual({ waiting: 1, active: 0 });
    await activations.close();
  });

  it("L3: a wake-up while the actor runs is kept, once, for when it ends", async () => {
    const activations = create();
    const { started, run, endOne } = actor();
    const chat = newChat();
    await activations.consume(run);
    await activations.wake(chat);
    await until(() => started.length === 1);
    for (let n = 0; n < 5; n++) await activations.wake(chat);
    expect(await activations.counts()).toEqual({ waiting: 0, active: 1 });
    endOne();
    await until(() => started.length === 2);
    endOne();
    await until(async () => (await activations.counts()).active === 0);
    expect(started).toEqual([chat, chat]);
    expect(await activations.counts()).toEqual({ waiting: 0, active: 0 });
    await activations.close();
  });

  it("actors of different chats run at once", async () => {
    const activations = create();
    const { started, run } = actor();
    await activations.consume(run);
    await Promise.all(Array.from({ length: 20 }, () => activations.wake(newChat())));
    await until(() => started.length === 20);
    await activations.close();
  });

  it("a busy chat is tried again when the other lease is over", async () => {
    const activations = create();
    const times: number[] = [];
    await activations.consume(async () => {
      times.push(Date.now());
      return times.length < 3 ? { outcome: "busy", retryMs: 50 } : { outcome: "done" };
    });
    await activations.wake(newChat());
    await until(() => times.length === 3);
    expect((times[2] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(90);
    await until(async () => (await activations.counts()).active === 0);
    expect(await activations.counts()).toEqual({ waiting: 0, active: 0 });
    await activations.close();
  });

  it("a run that fails is repeated", async () => {
    const activations = create();
    let runs = 0;
    await activations.consume(async () => {
      if (++runs === 1) throw new Error("broken");
      return { outcome: "done" };
    });
    await activations.wake(newChat());
    await until(() => runs === 2);
    await activations.close();
  });

  it.each<[string, () => Promise<RunOutcome>]>([
    ["is busy", async () => ({ outcome: "busy", retryMs: 50 })],
    ["fails", () => Promise.reject(new Error("broken"))],
  ])(
    "a chat whose run %s while the wall clock is an hour ahead is not kept waiting for that hour",
    async (_, first) => {
      const activations = create();
      const ahead = vi
        .spyOn(Date, "now")
        .mockImplementation(() => performance.timeOrigin + performance.now() + 3_600_000);
      let runs = 0;
      await activations.consume(() => {
        runs += 1;
        return runs === 1 ? first() : Promise.resolve({ outcome: "done" });
      });
      await activations.wake(newChat());
      await until(() => runs === 1);
      // Whatever is written down with a moment has been written by then.
      await new Promise((resolve) => setTimeout(resolve, 30));
      ahead.mockRestore();
      await until(() => runs === 2);
      await until(async () => (await activations.counts()).active === 0);
      expect(await activations.counts()).toEqual({ waiting: 0, active: 0 });
      await activations.close();
    },
  );

  it("what a node holds is another's, until it takes again; what runs there goes on", async () => {
    const [holder, other] = [create(), create()];
    const [here, there] = [actor(), actor()];
    const [running, next, last] = [newChat(), newChat(), newChat()];
    await holder.consume(here.run);
    await holder.wake(running);
    await until(() => here.started.length === 1);
    await holder.hold(["act-default"]);
    expect(await holder.holds(next)).toBe(true);
    expect(await other.holds(next)).toBe(false);
    await holder.wake(next);
    await other.consume(there.run);
    await until(() => there.started.length === 1);
    expect([here.started, there.started]).toEqual([[running], [next]]);
    await other.close();
    await holder.hold([]);
    await holder.wake(last);
    await until(() => here.started.length === 2);
    expect(here.started).toEqual([running, last]);
    await holder.close();
  });

  it("leaves no key of a queue that is forgotten", async () => {
    const activations = create();
    await activations.wake(newChat());
    expect(await link.redis.keys(`${link.keys.queue}:act-default:*`)).not.toEqual([]);
    await activations.forget("act-default");
    expect(await link.redis.keys(`${link.keys.queue}:act-default:*`)).toEqual([]);
    await activations.close();
  });

  it("counts only what is asked for", async () => {
    const activations = create();
    await activations.wake(newChat());
    expect(await activations.counts(["act-default", "act-far"])).toEqual({ waiting: 1, active: 0 });
    expect(await activations.counts(["act-far"])).toEqual({ waiting: 0, active: 0 });
    await activations.close();
  });

  it("close aborts running actors and waits for them", async () => {
    const activations = create();
    const { started, run } = actor();
    await activations.consume(run);
    await activations.wake(newChat());
    await until(() => started.length === 1);
    await activations.close();
    expect(await link.redis.llen(`${link.keys.queue}:act-default:active`)).toBe(0);
  });

  it("L3: a chat whose node went silent is run by another", async () => {
    const silent = createActivations({
      connection: link.forQueue(),
      prefix: link.keys.queue,
      logger: silentLogger,
      lockMs: 200,
      stalledMs: 100,
    });
    const chat = newChat();
    const first = actor();
    await silent.consume(first.run);
    await silent.wake(chat);
    await until(() => first.started.length === 1);
    // As if the node were gone: its lock is never renewed again.
    const [id] = await link.redis.lrange(`${link.keys.queue}:act-default:active`, 0, -1);
    await link.redis.del(`${link.keys.queue}:act-default:${id}:lock`);
    const other = create({ lockMs: 200, stalledMs: 100 });
    const second = actor();
    await other.consume(second.run);
    await until(() => second.started.includes(chat) || first.started.length > 1);
    await Promise.all([silent.close(), other.close()]);
  });
});
