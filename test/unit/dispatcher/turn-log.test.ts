import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { ClientId, ThreadId, TurnId } from "../../../src/model/ids.ts";
import type { CodexRequest } from "../../../src/model/request.ts";
import type { TokenCounts } from "../../../src/model/turn.ts";
import type { TurnLogEntry } from "../../../src/model/turn-log.ts";
import { ActorBench } from "../../fixtures/actor-bench.ts";

const turnId = "u1" as TurnId;
const secretText = "the launch code is 0000";
const owner = { id: "telegram:1001", name: "@owner" };

const records = (bench: ActorBench): readonly TurnLogEntry[] =>
  bench.store.commits.flatMap(({ log }) => (log === undefined ? [] : [log]));

async function running(bench: ActorBench): Promise<void> {
  await bench.claim();
  bench.say(secretText);
  await bench.until(() => bench.codex.processes.at(-1)?.started.length === 1, "turn/start");
  bench.codex.last.begin("u1", bench.codex.last.started[0]?.clientId ?? ("" as ClientId));
  await bench.until(() => bench.store.record.turn?.delivered === true, "delivery");
}

async function ended(bench: ActorBench): Promise<TurnLogEntry> {
  await bench.until(() => bench.store.record.turn === undefined, "end");
  const [record, ...more] = records(bench);
  if (record === undefined || more.length > 0) throw new Error(`${more.length + 1} records`);
  return record;
}

function tokens(input: number, output: number): TokenCounts {
  return { input, cachedInput: 0, output, reasoning: 0, total: input + output };
}

function request(item: string): CodexRequest {
  const body = { kind: "command", command: "git push", cwd: "/app" } as const;
  return { rpcId: 7, threadId: "thread-1" as ThreadId, turnId, itemId: item, body };
}

