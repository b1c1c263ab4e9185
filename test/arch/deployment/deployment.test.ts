import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { silentLogger } from "../../../src/lib/log.ts";
import { createHealth } from "../../../src/telemetry/health.ts";
import { createHealthServer } from "../../../src/telemetry/http.ts";
import { createMetrics } from "../../../src/telemetry/metrics.ts";
import { composeFaults } from "./compose-faults.ts";
import { ignores } from "./docker-ignore.ts";
import { healthPath, imageFaults } from "./image-faults.ts";
import { unitFaults } from "./unit-faults.ts";

const ROOT = resolve(import.meta.dirname, "../../..");
const read = (path: string): string => readFileSync(join(ROOT, path), "utf8");
const manifest = JSON.parse(read("package.json")) as { engines: { node: string }; scripts: { start: string } };

const image = {
  dockerfile: read("Dockerfile"),
  dockerignore: read(".dockerignore"),
  files: execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
    cwd: ROOT,
    encoding: "utf8",
  })
    .split("\n")
    .filter((path) => path !== "" && existsSync(join(ROOT, path))),
  engines: manifest.engines.node,
  start: manifest.scripts.start,
};
const compose = read("compose.yaml");
const units = {
  user: read("config/systemd/user/codex-hotline.service"),
  system: read("config/systemd/system/codex-hotline.service"),
};

/** The text with one mistake in it; throws when there was nothing to spoil. */
function spoil(text: string, find: string | RegExp, put: string): string {
  const spoilt = text.replace(find, put);
  if (spoilt === text) throw new Error(`nothing to replace: ${find}`);
  return spoilt;
}

