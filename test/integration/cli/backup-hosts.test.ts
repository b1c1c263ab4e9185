import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { stringify } from "yaml";
import { backup } from "../../../src/cli/backup.ts";
import { type AboutWorker, createWorkerRegistry } from "../../../src/redis/worker-registry.ts";
import { startRedis, type TestRedis } from "../../fixtures/redis.ts";

let server: TestRedis;
let dir: string;
beforeAll(async () => {
  server = await startRedis();
  dir = await mkdtemp(join(tmpdir(), "hl-backup-"));
});
afterAll(async () => {
  await server.stop();
  await rm(dir, { recursive: true, force: true });
});

it("a backup of several machines names those whose conversations it does not hold, not its own Codex home", async () => {
  const link = await server.link("hl");
  const about = { home: "h-1", pools: ["default"], projects: {}, host: "laptop" };
  await createWorkerRegistry<AboutWorker & { readonly host: string }>(link).beat("n-1", 5000, about);
  const configFile = join(dir, "hotline.yaml");
  const codex = { home: join(dir, "codex") };
  await writeFile(configFile, stringify({ dataDir: dir, redis: { url: `unix://${server.socketPath}` }, codex }), {
    mode: 0o600,
  });
  const lines: string[] = [];
  expect(await backup({ configFile, file: join(dir, "out.gz"), print: (line) => lines.push(line) })).toBe(0);
  expect(lines.at(-1)).toContain("in the Codex home of each machine that runs it: laptop");
  expect(lines.at(-1)).not.toContain(codex.home);
});