describe("the record of a turn", () => {
  it("stands in the step that ends it: who, where, with what rights, what it did, and when", async () => {
    const bench = new ActorBench();
    await running(bench);
    bench.now += 500;
    const diff = "--- a\n+++ b\n+new\n";
    bench.codex.last.emit(
      { kind: "plan", turnId, steps: [{ step: "look", status: "completed" }] },
      { kind: "action", turnId, action: { id: "c", kind: "command", label: "npm test", state: "running" } },
      {
        kind: "action",
        turnId,
        action: {
          id: "c",
          kind: "command",
          label: "npm test",
          state: "done",
          exitCode: 1,
          durationMs: 70,
          output: "x",
        },
      },
      {
        kind: "action",
        turnId,
        action: {
          id: "f",
          kind: "files",
          label: "b",
          state: "done",
          files: [{ path: "b", added: 1, removed: 0 }],
        },
      },
      { kind: "diff", turnId, diff },
      { kind: "messageDelta", turnId, itemId: "m", delta: "Do" },
    );
    await bench.until(() => bench.store.updates.some((u) => u.view?.times?.firstText !== undefined), "first text");
    bench.now += 500;
    bench.codex.last.complete("u1", "Done.");
    const record = await ended(bench);
    expect(record).toEqual({
      version: 1,
      chat: bench.chat,
      slot: "t-1001-0",
      by: owner,
      project: "app",
      threadId: "thread-1",
      turnId: "u1",
      policy: { model: "gpt-5.5", approvalPolicy: "on-request", sandbox: "workspace-write", network: false },
      outcome: "completed",
      steers: [],
      approvals: [],
      plan: [{ step: "look", status: "completed" }],
      commands: [{ command: "npm test", state: "done", exitCode: 1, durationMs: 70 }],
      diff: { sha256: createHash("sha256").update(diff).digest("hex"), files: 1, added: 1, removed: 0 },
      times: { asked: 1_000_000, taken: 1_000_000, started: 1_000_000, firstText: 1_000_500, ended: 1_001_000 },
    });
    expect(bench.store.commits.at(-1)).toMatchObject({ turn: null, log: record });
    expect(JSON.stringify(record)).not.toContain("launch");
  });

  it("counts the tokens of its own turn, those of requests nobody heard of included", async () => {
    const bench = new ActorBench();
    await running(bench);
    const told = (input: number, last: number): void =>
      bench.codex.last.emit({
        kind: "usage",
        turnId,
        usage: {
          totalTokens: input + 10,
          lastTotalTokens: last + 5,
          contextWindow: 1000,
          counts: { thread: tokens(input, 10), last: tokens(last, 5) },
        },
      });
    told(150, 50);
    told(400, 90);
    bench.codex.last.complete("u1", "Done.");
    const { usage } = await ended(bench);
    expect(usage).toEqual({ ...tokens(300, 5), context: 95, contextWindow: 1000 });
  });

  it("names who steered it once Codex has the steer, and what became of its requests, by whom", async () => {
    const bench = new ActorBench();
    await running(bench);
    const ada = { id: "telegram:2002", name: "@ada" } as never;
    bench.say("use port 8080", { person: ada });
    await bench.until(() => bench.codex.last.steers.length === 1, "steer");
    bench.codex.last.emit({ kind: "delivered", turnId, clientId: bench.codex.last.steers[0]?.clientId });
    bench.codex.last.emit({ kind: "request", request: request("i-1") });
    await bench.until(() => bench.texts().some((t) => t.includes("git push")), "card");
    bench.tap("Approve");
    await bench.until(() => bench.codex.last.answers.length === 1, "answer");
    bench.codex.last.emit({ kind: "requestResolved", threadId: "thread-1" as ThreadId, rpcId: 7 });
    bench.codex.last.emit({ kind: "request", request: { ...request("i-2"), rpcId: 8 } });
    await bench.until(() => bench.store.record.requests.some((r) => r.number === 2), "second card");
    bench.codex.last.complete("u1", "Pushed.");
    const record = await ended(bench);
    expect(record.steers).toEqual([{ by: ada, at: 1_000_000 }]);
    expect(record.approvals).toEqual([
      { number: 1, kind: "command", decision: "accept", by: owner, askedAt: 1_000_000, at: 1_000_000 },
      { number: 2, kind: "command", decision: "ended", askedAt: 1_000_000 },
    ]);
  });

  it("tells why it failed, with the reference the chat was told", async () => {
    const bench = new ActorBench();
    await running(bench);
    const failure = { reason: "rateLimited", message: secretText, httpStatus: 429 } as const;
    bench.codex.last.emit({ kind: "turnEnded", turnId, outcome: "failed", failure });
    const record = await ended(bench);
    expect(record).toMatchObject({ outcome: "failed", code: "rateLimited", httpStatus: 429, ref: "7F3K" });
    expect(JSON.stringify(record)).not.toContain("launch");
  });

  it("tells that it was stopped", async () => {
    const bench = new ActorBench();
    await running(bench);
    bench.store.put({ kind: "stop", person: { ...owner, id: owner.id as never } });
    await bench.until(() => bench.codex.last.interrupted.length === 1, "interrupt");
    bench.codex.last.emit({ kind: "turnEnded", turnId, outcome: "interrupted" });
    expect(await ended(bench)).toMatchObject({ outcome: "stopped", code: "stop", turnId: "u1" });
  });

  it("is written for a turn that never reached Codex, without a turn id", async () => {
    const bench = new ActorBench();
    bench.codex.failSpawns = 3;
    await bench.claim();
    bench.say("one");
    await bench.until(() => bench.texts().some((t) => t.includes("Your message is kept.")), "note");
    const record = await ended(bench);
    expect(record).toMatchObject({ outcome: "failed", code: "spawnFailed", by: owner, commands: [] });
    expect(record.turnId).toBeUndefined();
  });

  it("L8: is written once when the service was killed and the turn ended while it was down", async () => {
    const bench = new ActorBench();
    await running(bench);
    await bench.kill();
    bench.codex.last.active = false;
    bench.codex.last.history = [
      {
        turnId,
        status: "completed",
        clientIds: bench.codex.last.started.map((t) => t.clientId),
        messages: [{ itemId: "m", text: "Done.", phase: "final" }],
        actions: [{ id: "c", kind: "command", label: "npm test", state: "done", exitCode: 0 }],
        startedAt: 1_000_000,
        endedAt: 1_003_000,
      },
    ];
    bench.now += 60_000;
    await bench.claim();
    const record = await ended(bench);
    expect(record).toMatchObject({
      outcome: "completed",
      by: owner,
      commands: [{ command: "npm test", exitCode: 0 }],
      policy: { sandbox: "workspace-write" },
      times: { started: 1_000_000, ended: 1_003_000 },
    });
  });

  it("L12: is written once, as interrupted, when Codex died with the service", async () => {
    const bench = new ActorBench();
    await running(bench);
    await bench.kill();
    bench.codex.last.alive = false;
    await bench.claim();
    expect(await ended(bench)).toMatchObject({ outcome: "interrupted", code: "restart", turnId: "u1", by: owner });
  });
});
