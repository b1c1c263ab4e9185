import { afterAll, beforeAll, expect, test } from "vitest";
import type { ClientId, ThreadId } from "../../../src/model/ids.ts";
import { gate, plan, reasoning, shell, text, usage } from "../../emulators/model/steps.ts";
import { Events, type Lab, openLab, until } from "./lab.ts";

let lab: Lab;
beforeAll(async () => {
  lab = await openLab();
});
afterAll(() => lab.close());

test("a turn streams: started, delivered, deltas, completed text, usage, ended last", async () => {
  const { session, events } = await lab.open();
  lab.model.on("count", [usage(1234), text(["one ", "two ", "three"])]);
  const clientId = await lab.say(session, "count");
  const { turnId, ended } = await events.turn();
  expect(ended.outcome).toBe("completed");
  expect(events.of("delivered")).toEqual([{ kind: "delivered", turnId, clientId }]);
  expect(events.of("messageDelta").map((e) => e.delta)).toEqual(["one ", "two ", "three"]);
  expect(events.texts).toEqual(["one two three"]);
  expect(events.of("usage")[0]?.usage).toMatchObject({ lastTotalTokens: 1235, contextWindow: 258400 });
  expect(events.all.map((e) => e.kind)).toEqual([
    "turnStarted",
    "delivered",
    "messageStarted",
    "messageDelta",
    "messageDelta",
    "messageDelta",
    "messageCompleted",
    "usage",
    "turnEnded",
  ]);
  await session.end();
  expect(lab.runtime.alive(session.process)).toBe(false);
});

test("plan, thinking, a command and phases are told", async () => {
  const { session, events } = await lab.open();
  lab.model.on("work", [
    reasoning("**Looking around**\n\nquietly"),
    plan([["look", "completed"], ["change", "in_progress"], "test"]),
    text("I look.", { phase: "commentary" }),
    shell("printf 'a\\nb\\n'; exit 3"),
    text("Done.", { phase: "final_answer" }),
  ]);
  await lab.say(session, "work");
  await events.turn();
  expect(events.of("thinking").map((e) => e.text)).toContain("Looking around");
  expect(events.of("plan")[0]?.steps.map((s) => s.status)).toEqual(["completed", "inProgress", "pending"]);
  expect(events.of("messageCompleted").map((e) => [e.text, e.phase])).toEqual([
    ["I look.", "commentary"],
    ["Done.", "final"],
  ]);
  const [running, done] = events.of("action").map((e) => e.action);
  expect(running).toMatchObject({ kind: "command", state: "running", label: "printf 'a\\nb\\n'; exit 3" });
  expect(done).toMatchObject({ state: "failed", exitCode: 3, output: "a\nb\n", id: running?.id });
  await session.end();
});

test("a steer reaches the running turn; without one it says so", async () => {
  const { session, events } = await lab.open();
  const hold = gate();
  lab.model.on("slow", [text(["first ", hold, "half"])]);
  await lab.say(session, "slow");
  const { turnId } = await events.next("turnStarted");
  await events.next("messageDelta");
  expect(await session.steer("s-1" as ClientId, turnId, [{ type: "text", text: "also this" }])).toBe("steered");
  hold.open();
  await events.turn();
  expect(events.texts).toEqual(["first half", "echo: also this"]);
  expect(events.of("delivered").map((e) => e.clientId)).toContain("s-1");
  expect(await session.steer("s-2" as ClientId, turnId, [{ type: "text", text: "late" }])).toBe("noActiveTurn");
  expect(events.of("turnStarted")).toHaveLength(1);
  await session.end();
});

test("a compaction cannot be steered", async () => {
  const { session, events, thread } = await lab.open();
  await lab.say(session, "hello");
  await events.turn();
  const hold = gate();
  lab.model.queue(thread.threadId, [text(["sum", hold, "mary"])]);
  await session.compact();
  const { turnId } = await events.next("turnStarted", 2);
  expect(await session.steer("c-1" as ClientId, turnId, [{ type: "text", text: "x" }])).toBe("notSteerable");
  hold.open();
  await events.turn(2);
  expect(events.of("action").map((e) => e.action.kind)).toContain("compaction");
  await session.end();
});

