import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import type { LoadedConfig } from "../../../config/load.ts";
import { silentLogger } from "../../../src/lib/log.ts";
import type { ThreadId } from "../../../src/model/ids.ts";
import { createChatStore } from "../../../src/redis/chat-store.ts";
import type { RedisLink } from "../../../src/redis/connection.ts";
import { createGatewayRegistry } from "../../../src/redis/gateway-registry.ts";
import { type AboutWorker, createWorkerRegistry, type WorkerRegistry } from "../../../src/redis/worker-registry.ts";
import { createRouting } from "../../../src/service/routing.ts";
import { startRedis, type TestRedis } from "../../fixtures/redis.ts";
import { facts, newChat, node, owned, prompt } from "./samples.ts";

let server: TestRedis;
let link: RedisLink;
let registry: WorkerRegistry<AboutWorker>;

beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.stop());
beforeEach(async () => {
  link = await server.link();
  registry = createWorkerRegistry(link);
});

const about = (home: string, projects: Readonly<Record<string, string>> = {}): AboutWorker => ({
  home,
  pools: ["default"],
  projects,
});
const at = (name: string, home: string) => createChatStore({ link, node: name, home, logger: silentLogger });

it("a worker is known with what it told, living as long as it said", async () => {
  await registry.beat("a", 60_000, about("h-1", { app: "default" }));
  await registry.beat("b", -50, about("h-2", { lib: "far" }));
  const known = await registry.known();
  expect(known.map(({ node: name, about: told }) => [name, told.home])).toEqual([
    ["b", "h-2"],
    ["a", "h-1"],
  ]);
  expect(known[0]?.livesMs).toBeLessThanOrEqual(-50);
  expect(known[1]?.livesMs).toBeGreaterThan(50_000);
  expect(await registry.pools()).toEqual({ app: "default", lib: "far" });
});

it("a worker that is forgotten leaves its home to nobody, and that is told once", async () => {
  await registry.beat("a", 60_000, about("h-1"));
  await registry.beat("b", 60_000, about("h-2"));
  await link.redis.zadd(link.keys.workers, Date.now() - 31 * 86_400_000, "b");
  expect(await registry.beat("a", 60_000, about("h-1"))).toEqual(["h-2"]);
  expect(await registry.beat("a", 60_000, about("h-1"))).toEqual([]);
  expect(await link.redis.hgetall(link.keys.homes)).toEqual({ "h-1": "a" });
});

it("L3: a chat with a conversation is served where that lies, and nowhere else", async () => {
  await registry.beat("a", -1, about("h-1"));
  await registry.beat("b", 60_000, about("h-2"));
  const chat = newChat();
  const first = at("a", "h-1");
  const { lease } = await owned(first, chat);
  expect(await registry.route(chat)).toEqual({});
  await first.commit(lease, { binding: { threadId: "t-1" as ThreadId, project: "app" } });
  expect(await registry.route(chat)).toEqual({ home: "h-1", project: "app" });
  await first.handOver(lease);
  expect(await at("b", "h-2").claim(chat)).toEqual({ elsewhere: true });
  // Another worker on the same home may.
  expect(await at("c", "h-1").claim(chat)).toHaveProperty("lease");
});

it("a chat without its conversation is any worker's again", async () => {
  await registry.beat("a", 60_000, about("h-1"));
  const chat = newChat();
  const first = at("a", "h-1");
  const { lease } = await owned(first, chat);
  await first.commit(lease, { binding: { threadId: "t-1" as ThreadId } });
  await first.commit(lease, { binding: {} });
  await first.handOver(lease);
  expect(await registry.route(chat)).toEqual({});
  expect(await at("b", "h-2").claim(chat)).toHaveProperty("lease");
});

it("a node with another home than before leaves the old one's chats to everybody", async () => {
  await registry.beat("a", 60_000, about("h-1"));
  const chat = newChat();
  const first = at("a", "h-1");
  const { lease } = await owned(first, chat);
  await first.commit(lease, { binding: { threadId: "t-1" as ThreadId } });
  await first.handOver(lease);
  await registry.beat("a", 60_000, about("h-9"));
  expect(await registry.route(chat)).toEqual({});
  expect(await at("a", "h-9").claim(chat)).toHaveProperty("lease");
});

it("L2: a chat handed over keeps its mail and is stranded until somebody takes it; a stale owner hands nothing over", async () => {
  const chat = newChat();
  const { chats, ingress } = node(link, "a");
  const { lease } = await owned(chats, chat);
  await ingress.ingest(chat, "1", prompt("1"), facts(chat));
  expect(await registry.stranded(10)).toEqual([]);
  await chats.handOver(lease);
  await chats.handOver(lease);
  expect((await registry.stranded(10)).map((one) => one.chat)).toEqual([chat]);
  const next = await owned(node(link, "b").chats, chat);
  expect(await node(link, "b").chats.readMail(chat)).toHaveLength(1);
  await expect(chats.handOver(lease)).rejects.toMatchObject({ code: "leaseLost" });
  expect(next.lease.epoch).toBeGreaterThan(lease.epoch);
});

it("L3: a chat moves to another machine only while its owner does not live", async () => {
  await registry.beat("a", -1, about("h-1"));
  const chat = newChat();
  const living = createChatStore({ link, node: "a", home: "h-1", logger: silentLogger, leaseMs: 60_000 });
  const { lease } = await owned(living, chat);
  await living.commit(lease, { binding: { threadId: "t-1" as ThreadId } });
  const { ingress, woken } = node(link, "gateway", { keepersOf: async () => ["a"] });
  expect(await ingress.rehome(chat)).toBe(false);
  await living.handOver(lease);
  // Parked, on a machine that is back: an old button must not throw its conversation away.
  await registry.beat("a", 60_000, about("h-1"));
  expect(await ingress.rehome(chat)).toBe(false);
  await registry.beat("a", -1, about("h-1"));
  expect(await ingress.rehome(chat)).toBe(true);
  expect(woken).toEqual([chat]);
  expect(await at("b", "h-2").claim(chat)).toHaveProperty("lease");
});

it("a chat whose project is another machine's now may move there, though its own lives", async () => {
  await registry.beat("a", 60_000, about("h-1"));
  await registry.beat("b", 60_000, { ...about("h-2", { lib: "far" }), pools: ["far"] });
  const chat = newChat();
  const first = at("a", "h-1");
  const { lease } = await owned(first, chat);
  await first.commit(lease, { binding: { threadId: "t-1" as ThreadId, project: "lib" } });
  await first.handOver(lease);
  const { keepersOf, queueOf } = createRouting({ projects: {} } as LoadedConfig, registry, "gateway");
  expect(await keepersOf(chat)).toEqual([]);
  expect(await queueOf(chat)).toBe("act-~h-1~far");
  expect(await node(link, "gateway", { keepersOf }).ingress.rehome(chat)).toBe(true);
  expect(await queueOf(chat)).toBe("act-far");
});

it("a gateway is known with what it told, and not after it left", async () => {
  const gateways = createGatewayRegistry<{ readonly host: string }>(link);
  await gateways.beat("g-1", 60_000, { host: "door" });
  await gateways.beat("g-2", -50, { host: "back" });
  expect((await gateways.known()).map((one) => [one.node, one.about.host, one.livesMs > 0])).toEqual([
    ["g-2", "back", false],
    ["g-1", "door", true],
  ]);
  await gateways.leave("g-2");
  expect((await gateways.known()).map((one) => one.node)).toEqual(["g-1"]);
});
