import { ConfigError } from "../../../config/faults.ts";
import type { StopMode } from "../../../src/cli/app-port.ts";
import { run } from "../../../src/cli/run.ts";

/** `hotline` with a service that does nothing but follow `FAKE`: what goes wrong, if anything. */
const fault = process.env.FAKE;
const stops: StopMode[] = [];

const code = await run(process.argv.slice(2), {
  createApp: async (config, { logger }) => ({
    async start() {
      if (fault === "config") throw new ConfigError([{ file: "x", keyPath: "codex.bin", expected: "a program" }]);
      if (fault === "start")
        throw new Error(`no answer for ${config.channels.telegram[0]?.token} and ${config.codex.env.KEY}`);
      if (fault === "hang") await new Promise(() => undefined);
      if (fault === "throw") setTimeout(() => JSON.parse("{"), 10);
      if (fault === "reject") setTimeout(() => void Promise.reject(new Error("lost")), 10);
      setInterval(() => undefined, 1000);
    },
    banner: () => [`serving ${Object.keys(config.projects).join(",")}`],
    status: async () => ({
      demo: false,
      role: "all",
      workers: [],
      health: { ready: true, parts: [{ name: "redis", state: "ready" }] },
      node: "n-1",
      nodes: ["here", "there"].map((host, index) => ({
        node: `n-${index + 1}`,
        role: index === 0 ? "all" : "worker",
        host,
        pid: index + 1,
        version: "0",
        pools: [],
        projects: [],
        living: true,
        silentMs: 0,
      })),
      ...(stops[0] === undefined ? {} : { stopping: stops[0] }),
      chats: 2,
      turns: [
        { node: "n-1", chat: "web~main~1", project: "app", startedAt: Date.now(), doing: "npm test" },
        { node: "n-2", chat: "web~main~2", project: "far", startedAt: Date.now() },
      ],
      queue: { waiting: 0, active: 1 },
      requests: [],
      processes: [{ chat: "web~main~2", pid: 12, working: true, host: "there" }],
      metrics: { stops: stops.length },
    }),
    inspection: () => undefined,
    async stop(mode) {
      stops.push(mode);
      logger.info({ stops }, "fake stops");
      if (mode === "drain" || (fault === "slow" && mode === "keep")) await new Promise(() => undefined);
    },
  }),
  createPlatforms: async () => {
    throw new Error("no platforms here");
  },
  createExaminers: async () => [],
  out: (line) => void process.stdout.write(`${line}\n`),
  err: (line) => void process.stderr.write(`${line}\n`),
});
process.exit(code);