test("an interrupted command lives on as a terminal until it is ended", async () => {
  const { session, events } = await lab.open();
  lab.model.on("sleep", [shell("sleep 97", { yieldMs: 30_000 })]);
  await lab.say(session, "sleep");
  const { turnId } = await events.next("turnStarted");
  const { action } = await events.next("action");
  expect(await session.interrupt(turnId)).toBe(true);
  const { ended } = await events.turn();
  expect(ended).toMatchObject({ turnId, outcome: "interrupted" });
  const [terminal] = await session.terminals();
  expect(terminal).toMatchObject({ itemId: action.id, processId: action.processId });
  await session.endTerminal(terminal?.processId ?? "");
  expect(await session.terminals()).toEqual([]);
  expect(await session.interrupt(turnId)).toBe(false);
  await session.end();
});

test("after kill -9 a new process resumes the thread with its turns", async () => {
  const first = await lab.open();
  const clientId = await lab.say(first.session, "before");
  await first.events.turn();
  lab.model.on("dies", [text(["partial ", gate()])]);
  const lost = await lab.say(first.session, "dies");
  await first.events.next("delivered", 2);
  process.kill(first.session.process.pid, "SIGKILL");
  await first.events.next("disconnected");
  expect(first.events.all.at(-1)?.kind).toBe("disconnected");
  await expect(first.session.compact()).rejects.toMatchObject({ code: "disconnected" });
  await until(() => !lab.runtime.alive(first.session.process), "dead");
  expect(await lab.runtime.attach(first.session.process)).toBeUndefined();
  await lab.runtime.sweep([]);

  const session = await lab.runtime.spawn("chat", lab.spec);
  lab.track(session.process);
  const events = new Events(session);
  const state = await session.openThread(lab.spec, first.thread.threadId);
  expect(state).toMatchObject({ active: false, threadId: first.thread.threadId, model: "gpt-5.5" });
  const turns = await session.turns(5);
  expect(turns.map((t) => [t.status, t.clientIds, t.messages.map((m) => m.text)])).toEqual([
    ["interrupted", [lost], []],
    ["completed", [clientId], ["echo: before"]],
  ]);
  await lab.say(session, "after");
  await events.turn();
  expect(lab.model.userTexts(first.thread.threadId)).toEqual(["before", "dies", "after"]);
  await session.end();
});

test("refusals have names: lost and busy threads, a missing folder, too much input", async () => {
  const { session, events, thread, spec } = await lab.open();
  await lab.say(session, "hello");
  await events.turn();
  const other = await lab.runtime.spawn("other", spec);
  lab.track(other.process);
  await expect(other.openThread(spec, thread.threadId)).rejects.toMatchObject({ code: "threadBusy" });
  const unknown = "01a1fc8a-d587-71a0-8d5f-6da2d32bd08a" as ThreadId;
  await expect(other.openThread(spec, unknown)).rejects.toMatchObject({ code: "threadLost" });
  await expect(other.openThread({ ...spec, cwd: "/nowhere" })).rejects.toMatchObject({ code: "cwdMissing" });
  await expect(lab.say(session, "hello", { cwd: "/nowhere" })).rejects.toMatchObject({ code: "cwdMissing" });
  await expect(lab.say(session, "x".repeat(1_048_577))).rejects.toMatchObject({ code: "inputTooLarge" });
  expect(events.of("turnStarted")).toHaveLength(1);
  await Promise.all([session.end(), other.end()]);
});

test("models are listed, the default first", async () => {
  const { session } = await lab.open();
  const models = await session.models();
  expect(models[0]?.isDefault).toBe(true);
  expect(models.find((m) => m.id === "gpt-5.5")?.efforts).toContain("medium");
  await session.end();
});

test("facts name version, model, sign-in and a sandbox_mode of the user's own", async () => {
  const facts = await lab.runtime.facts();
  expect(facts).toMatchObject({ version: "0.169.0", model: "gpt-5.5", signInNeeded: false, home: lab.home });
  expect(facts.foreignSandboxMode).toBeUndefined();
  expect(facts.sandboxFailure).toBeUndefined();
  expect(facts.foreignVersion).toBeUndefined();
  const own = await openLab({ home: { top: 'sandbox_mode = "read-only"' } });
  expect((await own.runtime.facts()).foreignSandboxMode).toBe("read-only");
  await own.close();
});

test("a binary that cannot start is told as spawnFailed, with Codex's own words", async () => {
  const broken = await openLab({ runtime: { config: { default_permissions: "nowhere" } } });
  await expect(broken.runtime.spawn("x", broken.spec)).rejects.toMatchObject({ code: "spawnFailed" });
  await broken.close();
  const none = await openLab({ runtime: { bin: "/nowhere/codex" } });
  await expect(none.runtime.spawn("x", none.spec)).rejects.toMatchObject({ code: "spawnFailed" });
  await none.close();
});
