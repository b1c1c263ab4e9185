import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { packed } from "../../../src/redis/codec.ts";
import type { RedisLink } from "../../../src/redis/connection.ts";
import { retention } from "../../../src/redis/retention.ts";
import { readTurnLog, type TurnQuery } from "../../../src/redis/turn-log.ts";
import type { TestRedis } from "../../fixtures/redis.ts";
import { startRedis } from "../../fixtures/redis.ts";
import { endedTurn, newChat, node, owned } from "./samples.ts";

let server: TestRedis;

beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.stop());

async function slots(link: RedisLink, query: Partial<TurnQuery> = {}): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const { slot } of readTurnLog(link, { since: 0, ...query })) found.push(slot);
  return found;
}

describe("records of turns", () => {
  it("stand in the step that ends the turn, once though it is sent again, and never by an owner that lost the chat", async () => {
    const link = await server.link();
    const chat = newChat();
    const twice: RedisLink = {
      ...link,
      run: async (...call) => {
        await link.run(...call);
        return link.run(...call);
      },
    };
    const unlucky = node(twice, "unlucky");
    const { lease } = await owned(unlucky.chats, chat);
    await unlucky.chats.commit(lease, { turn: null, log: endedTurn(chat, "t-1") });
    expect(await slots(link)).toEqual(["t-1"]);
    const { lease: next } = await owned(unlucky.chats, chat);
    await expect(unlucky.chats.commit(lease, { log: endedTurn(chat, "stale") })).rejects.toThrow("is lost");
    await unlucky.chats.commit(next, { log: endedTurn(chat, "t-2") });
    expect(await slots(link)).toEqual(["t-1", "t-2"]);
  });

  it("are read chat after chat, oldest first, page by page; of the chats asked for", async () => {
    const link = await server.link();
    const a = node(link, "a");
    const [one, two] = [newChat(), newChat()];
    const first = await owned(a.chats, one);
    const second = await owned(a.chats, two);
    const expected = Array.from({ length: 230 }, (_, at) => `t-${at}`);
    for (const slot of expected) await a.chats.commit(first.lease, { log: endedTurn(one, slot) });
    await a.chats.commit(second.lease, { log: endedTurn(two, "other") });
    expect(await slots(link)).toEqual([...expected, "other"]);
    expect(await slots(link, { chat: (chat) => chat === two })).toEqual(["other"]);
    expect(await slots(link, { since: Date.now() + 60_000 })).toEqual([]);
  });

  it("go after 30 days, with the chat's place in the index", async () => {
    const link = await server.link();
    const a = node(link, "a");
    const [chat, quiet] = [newChat(), newChat()];
    const { lease } = await owned(a.chats, chat);
    const { redis, keys } = link;
    const old = Date.now() - retention.turnLogMs - 1000;
    await redis.xadd(keys.turnLog(chat), `${old}-0`, "l", packed(endedTurn(chat, "old")));
    await redis.zadd(keys.turnLogs, old, quiet, old, chat);
    expect(await slots(link)).toEqual([]);
    await a.chats.commit(lease, { log: endedTurn(chat, "new") });
    expect(await slots(link)).toEqual(["new"]);
    expect(await redis.xlen(keys.turnLog(chat))).toBe(1);
    expect(await redis.zrange(keys.turnLogs, "0", "-1")).toEqual([chat]);
    for (const key of [keys.turnLog(chat), keys.turnLogs])
      expect(retention.turnLogMs - (await redis.pttl(key))).toBeLessThan(60_000);
  });
});
