import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { type SharedRedis, startSharedRedis } from "../fixtures/shared-redis.ts";
import { DoctorWorld } from "./doctor-world.ts";

let world: DoctorWorld;
let redis: SharedRedis;
beforeAll(async () => {
  redis = await startSharedRedis();
});
afterAll(() => redis.stop());
beforeEach(async () => {
  world = await DoctorWorld.create();
});
afterEach(() => world.dispose());

const trusted = (): Readonly<Record<string, string>> => ({ NODE_EXTRA_CA_CERTS: redis.ca });
const nowhere = { bin: "/nowhere/codex" };

it("asks of a gateway neither Codex nor projects, and of a worker no account", async () => {
  const shared = { url: redis.url };
  const missing = { app: { path: world.path("not-there") } };
  await world.configure({ redis: shared, codex: nowhere, projects: missing, access: { owners: ["telegram:1001"] } });
  const gateway = await world.lines(["--role", "gateway"], trusted());
  expect([gateway.code, gateway.lines.filter((one) => one.state !== "ok")]).toEqual([0, []]);
  const checks = gateway.lines.map((one) => one.check);
  expect(checks.filter((one) => /^(codex|projects|git|leftovers)/.test(one))).toEqual([]);
  expect(checks).toContain("owners");

  await world.configure({ redis: shared });
  const worker = await world.lines(["--role", "worker"], trusted());
  expect([worker.code, worker.lines.filter((one) => one.state === "error")]).toEqual([0, []]);
  expect(worker.lines.map((one) => one.check)).not.toContain("owners");
  expect(worker.lines.find((one) => one.check === "channels")?.message).toContain("no account is configured");
  expect(worker.lines.map((one) => one.check)).toContain("projects.app");

  // It fetches files with the token, and polls nothing.
  await world.configure({ redis: shared }, world.telegramChannel);
  const fetches = (await world.lines(["--role", "worker"], trusted())).lines.map((one) => one.check);
  expect(fetches).toContain("telegram~main.token");
  expect(fetches).not.toContain("telegram~main.poller");
});

it("asks of a machine among several for the Redis they share", async () => {
  await world.configure();
  const { code, lines } = await world.lines(["--role", "worker"]);
  expect(code).toBe(1);
  expect(lines.find((one) => one.check === "redis")?.message).toBe(
    "no redis.url is configured; a worker needs the Redis all machines share",
  );
});

it("says what mends a connection that fails over TLS", async () => {
  await world.configure({ redis: { url: redis.url } });
  const unknown = (await world.lines()).lines.find((one) => one.check === "redis");
  expect(unknown).toMatchObject({ state: "error", fix: expect.stringContaining("NODE_EXTRA_CA_CERTS=/path/ca.pem") });
  await world.configure({ redis: { url: redis.url.replace("rediss:", "redis:") } });
  const plain = (await world.lines()).lines.find((one) => one.check === "redis");
  expect(plain).toMatchObject({ state: "error", fix: expect.stringContaining("write rediss://") });
});
