import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Cruised, config, cruiseProject } from "./cruise-project.ts";

/** Per rule: edges "from -> to" that it must refuse. A target without a folder is a package or a core module. */
const FORBIDDEN: Record<string, readonly string[]> = {
  "no-circular": ["src/lib/ring-a.ts -> src/lib/ring-b.ts"],
  "lib-is-leaf": ["src/lib/a1.ts -> src/model/leaf.ts", "src/lib/a2.ts -> config/schema.ts"],
  "model-is-pure": ["src/model/b1.ts -> src/channel/port.ts", "src/model/b2.ts -> src/redis/keys.ts"],
  "model-parses-only": ["src/model/b3.ts -> yaml"],
  "model-does-no-io": ["src/model/b4.ts -> node:fs", "src/model/b5.ts -> node:fs/promises"],
  "stages-meet-at-ports": [
    "src/dispatcher/c1.ts -> src/codex/session.ts",
    "src/codex/c2.ts -> src/outbox/sender.ts",
    "src/outbox/c3.ts -> src/channel/ingress.ts",
  ],
  "redis-behind-ports": ["src/dispatcher/d1.ts -> src/redis/keys.ts"],
  "redis-implements-ports": ["src/redis/e1.ts -> src/outbox/sender.ts"],
  "commands-see-the-dispatcher-port": ["src/commands/f1.ts -> src/dispatcher/actor.ts"],
  "workspace-implements-ports": [
    "src/workspace/g1.ts -> src/codex/session.ts",
    "src/workspace/g2.ts -> src/redis/keys.ts",
  ],
  "demo-stands-alone": ["src/demo/y1.ts -> src/codex/port.ts", "src/demo/y2.ts -> config/load.ts"],
  "demo-is-wired-by-cli": ["src/workspace/z1.ts -> src/demo/project.ts", "src/dispatcher/z2.ts -> src/demo/server.ts"],
  "telemetry-is-independent": ["src/telemetry/h1.ts -> src/queue/port.ts"],
  "codex-protocol-stays-home": ["src/commands/i1.ts -> src/codex/protocol/types.ts"],
  "only-app-wires": ["src/cli/j1.ts -> adapters/telegram/index.ts", "src/commands/j2.ts -> adapters/telegram/index.ts"],
  "app-is-the-top": ["src/outbox/k1.ts -> src/app.ts", "src/telemetry/k2.ts -> src/cli/start.ts"],
  "adapters-see-the-port": [
    "adapters/telegram/l1.ts -> src/outbox/port.ts",
    "adapters/telegram/l2.ts -> src/channel/ingress.ts",
    "adapters/telegram/l3.ts -> config/schema.ts",
  ],
  "adapters-apart": ["adapters/telegram/m1.ts -> adapters/feishu/index.ts"],
  "page-sees-words-only": [
    "adapters/web/page/y1.ts -> src/channel/port.ts",
    "adapters/web/page/y2.ts -> adapters/web/server.ts",
  ],
  "page-stays-in-the-browser": ["adapters/web/y3.ts -> adapters/web/page/state.ts"],
  "page-runs-without-node": ["adapters/web/page/y4.ts -> node:fs"],
  "config-is-leaf": ["config/n1.ts -> src/channel/port.ts"],
  "config-read-at-the-edge": ["src/dispatcher/o1.ts -> config/load.ts"],
  "no-test-in-prod": ["src/lib/p1.ts -> test/fake.ts"],
  "queue-knows-bullmq-only": ["src/queue/q1.ts -> ioredis"],
  "grammy-has-one-home": ["src/channel/r1.ts -> grammy", "adapters/web/r2.ts -> grammy"],
  "lark-has-one-home": ["adapters/telegram/s1.ts -> @larksuiteoapi/node-sdk"],
  "bullmq-has-one-home": ["src/redis/t1.ts -> bullmq"],
  "ioredis-has-one-home": ["src/outbox/u1.ts -> ioredis"],
  "pino-has-one-home": ["src/lib/v1.ts -> pino"],
  "prom-client-has-one-home": ["src/outbox/v9.ts -> prom-client"],
  "ws-has-one-home": ["adapters/telegram/w1.ts -> ws"],
  "preact-has-one-home": ["adapters/web/z1.ts -> preact"],
  "lowlight-has-one-home": ["src/model/z2.ts -> lowlight"],
  "child_process-has-one-home": ["src/dispatcher/x1.ts -> node:child_process", "src/codex/x2.ts -> child_process"],
};

