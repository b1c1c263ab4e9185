import { afterEach, describe, expect, it } from "vitest";
import type { TurnLogEntry } from "../../src/model/turn-log.ts";
import { addFile, gate, patch, plan, shell, text, usage } from "../emulators/model/steps.ts";
import { ServiceWorld } from "./harness.ts";

const asking = { approvalPolicy: "untrusted", sandbox: "danger-full-access" };
const owner = { id: "telegram:1001", name: "@owner" };
const chat = "telegram~main~1001";

let world: ServiceWorld;

afterEach(async () => {
  expect(world.telegram.violations).toEqual([]);
  await world.dispose();
});

/** The records of the chat, as `hotline turns --jsonl` has them. */
async function records(): Promise<readonly TurnLogEntry[]> {
  const run = world.hotline("turns", "telegram:1001", "--jsonl");
  expect(await run.ends).toBe(0);
  return run
    .output()
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as TurnLogEntry);
}

async function table(name: string, ...args: readonly string[]): Promise<string> {
  const run = world.hotline(name, ...args);
  expect(await run.ends).toBe(0);
  return run.output();
}

describe("the record of a turn", () => {
  it("tells who asked, with what rights, what was run and approved by whom, the diff, the tokens, and when", async () => {
    world = await ServiceWorld.create({ codex: asking });
    await world.start();
    world.model.on("the password is hunter2", [
      plan([["push it", "completed"]]),
      usage(100, 7),
      shell("printf pushed > pushed.txt; exit 3"),
      usage(200, 9),
      patch(addFile("hello.txt", "hello\nworld\n")),
      text("Pushed, hunter3."),
      usage(300, 11),
    ]);
    const before = Date.now();
    world.say("the password is hunter2");
    const card = await world.message("printf pushed");
    await world.tap(card, "Approve").answer;
    const second = await world.message("asks to change 1 file");
    await world.tap(second, "Approve").answer;
    await world.message("Pushed, hunter3.");
    const [record, ...more] = await records();
    expect(more).toEqual([]);
    expect(record).toMatchObject({
      version: 1,
      chat,
      by: owner,
      project: "app",
      threadId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      turnId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      policy: { ...asking, network: false, model: expect.any(String) },
      outcome: "completed",
      steers: [],
      plan: [{ step: "push it", status: "completed" }],
      commands: [{ command: "printf pushed > pushed.txt; exit 3", exitCode: 3, state: "failed" }],
      approvals: [
        { number: 1, kind: "command", decision: "accept", by: owner },
        { number: 2, kind: "files", decision: "accept", by: owner },
      ],
      diff: { files: 1, added: 2, removed: 0, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
    });
    expect(record?.usage?.input).toBeGreaterThan(0);
    expect(record?.usage?.total).toBe((record?.usage?.input ?? 0) + (record?.usage?.output ?? 0));
    const { asked = 0, taken = 0, started = 0, firstText = 0, ended = 0 } = record?.times ?? {};
    expect([taken, started, firstText, ended]).toEqual([taken, started, firstText, ended].toSorted((a, b) => a - b));
    expect(taken).toBeGreaterThanOrEqual(before);
    expect(Math.abs(asked - before)).toBeLessThan(60_000);
    expect(JSON.stringify(record)).not.toMatch(/hunter/);
    expect(await table("turns")).toMatch(/@owner +completed .* 1 +1 \+2 −0 /);
    expect(await table("audit")).toMatch(/@owner +accept +telegram~main~1001 +#1 printf pushed/);
  });

  it("is there once for a turn whose service was killed, and for one whose Codex died with it", async () => {
    world = await ServiceWorld.create();
    await world.start();
    const open = gate();
    world.model.on("work", [shell("echo one"), text(["First half", open, ", second half."])]);
    world.say("work");
    const halfway = (): boolean =>
      world.telegram.drafts(world.chat).some((d) => d.frames.some((f) => f.text.includes("First half")));
    await world.waitFor(halfway, "the first half");
    await world.kill();
    await world.start();
    open.open();
    await world.message("second half.");
    const closed = gate();
    world.model.on("again", [text(["Nearly", closed, "."])]);
    world.say("again");
    await world.waitFor(
      () => world.telegram.drafts(world.chat).some((d) => d.frames.some((f) => f.text.includes("Nearly"))),
      "the second turn",
    );
    await world.kill();
    for (const pid of await world.codexPids()) process.kill(pid, "SIGKILL");
    await world.start();
    await world.message("The service restarted during this turn");
    expect(await records()).toMatchObject([
      { outcome: "completed", by: owner, commands: [{ command: "echo one", exitCode: 0 }] },
      { outcome: "interrupted", code: "restart", by: owner, commands: [] },
    ]);
    closed.open();
  });
});

describe("a trace", () => {
  it("L10: shows the traffic of one chat while somebody watches, without its texts; then it is off", async () => {
    world = await ServiceWorld.create();
    await world.start();
    world.model.on("hello hunter2", [shell("echo hunter4"), text("hunter3 it is")]);
    const run = world.hotline("trace", "telegram:1001", "--minutes", "1");
    await world.waitFor(() => run.output().includes(`Tracing ${chat} until`), "the trace is on");
    world.say("hello hunter2");
    await world.message("hunter3 it is");
    await world.waitFor(() => /→ platform sendMessage done/.test(run.output()), "the final in the trace");
    run.interrupt();
    expect(await run.ends).toBe(0);
    expect(run.output()).toMatch(/← platform message \d+ ms .*person=telegram:1001 text=<13 chars>/);
    expect(run.output()).toMatch(/→ codex turn\/start #\d+ \d+ chars threadId=\S+ .*input=<\d+ chars>/);
    expect(run.output()).toMatch(/← codex turn\/start #\d+ answer \d+ ms/);
    expect(run.output()).toMatch(/← codex turn\/completed .*turn\.status=completed/);
    expect(run.output()).toMatch(/Tracing of telegram~main~1001 is off\. \d+ lines\./);
    expect(run.output()).not.toMatch(/hunter/);
    expect(run.output()).not.toContain(world.telegram.token);
    const off = world.hotline("trace", "telegram:1001", "--off");
    expect(await off.ends).toBe(0);
    expect(off.output()).toBe("telegram~main~1001 was not traced.\n");
  });
});
