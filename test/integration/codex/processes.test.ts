import { existsSync, readdirSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createCodexRuntime } from "../../../src/codex/runtime.ts";
import { shell } from "../../emulators/model/steps.ts";
import { type Lab, openLab, until } from "./lab.ts";

let lab: Lab;
beforeAll(async () => {
  lab = await openLab();
});
afterAll(() => lab.close());

/** Pids whose command line holds `text`. */
function running(text: string): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").join(" ").includes(text);
      } catch {
        return false;
      }
    });
}

test("a process started for another model lives, and is not attached to", async () => {
  const { session } = await lab.open();
  expect(session.process.servedBy).toBeUndefined();
  session.detach();
  const other = createCodexRuntime({ ...lab.runtimeOptions, servedBy: "demo:1" });
  expect(other.alive(session.process)).toBe(true);
  expect(await other.attach(session.process)).toBeUndefined();
  const again = await lab.runtime.attach(session.process);
  expect(again?.process).toEqual(session.process);
  await again?.end();
  const theirs = await other.spawn("other", lab.spec);
  expect(theirs.process.servedBy).toBe("demo:1");
  expect(await lab.runtime.attach(theirs.process)).toBeUndefined();
  await theirs.end();
});

test.for(["danger-full-access", "workspace-write"] as const)(
  "end leaves no process behind, a grandchild neither: %s",
  async (sandbox) => {
    const seconds = sandbox === "workspace-write" ? 30_011 : 30_012;
    const { session, events } = await lab.open({ sandbox });
    lab.model.on(`long ${sandbox}`, [shell(`bash -c "sleep ${seconds}; echo x"`, { yieldMs: 30_000 })]);
    await lab.say(session, `long ${sandbox}`, { sandbox });
    await events.next("action");
    await until(() => running(`sleep ${seconds}`).length > 0, "sleeping");
    const target = readlinkSync(session.process.socket);
    await session.end();
    expect([existsSync(target), existsSync(`${target}.lock`)]).toEqual([false, false]);
    expect(lab.runtime.alive(session.process)).toBe(false);
    expect(running(`sleep ${seconds}`)).toEqual([]);
    expect(events.of("disconnected")).toEqual([]);
    expect(readdirSync(lab.run)).toEqual([]);
  },
);

test("left-overs of a process that was killed are ended with its record, files included", async () => {
  const { session, events } = await lab.open();
  lab.model.on("orphan", [shell('bash -c "sleep 30013; echo x"', { yieldMs: 30_000 })]);
  await lab.say(session, "orphan");
  await events.next("action");
  await until(() => running("sleep 30013").length > 0, "sleeping");
  process.kill(session.process.pid, "SIGKILL");
  await until(() => !lab.runtime.alive(session.process), "dead");
  await lab.runtime.end(session.process);
  expect(running("sleep 30013")).toEqual([]);
  expect(readdirSync(lab.run)).toEqual([]);
});

test("sweep removes the files of dead processes, ends those that no chat records, and touches no other", async () => {
  const living = await lab.open();
  const dead = await lab.open();
  process.kill(dead.session.process.pid, "SIGKILL");
  await until(() => !lab.runtime.alive(dead.session.process), "dead");
  const unrecorded = await lab.open();
  await lab.runtime.sweep([living.session.process]);
  expect(lab.runtime.alive(unrecorded.session.process)).toBe(false);
  expect(existsSync(unrecorded.session.process.socket)).toBe(false);
  expect(existsSync(dead.session.process.socket)).toBe(false);
  expect(lab.runtime.alive(living.session.process)).toBe(true);
  expect(existsSync(living.session.process.socket)).toBe(true);
  await living.session.end();
});

test("sweep ends a process whose start was never noted: the service was killed in between", async () => {
  const unnoted = (await lab.open()).session.process;
  rmSync(unnoted.socket.replace(/\.sock$/, ".pid"));
  await lab.runtime.sweep([]);
  expect(lab.runtime.alive(unnoted)).toBe(false);
  expect(existsSync(unnoted.socket)).toBe(false);
});

test("a record of another host, start time or socket is not alive", async () => {
  const { session } = await lab.open();
  const record = session.process;
  expect(lab.runtime.alive(record)).toBe(true);
  expect(lab.runtime.alive({ ...record, host: "elsewhere", socket: `${record.socket}x` })).toBe(false);
  expect(await lab.runtime.attach({ ...record, startTime: "1" })).toBeUndefined();
  await session.end();
});

test.runIf(process.platform === "linux")(
  "L8: a Codex is found again, and ended, by a host that changed its name",
  async () => {
    const { session } = await lab.open();
    const record = { ...session.process, host: "the-name-before" };
    session.detach();
    expect(lab.runtime.alive(record)).toBe(true);
    const again = await lab.runtime.attach(record);
    expect(again?.process.pid).toBe(record.pid);
    again?.detach();
    await lab.runtime.end(record);
    expect(lab.runtime.alive(record)).toBe(false);
  },
);

test("an end waits for the sign-in to be flushed after the last turn", async () => {
  const slow = await openLab({ runtime: { flushMs: 400 } });
  const { session, events } = await slow.open();
  await slow.say(session, "hello");
  await events.turn();
  const before = Date.now();
  const ending = session.end();
  await until(() => Date.now() - before > 150, "a while");
  expect(slow.runtime.alive(session.process)).toBe(true);
  await ending;
  expect(slow.runtime.alive(session.process)).toBe(false);
  await slow.close();
});
