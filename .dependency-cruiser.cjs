/**
 * Who may import whom. Laws of the layout, held by test/arch/boundaries.test.ts;
 * test/arch/planted-imports.test.ts proves that each rule fires.
 */

/** Stages of the flow; one may see another only through its port.ts. */
const STAGE = "channel|queue|dispatcher|codex|outbox";

const rule = (name, from, to) => ({ name, severity: "error", from, to });

/** `path` (a package or core module) is imported by files under `home`, by tests, and by nobody else. */
const only = (name, path, home) => rule(`${name}-has-one-home`, { pathNot: [home, "^test/"] }, { path });

/** Files under `from` see, of this project, only what `allowed` matches inside src/. */
const sees = (name, from, allowed) => rule(name, { path: from }, { path: `^(src/(?!${allowed})|adapters/|config/)` });

module.exports = {
  forbidden: [
    rule("no-circular", {}, { circular: true }),
    sees("lib-is-leaf", "^src/lib/", "lib/"),
    sees("model-is-pure", "^src/model/", "model/|lib/"),
    rule(
      "model-parses-only",
      { path: "^src/model/" },
      { path: "node_modules/(?!zod/|mdast|micromark|unist|@types/(mdast|unist)/)" },
    ),
    rule(
      "model-does-no-io",
      { path: "^src/model/" },
      { path: "^(node:)?(fs|net|http|https|http2|tls|dgram|dns|child_process|worker_threads)(/|$)" },
    ),
    rule(
      "stages-meet-at-ports",
      { path: `^src/(${STAGE})/` },
      { path: `^src/(${STAGE})/(?!port\\.ts$)`, pathNot: "^src/$1/" },
    ),
    rule("redis-behind-ports", { path: "^src/(channel|dispatcher|codex|outbox)/" }, { path: "^src/redis/" }),
    rule("redis-implements-ports", { path: "^src/redis/" }, { path: `^src/(${STAGE})/(?!port\\.ts$)` }),
    sees("commands-see-the-dispatcher-port", "^src/commands/", "commands/|model/|lib/|dispatcher/port\\.ts$"),
    sees("workspace-implements-ports", "^src/workspace/", "workspace/|model/|lib/|(dispatcher|codex)/port\\.ts$"),
    sees("demo-stands-alone", "^src/demo/", "demo/|model/|lib/"),
    rule("demo-is-wired-by-cli", { path: "^src/", pathNot: "^src/(app\\.ts$|cli/|demo/)" }, { path: "^src/demo/" }),
    sees("telemetry-is-independent", "^src/telemetry/", "telemetry/|model/|lib/"),
    rule("codex-protocol-stays-home", { pathNot: "^(src/codex/|test/)" }, { path: "^src/codex/protocol/" }),
    rule(
      "only-app-wires",
      { path: "^src/", pathNot: "^src/(app|channels|examiners|setup)\\.ts$" },
      { path: "^adapters/" },
    ),
    rule(
      "app-is-the-top",
      { path: "^src/", pathNot: "^src/((app|channels|examiners|setup|main)\\.ts$|cli/|service/)" },
      { path: "^src/((app|channels|examiners|setup|main)\\.ts$|cli/|service/)" },
    ),
    rule(
      "adapters-see-the-port",
      { path: "^adapters/" },
      { path: "^(src/(?!model/|lib/|channel/port\\.ts$)|config/)" },
    ),
    rule("adapters-apart", { path: "^adapters/([^/]+)/" }, { path: "^adapters/", pathNot: "^adapters/$1/" }),
    rule(
      "page-sees-words-only",
      { path: "^adapters/web/page/" },
      { path: "^(src/(?!model/|lib/)|adapters/web/(?!page/|protocol\\.ts$))" },
    ),
    rule("page-stays-in-the-browser", { pathNot: "^(adapters/web/page/|test/)" }, { path: "^adapters/web/page/" }),
    rule("page-runs-without-node", { path: "^adapters/web/page/" }, { dependencyTypes: ["core"] }),
    rule("config-is-leaf", { path: "^config/" }, { path: "^(src/(?!lib/|model/)|adapters/)" }),
    rule(
      "config-read-at-the-edge",
      { path: "^src/", pathNot: "^src/((app|channels|examiners|main)\\.ts$|cli/|service/)" },
      { path: "^config/(?!schema\\.ts$)" },
    ),
    rule("no-test-in-prod", { path: "^(src|adapters|config)/" }, { path: "^test/" }),
    rule("queue-knows-bullmq-only", { path: "^src/queue/" }, { path: "node_modules/(?!bullmq/)" }),
    only("grammy", "node_modules/(grammy|@grammyjs)/", "^adapters/telegram/"),
    only("lark", "node_modules/@larksuiteoapi/", "^adapters/feishu/"),
    only("bullmq", "node_modules/bullmq/", "^src/queue/"),
    only("ioredis", "node_modules/ioredis/", "^src/redis/"),
    only("pino", "node_modules/pino/", "^src/telemetry/"),
    only("prom-client", "node_modules/prom-client/", "^src/telemetry/"),
    only("preact", "node_modules/preact/", "^adapters/web/page/"),
    only("lowlight", "node_modules/lowlight/", "^adapters/web/page/"),
    only("ws", "node_modules/(@types/)?ws/", "^(src/codex|adapters/web)/"),
    only(
      "child_process",
      "^(node:)?child_process$",
      "^src/(codex/process\\.ts|codex/protocol/update\\.ts|redis/embedded[^/]*\\.ts|workspace/git[^/]*\\.ts|cli/)",
    ),
  ],
  // Without @swc/core, TypeScript 7 makes the cruiser read 0 modules and find nothing wrong.
  options: {
    tsPreCompilationDeps: true,
    doNotFollow: { path: "node_modules" },
  },
};