/** Edges that the layout wants; none may be refused. */
const ALLOWED: readonly string[] = [
  "src/app.ts -> adapters/telegram/index.ts",
  "src/setup.ts -> adapters/telegram/index.ts",
  "src/main.ts -> src/cli/start.ts",
  "src/cli/start.ts -> src/app.ts",
  "src/cli/load-it.ts -> config/load.ts",
  "src/cli/install.ts -> node:child_process",
  "src/codex/process.ts -> node:child_process",
  "src/codex/stream.ts -> ws",
  "src/commands/stop.ts -> src/dispatcher/port.ts",
  "src/dispatcher/actor.ts -> src/codex/port.ts",
  "src/model/schema.ts -> zod",
  "src/model/parse.ts -> mdast-util-from-markdown",
  "src/demo/script.ts -> src/model/schema.ts",
  "src/cli/model-choice.ts -> src/demo/server.ts",
  "src/queue/activations.ts -> bullmq",
  "src/redis/connection.ts -> ioredis",
  "src/redis/store.ts -> src/outbox/port.ts",
  "src/telemetry/logger.ts -> pino",
  "src/telemetry/metrics.ts -> prom-client",
  "src/workspace/git.ts -> node:child_process",
  "src/workspace/projects.ts -> src/dispatcher/port.ts",
  "adapters/telegram/inbound.ts -> src/channel/port.ts",
  "adapters/telegram/poller.ts -> grammy",
  "adapters/web/page/connect.ts -> adapters/web/protocol.ts",
  "adapters/web/page/draw.ts -> preact",
  "config/load.ts -> src/lib/leaf.ts",
];

const isFile = (target: string) => target.endsWith(".ts");
const isCore = (target: string) => /^(node:|child_process)/.test(target);

function put(root: string, path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

function plant(root: string, edge: string): void {
  const [from = "", to = ""] = edge.split(" -> ");
  const specifier = isFile(to) ? `${"../".repeat(from.split("/").length - 1)}${to}` : to;
  // Types count as well: half of the files get a type-only import.
  put(
    root,
    from,
    `import ${edge.length % 2 === 0 ? "type " : ""}{ x } from "${specifier}";\nexport type Y = typeof x;\n`,
  );
  if (!isFile(to) && !isCore(to)) {
    put(root, `node_modules/${to}/package.json`, JSON.stringify({ name: to, version: "1.0.0", main: "index.js" }));
    put(root, `node_modules/${to}/index.js`, "exports.x = 1;\n");
  }
}

describe("the import rules", () => {
  let root = "";
  let cruised: Cruised = { modules: 0, violations: [] };

  beforeAll(async () => {
    root = realpathSync(mkdtempSync(join(tmpdir(), "hotline-arch-")));
    const edges = [...Object.values(FORBIDDEN).flat(), ...ALLOWED];
    const targets = edges.map((edge) => edge.split(" -> ")[1] ?? "").filter(isFile);
    for (const target of targets) put(root, target, "export const x = 1;\n");
    for (const edge of edges) plant(root, edge);
    put(root, "src/lib/ring-b.ts", 'import { x } from "./ring-a.ts";\nexport type Z = typeof x;\n');
    cruised = await cruiseProject(root, ["src", "adapters", "config"]);
  });

  afterAll(() => rmSync(root, { recursive: true, force: true }));

  test("all have a planted fault, and no fault is without its rule", () => {
    expect(Object.keys(FORBIDDEN).sort()).toEqual(config.forbidden.map((rule) => rule.name).sort());
  });

  test.each(Object.entries(FORBIDDEN))("%s refuses its planted faults", (rule, edges) => {
    for (const edge of edges) {
      const [from, to = ""] = edge.split(" -> ");
      const found = cruised.violations.filter((line) => line.startsWith(`${rule}: ${from} -> `));
      expect(found.join("\n"), edge).toContain(to.replace(/^node:/, ""));
    }
  });

  test.each(ALLOWED)("let pass %s", (edge) => {
    const from = edge.split(" -> ")[0] ?? "";
    const to = edge.split(" -> ")[1] ?? "";
    const found = cruised.violations.filter((line) => line.includes(`: ${from} -> `) && line.endsWith(to));
    expect(found).toEqual([]);
  });
});