describe("the container image", () => {
  test("has none of the mistakes that matter", () => {
    expect(imageFaults(image)).toEqual([]);
  });

  test.each<[string, string | RegExp, string, string]>([
    ["the root user", "USER node\n", "", "it runs as root"],
    ["the root user by number", "USER node", "USER 0", "it runs as root"],
    ["no init", 'ENTRYPOINT ["tini", "-s", "--"]', "", "there is no init that takes in orphans"],
    ["an init that is not installed", " tini \\", " \\", "tini is not installed"],
    ["the latest of an image", "node:${NODE_VERSION}-bookworm-slim", "node:latest", "node:latest names no release"],
    ["an image without a tag", "node:${NODE_VERSION}-bookworm-slim", "node", "node names no release"],
    [
      "a Node.js below engines",
      "NODE_VERSION=24",
      "NODE_VERSION=18",
      "node:18-bookworm-slim is older than engines.node (>=20.19)",
    ],
    [
      "a secret",
      "ENV NODE_ENV=production",
      "ENV TELEGRAM_BOT_TOKEN=1:a NODE_ENV=production",
      "ENV TELEGRAM_BOT_TOKEN stays in the image",
    ],
    [
      "development dependencies",
      " \\\n  && npm prune --omit=dev --no-audit --no-fund",
      "",
      "development dependencies reach the runtime stage",
    ],
    [
      "a file that is not there",
      "COPY package.json LICENSE ./",
      "COPY package.json LICENCE ./",
      "COPY LICENCE: not in the repository",
    ],
    [
      "a file .dockerignore hides",
      "COPY package.json LICENSE ./",
      "COPY package.json README.md ./",
      "COPY README.md: hidden by .dockerignore",
    ],
    [
      "a stage that is not there",
      "--from=build /app/dist",
      "--from=builder /app/dist",
      "COPY from a stage that is not there: builder",
    ],
    [
      "a shell before the service",
      /CMD \["node", "--max.*\]/,
      "CMD npm start",
      `CMD is not what npm start runs: ${image.start}`,
    ],
    ["another signal", "STOPSIGNAL SIGTERM", "STOPSIGNAL SIGQUIT", "the service stops by SIGTERM"],
    ["no health check", "HEALTHCHECK ", "LABEL ", "there is no health check"],
    [
      "data inside the container",
      "HOTLINE_DATA_DIR=/data/hotline",
      "HOTLINE_DATA_DIR=/app/data",
      "HOTLINE_DATA_DIR is not a volume",
    ],
  ])("is found at fault with %s", (_what, find, put, fault) => {
    expect(imageFaults({ ...image, dockerfile: spoil(image.dockerfile, find, put) })).toEqual([fault]);
  });

  test("is found at fault with a .dockerignore that lets private files in", () => {
    expect(imageFaults({ ...image, dockerignore: "node_modules\ndist\n" })).toContain(".env reaches the build");
    expect(imageFaults({ ...image, dockerignore: spoil(image.dockerignore, "**/.env\n", "") })).toEqual([
      "config/.env reaches the build",
    ]);
    expect(imageFaults({ ...image, dockerignore: spoil(image.dockerignore, "!config\n", "") })).toEqual([
      "COPY config/container.yaml: hidden by .dockerignore",
    ]);
  });

  test("asks a path for its health that the service serves", async () => {
    const server = createHealthServer({
      listen: "127.0.0.1:0",
      health: createHealth(),
      metrics: createMetrics(),
      redact: (text) => text,
      logger: silentLogger,
    });
    const address = await server.start();
    try {
      const path = healthPath(image.dockerfile) ?? "";
      expect(path).toBe("/healthz");
      expect((await fetch(`${address}${path}`)).status).toBe(200);
      expect((await fetch(`${address}/health`)).status).toBe(404);
    } finally {
      await server.stop();
    }
  });
});

test(".dockerignore is read as Docker reads it: the last line that fits decides, a folder means all below it", () => {
  const hidden = ignores("*\n!src\nsrc/cli\n!src/cli/main.ts\n**/*.log\n");
  const paths = ["a", ".git/config", "src/a.ts", "src/cli/run.ts", "src/cli/main.ts", "src/x/y.log"];
  expect(paths.filter(hidden)).toEqual(["a", ".git/config", "src/cli/run.ts", "src/x/y.log"]);
});

describe("compose.yaml", () => {
  test("has none of the mistakes that matter", () => {
    expect(composeFaults(compose)).toEqual([]);
  });

  test.each<[string, string | RegExp, string, string]>([
    [
      "a port open to the network",
      "127.0.0.1:8420:8420",
      "8420:8420",
      "hotline: port 8420:8420 is open to the network",
    ],
    [
      "a port on every address",
      "127.0.0.1:8420:8420",
      "0.0.0.0:8420:8420",
      "hotline: port 0.0.0.0:8420:8420 is open to the network",
    ],
    [
      "a token inside",
      /HOTLINE_WEB_TOKEN: .*/,
      "HOTLINE_WEB_TOKEN: abcdefghijklmnop",
      "hotline: HOTLINE_WEB_TOKEN stands in the file",
    ],
    [
      "a token as a default value",
      /HOTLINE_WEB_TOKEN: .*/,
      'HOTLINE_WEB_TOKEN: "x${A}"',
      "hotline: HOTLINE_WEB_TOKEN stands in the file",
    ],
    [
      "a password in an address",
      "redis://redis:6379/0",
      "redis://redis:hunter2@redis:6379/0",
      "hotline: REDIS_URL holds a password",
    ],
    ["a Redis that drops what is old", "noeviction", "allkeys-lru", "redis: --maxmemory-policy noeviction is missing"],
    [
      "a Redis that writes now and then",
      "appendfsync, always",
      "appendfsync, everysec",
      "redis: --appendfsync always is missing",
    ],
    ["a Redis that keeps nothing", '--appendonly, "yes", ', "", "redis: --appendonly yes is missing"],
    [
      "a Redis whose data goes with it",
      "redis:/data",
      "redis:/var/lib/redis",
      "redis: its data is lost with the container",
    ],
    ["the latest Redis", "redis:7.4-bookworm", "redis:latest", "redis: redis:latest names no release"],
    [
      "a start before Redis",
      "condition: service_healthy",
      "condition: service_started",
      "hotline: it starts before Redis answers",
    ],
    [
      "another host for Redis",
      "redis://redis:6379/0",
      "redis://cache:6379/0",
      "hotline: REDIS_URL does not name the Redis beside it",
    ],
    [
      "conversations inside the container",
      "- codex:/codex",
      "- codex:/home/node/.codex",
      "hotline: /codex is lost with the container",
    ],
    ["a volume nobody declared", "- data:/data", "- state:/data", "hotline: the volume state is not declared"],
    [
      "more rights than needed",
      "cap_drop: [ALL]",
      "privileged: true",
      "hotline: it is given more rights than it needs",
    ],
    ["the root user", "cap_drop: [ALL]", 'user: "0:0"', "hotline: it runs as root"],
  ])("is found at fault with %s", (_what, find, put, fault) => {
    const found = composeFaults(spoil(compose, find, put));
    expect(found).toContain(fault);
    // What a spoilt address of Redis entails is told as well.
    expect(found.filter((other) => other !== fault && !other.includes("REDIS_URL"))).toEqual([]);
  });
});

describe.each(["user", "system"] as const)("the unit of systemd for a %s", (scope) => {
  const faults = (text: string) => unitFaults(text, scope, manifest.scripts.start);

  test("has none of the mistakes that matter", () => {
    expect(faults(units[scope])).toEqual([]);
  });

  test.each<[string, string | RegExp, string, string]>([
    ["no KillMode", "KillMode=process\n", "", 'Service.KillMode is "", not ^process$'],
    ["a KillMode that ends turns", "KillMode=process", "KillMode=mixed", 'Service.KillMode is "mixed", not ^process$'],
    [
      "a private /tmp",
      "[Service]",
      "[Service]\nPrivateTmp=true",
      "PrivateTmp: the next start has another /tmp than the turns that go on",
    ],
    [
      "no namespaces",
      "[Service]",
      "[Service]\nRestrictNamespaces=yes",
      "RestrictNamespaces: Codex cannot build its sandbox",
    ],
    [
      "a folder that goes at the stop",
      "[Service]",
      "[Service]\nRuntimeDirectory=hotline",
      "RuntimeDirectory: it is removed at the stop, with the sockets of running turns in it",
    ],
    ["no way back", "Restart=always", "Restart=no", 'Service.Restart is "no", not ^always$'],
    [
      "starting a wrong configuration for ever",
      "RestartPreventExitStatus=2 78\n",
      "",
      'Service.RestartPreventExitStatus is "", not \\b78\\b',
    ],
    [
      "a token inside",
      "[Service]",
      "[Service]\nEnvironment=A=b TELEGRAM_BOT_TOKEN=1:a",
      "a secret in a unit can be read by everybody",
    ],
    [
      "npm between",
      /ExecStart=.*/,
      "ExecStart=/usr/bin/npm start",
      `ExecStart is not what npm start runs: ${manifest.scripts.start}`,
    ],
    [
      "the wrong target",
      /WantedBy=.*/,
      "WantedBy=graphical.target",
      `it is not started with ${scope === "user" ? "default" : "multi-user"}.target`,
    ],
  ])("is found at fault with %s", (_what, find, put, fault) => {
    expect(faults(spoil(units[scope], find, put))).toEqual([fault]);
  });
});

test("a unit for the system does not run as root", () => {
  const start = manifest.scripts.start;
  expect(unitFaults(spoil(units.system, /User=.*\n/, ""), "system", start)).toEqual(["it runs as root"]);
  expect(unitFaults(spoil(units.user, "[Service]", "[Service]\nUser=ada"), "user", start)).toEqual([
    "User= does not belong into a unit of a user",
  ]);
});
