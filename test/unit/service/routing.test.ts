import { describe, expect, it } from "vitest";
import type { LoadedConfig } from "../../../config/load.ts";
import type { Role } from "../../../src/cli/app-port.ts";
import type { ChatKey } from "../../../src/model/ids.ts";
import type { MainProject, Route } from "../../../src/redis/worker-registry.ts";
import {
  createRouting,
  forgottenQueues,
  isUp,
  queuesOf,
  servedPools,
  servedProjects,
  servedQueues,
  withFirst,
} from "../../../src/service/routing.ts";

const project = (pool: string) => ({ path: `/${pool}`, pool, writable: [] });
const config = (projects: LoadedConfig["projects"]) => ({ projects }) as LoadedConfig;
const chat = "telegram~main~1" as ChatKey;

function queueOf(role: Role, projects: LoadedConfig["projects"], route: Route, main?: MainProject): Promise<string> {
  const registry = {
    pools: async () => ({ kernel: "build" }),
    route: async () => route,
    mainProject: async () => main,
    known: async () => [],
  };
  return createRouting(config(projects), registry, role).queueOf(chat);
}

describe("where a chat's activations go", () => {
  const app = { app: project("default") };
  const lib = { lib: project("far") };
  const main = { name: "app", pool: "default" };

  it.each<[string, Role, LoadedConfig["projects"], Route, MainProject | undefined, string]>([
    [
      "to its home, but only where its project is worked on",
      "gateway",
      app,
      { home: "h-1", project: "kernel" },
      main,
      "act-~h-1~build",
    ],
    ["to the pool of its project, as configured here", "gateway", app, { project: "app" }, main, "act-default"],
    ["to the pool of its project, as a worker told it", "gateway", app, { project: "kernel" }, main, "act-build"],
    ["to the gateway's first project, when it chose none", "gateway", app, {}, undefined, "act-default"],
    ["the same, when a worker of another pool wakes it", "worker", lib, {}, main, "act-default"],
    ["to the worker's own while no gateway ever told", "worker", lib, {}, undefined, "act-far"],
  ])("%s", async (_, role, projects, route, told, queue) => {
    expect(await queueOf(role, projects, route, told)).toBe(queue);
  });
});

it("L8: workers that share a Codex home are not woken for each other's projects", async () => {
  const one = queuesOf({ home: "h-1", pools: ["default"] });
  const two = queuesOf({ home: "h-1", pools: ["far"] });
  const queue = await queueOf("gateway", {}, { home: "h-1", project: "kernel" });
  expect(one.filter((name) => two.includes(name))).toEqual([]);
  expect(queuesOf({ home: "h-1", pools: ["build"] })).toContain(queue);
  expect([...one, ...two]).not.toContain(queue);
});

it("a chat of a project nobody has goes to the pool of chats that chose none", async () => {
  const main = { name: "app", pool: "desk" };
  expect(await queueOf("worker", {}, { home: "h-1", project: "gone" }, main)).toBe("act-~h-1~desk");
});

it("forgetting homes takes their queues of every pool, and none of one's own home", () => {
  expect(forgottenQueues(["h-1", "h-2"], "h-1", ["default", "far"])).toEqual(["act-~h-2~default", "act-~h-2~far"]);
});

it("work goes on where a worker is up and stays; one that stopped or is gone serves nothing", () => {
  const worker = (home: string, pools: readonly string[], livesMs: number, aside?: "drains" | "stopped") => ({
    livesMs,
    about: { home, pools, projects: {}, ...(aside === undefined ? {} : { aside }) },
  });
  const known = [
    worker("h-1", ["default", "far"], 4000),
    worker("h-2", ["default"], 4000),
    worker("h-3", ["gone"], -1),
    worker("h-4", ["restarts"], 50_000, "stopped"),
    worker("h-5", ["drained"], 4000, "drains"),
  ];
  expect(servedQueues(known)).toEqual([
    "act-default",
    "act-far",
    "act-~h-1~default",
    "act-~h-1~far",
    "act-~h-2~default",
  ]);
  expect(known.map(isUp)).toEqual([true, true, false, false, true]);
});

it("a worker serves the pools it is told to, else all of its projects, and puts the main one first", () => {
  const all = { lib: project("far"), app: project("default") };
  expect(servedPools(config(all), [])).toEqual(["far", "default"]);
  expect(Object.keys(servedProjects(config(all), ["default"]))).toEqual(["app"]);
  expect(Object.keys(withFirst(all, "app"))).toEqual(["app", "lib"]);
  expect(Object.keys(withFirst(all, "other"))).toEqual(["lib", "app"]);
});
