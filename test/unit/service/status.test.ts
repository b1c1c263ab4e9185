import { expect, it } from "vitest";
import type { ChatKey } from "../../../src/model/ids.ts";
import { nodesOf, stopPart } from "../../../src/service/status.ts";

const gateway = { host: "door", pid: 7, version: "0.1.0", startedAt: 0 };
const worker = {
  ...gateway,
  host: "laptop",
  home: "h-1",
  pools: ["default"],
  projects: { app: "default" },
  chats: [],
};

it("every process is told once: gateways first, one that is both as one", () => {
  const nodes = nodesOf(
    [
      { node: "n-1", livesMs: 9000, about: gateway },
      { node: "n-2", livesMs: 9000, about: { ...gateway, host: "laptop" } },
      { node: "n-4", livesMs: -2000, about: { ...gateway, host: "old" } },
    ],
    [
      { node: "n-2", livesMs: 3000, until: 1, about: { ...worker, held: 120 } },
      { node: "n-3", livesMs: -60_000, until: 1, about: worker },
    ],
  );
  expect(
    nodes.map(({ node, role, host, chats, living, silentMs }) => [node, role, host, chats, living, silentMs]),
  ).toEqual([
    ["n-1", "gateway", "door", undefined, true, 0],
    ["n-4", "gateway", "old", undefined, false, 2000],
    ["n-2", "all", "laptop", 120, true, 0],
    ["n-3", "worker", "laptop", 0, false, 60_000],
  ]);
});

it("a service that stops says what it waits for", () => {
  const chat = { chat: "web~main~1" as ChatKey, phase: "running", waiting: 0, requests: [] } as const;
  const busy = { ...chat, turn: { startedAt: 0 } };
  expect(stopPart("drain", [busy, chat])).toEqual({ state: "degraded", reason: "stopping once 1 turn has ended" });
  expect(stopPart("drain", [busy, busy]).reason).toBe("stopping once 2 turns have ended");
  expect(stopPart("drain", [chat]).reason).toBe("the service is stopping");
  expect(stopPart("now", [busy]).reason).toBe("the service is stopping");
});
