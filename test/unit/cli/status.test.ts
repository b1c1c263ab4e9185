import { describe, expect, it } from "vitest";
import type { ServiceStatus } from "../../../src/cli/app-port.ts";
import { statusLines } from "../../../src/cli/status.ts";
import { cliWords } from "../../../src/model/catalog/cli.ts";

const quiet: ServiceStatus = {
  version: "0.1.0",
  pid: 7,
  startedAt: 0,
  demo: false,
  role: "all",
  workers: [],
  health: { ready: true, parts: [{ name: "redis", state: "ready" }] },
  chats: 2,
  turns: [],
  queue: { waiting: 0, active: 0 },
  requests: [],
  processes: [],
  metrics: {},
};

describe("hotline status", () => {
  it("is short when nothing happens", () => {
    expect(statusLines(quiet, cliWords.en, 65_000)).toEqual([
      "codex-hotline 0.1.0 · pid 7 · 1 min 5 s · ready",
      "  redis  ready",
      "active chats 2 · turns 0 · waiting 0 · open requests 0",
    ]);
  });

  it("lists reasons, turns, requests and processes in columns", () => {
    const busy: ServiceStatus = {
      ...quiet,
      demo: false,
      health: {
        ready: false,
        parts: [
          { name: "redis", state: "ready" },
          { name: "telegram~main", state: "degraded", reason: "no answer" },
        ],
      },
      turns: [{ chat: "telegram~main~1", project: "app", startedAt: 23_000, doing: "npm\ttest" }],
      requests: [{ number: 3, chat: "telegram~main~1", summary: "git push", askedAt: 60_000 }],
      processes: [{ chat: "telegram~main~1", pid: 12, working: true }],
    };
    expect(statusLines(busy, cliWords["zh-CN"], 65_000)).toEqual([
      "codex-hotline 0.1.0 · pid 7 · 1 min 5 s · 未就绪",
      "  redis          ready",
      "  telegram~main  degraded: no answer",
      "活跃聊天 2 · 任务 1 · 等待 0 · 待答复 1",
      "正在进行的任务",
      "  telegram~main~1  app  42 s  npm test",
      "等待答复",
      "  #3  telegram~main~1  5 s  git push",
      "Codex 进程",
      "  telegram~main~1  pid 12  工作中",
    ]);
  });

  it("marks a turn that shows no sign of progress, in both languages", () => {
    const turns = [
      { chat: "telegram~main~1", project: "app", startedAt: 5000, doing: "npm test", stalledSince: 23_000 },
    ];
    const line = (words: typeof cliWords.en) =>
      statusLines({ ...quiet, turns }, words, 65_000).find((one) => one.includes("npm"));
    expect(line(cliWords.en)).toBe("  telegram~main~1  app  1 min  npm test · no sign of progress for 42 s");
    expect(line(cliWords["zh-CN"])).toContain("npm test · 已 42 s 没有进展");
  });

  it("stays on one screen", () => {
    const turns = Array.from({ length: 40 }, (_, index) => ({ chat: `c${index}`, project: "p", startedAt: 0 }));
    const lines = statusLines({ ...quiet, turns }, cliWords.en, 0);
    expect(lines).toHaveLength(3 + 1 + 12 + 1);
    expect(lines.at(-1)).toBe("  … +28");
  });

  it("names every process where there are several, and the machine of each pid", () => {
    const common = { version: "0.1.0", pools: [], projects: [], living: true, silentMs: 0 };
    const app = { pools: ["default"], projects: ["app", "site"], chats: 1 };
    const nodes: NonNullable<ServiceStatus["nodes"]> = [
      { ...common, node: "n-1", role: "gateway", host: "door", pid: 7 },
      { ...common, ...app, node: "n-2", role: "worker", host: "laptop", pid: 41 },
      { ...common, ...app, node: "n-3", role: "worker", host: "desk", pid: 5, living: false, silentMs: 61_000 },
    ];
    const processes = [{ chat: "telegram~main~1", pid: 12, working: false, host: "laptop" }];
    const lines = statusLines({ ...quiet, role: "gateway", nodes, processes }, cliWords.en, 65_000);
    expect(lines).toEqual([
      "codex-hotline 0.1.0 · gateway · pid 7 · 1 min 5 s · ready",
      "  redis  ready",
      "active chats 2 · turns 0 · waiting 0 · open requests 0",
      "Machines (role, host, process, pools, projects, active chats)",
      "  gateway  door    pid 7                               ready",
      "  worker   laptop  pid 41  default  app, site  1 chat  ready",
      "  worker   desk    pid 5   default  app, site  1 chat  silent for 1 min 1 s",
      "Codex processes",
      "  telegram~main~1  pid 12  laptop  idle",
    ]);
  });

  it("says that it stops, and how many of its own turns it waits for", () => {
    const turn = { chat: "telegram~main~1", project: "app", startedAt: 0 };
    const turns = [
      { ...turn, node: "n-1" },
      { ...turn, node: "n-2" },
    ];
    const first = (status: ServiceStatus, words = cliWords.en) => statusLines(status, words, 65_000)[0];
    const drains = { ...quiet, node: "n-1", turns, stopping: "drain" as const };
    expect(first(drains)).toMatch(/ · stopping once 1 turn has ended$/);
    expect(first(drains, cliWords["zh-CN"])).toMatch(/ · 1 个任务结束后停止$/);
    expect(first({ ...drains, stopping: "keep" })).toMatch(/ · stopping$/);
    expect(first({ ...drains, node: "n-3" })).toMatch(/ · stopping$/);
  });

  it("says that the demo model answers", () => {
    expect(statusLines({ ...quiet, demo: true }, cliWords.en, 65_000)[0]).toMatch(/ · ready · demo model$/);
  });
});
