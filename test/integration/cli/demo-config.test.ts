import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { loadConfig } from "../../../config/load.ts";
import { chooseModel, demoConfig } from "../../../src/cli/model-choice.ts";
import { silentLogger } from "../../../src/lib/log.ts";

let dir = "";
afterEach(() => rmSync(dir, { recursive: true, force: true }));

it("the demo runs with nothing of the user's Codex, projects and proxies, and with a sandbox that asks", () => {
  dir = mkdtempSync(join(tmpdir(), "hotline-demo-"));
  const yaml = `dataDir: ${dir}/data
codex: { home: ${dir}/codex, model: mine, approvalPolicy: never, sandbox: danger-full-access, network: true,
  env: { KEY: secret }, config: { model_provider: mine } }
proxy: http://proxy:3128
projects: { app: { path: ${dir}/app } }
channels: { telegram: [{ id: main, token: "1:a" }] }
`;
  writeFileSync(join(dir, "hotline.yaml"), yaml);
  const config = loadConfig({
    file: join(dir, "hotline.yaml"),
    env: { HOME: dir, PATH: "/bin", all_proxy: "x" },
    cwd: dir,
  });
  const demo = demoConfig(config, 4711, "/demo/project", true);
  expect(demo.codex).toMatchObject({
    home: join(dir, "data/demo/codex"),
    env: {},
    approvalPolicy: "on-request",
    sandbox: "workspace-write",
    network: false,
  });
  expect(demoConfig(config, 4711, "/demo/project", false).codex).toMatchObject({
    approvalPolicy: "untrusted",
    sandbox: "danger-full-access",
  });
  expect(demo.codex.model).toBeUndefined();
  expect(demo.codex.config).toMatchObject({
    model_provider: "hotline_demo",
    "model_providers.hotline_demo.base_url": "http://127.0.0.1:4711/v1",
  });
  expect(demo.projects).toEqual({ demo: { path: "/demo/project", pool: "default", writable: [] } });
  expect(demo.environment).toEqual({ HOME: dir, PATH: "/bin" });
  expect(demo.channels).toEqual(config.channels);
  expect(demo.proxy).toBe("http://proxy:3128");
});

it.each([
  ["all", true],
  ["worker", false],
] as const)("without a sign-in the role %s has the demo: %s", async (role, demo) => {
  dir = mkdtempSync(join(tmpdir(), "hotline-demo-"));
  writeFileSync(join(dir, "hotline.yaml"), `dataDir: ${dir}/data\ncodex: { home: ${dir}/codex }\n`);
  mkdirSync(join(dir, "data"));
  const env = { HOME: dir, PATH: process.env.PATH ?? "" };
  const config = loadConfig({ file: join(dir, "hotline.yaml"), env, cwd: dir });
  mkdirSync(config.runtimeDir, { recursive: true });
  const choice = await chooseModel(config, silentLogger, { demo: false, role });
  await choice.demo?.stop();
  expect(choice.demo !== undefined).toBe(demo);
  expect((await choice.facts()).signInNeeded).toBe(!demo);
  rmSync(config.runtimeDir, { recursive: true, force: true });
});
