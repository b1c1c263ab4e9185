import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { bundledBinary } from "../../src/codex/binary.ts";
import { type DemoWorld, inDemo, label } from "./demo-world.ts";

/** Started without a sign-in. */
function demo(use: (demo: DemoWorld) => Promise<void>, codex: Readonly<Record<string, unknown>> = {}): Promise<void> {
  return inDemo({ signedOut: true, codex }, async (started) => {
    await started.world.start();
    await use(started);
  });
}

/** The same with a Codex whose sandbox cannot run. */
async function demoWithoutSandbox(use: (demo: DemoWorld) => Promise<void>): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), "hotline-bin-"));
  const bin = join(dir, "codex");
  const lines = [
    "#!/bin/sh",
    'if [ "$1" = sandbox ]; then echo "bwrap: No permissions to create new namespace" >&2; exit 1; fi',
    `exec "${bundledBinary()}" "$@"`,
  ];
  await writeFile(bin, `${lines.join("\n")}\n`, { mode: 0o700 });
  try {
    await demo(use, { bin });
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

describe.concurrent("without a sign-in", () => {
  it("the banner, a first message and every final say that this is the demo; other words get the list of prompts", () =>
    demo(async ({ world, count, final }) => {
      expect(existsSync(join(world.dir, "codex"))).toBe(false);
      await world.waitFor(() => world.output.includes("Ready."), "the banner");
      expect(world.output).toContain(label);
      expect(world.output).toContain(", demo model\n");
      expect(world.output).toContain("data-demo/project");
      world.say("what can you do?");
      const answer = await final("what can you do?");
      expect(world.sent[0]?.text).toContain(label);
      for (const word of ["table", "plan", "push", "patch", "ask", "fail", "long"]) expect(answer.text).toContain(word);
      expect(answer.text).toMatch(/\ndemo · \d/);
      world.say("你好");
      const chinese = await final("这是演示模型");
      expect(chinese.text).toContain("推送");
      world.say("/status");
      await final("demo model · asks before leaving the workspace");
      expect(count(label)).toBe(1);
      expect(existsSync(join(world.dir, "codex"))).toBe(false);
      expect(await readdir(join(world.dir, "home"))).toEqual([]);
    }));

  it("table streams Markdown with a table and code", () =>
    demo(async ({ world, frame, final }) => {
      world.say("Table, please!");
      await frame("What you see");
      const answer = await final("Codex is real here");
      expect(answer.entities.map((e) => e.type)).toEqual(expect.arrayContaining(["pre", "bold", "blockquote"]));
    }));

  it("plan ticks its steps off while commands run, really", () =>
    demo(async ({ world, frame, final }) => {
      world.say("plan");
      await frame("▸ read the code");
      await frame("✓ run the test");
      const answer = await final("The test passes");
      expect(answer.text).toContain("3 commands");
    }));

  it("push runs once it is approved, and the repository has it", () =>
    demo(async ({ world, final }) => {
      world.say("2 push");
      const card = await final("git push origin main");
      expect(card.text).toContain("throw-away repository");
      await world.tap(card, "Approve").answer;
      const answer = await final("You approved");
      expect(answer.text).toContain("main -> main");
      const pushed = await readFile(join(`${world.dataDir}-demo`, "origin.git", "refs", "heads", "main"), "utf8");
      const ours = await readFile(join(`${world.dataDir}-demo`, "project", ".git", "refs", "heads", "main"), "utf8");
      expect(pushed).toBe(ours);
    }));

  it("push that is declined says so, and pushes nothing", () =>
    demo(async ({ world, final }) => {
      world.say("push");
      await world.tap(await final("git push origin main"), "Decline").answer;
      await final("It was not pushed");
      const head = join(`${world.dataDir}-demo`, "project", ".git", "refs", "heads", "main");
      const pushed = join(`${world.dataDir}-demo`, "origin.git", "refs", "heads", "main");
      expect(await readFile(pushed, "utf8")).not.toBe(await readFile(head, "utf8"));
    }));

  it("patch changes a file with a diff, and takes it back the next time", () =>
    demo(async ({ world, final }) => {
      const source = () => readFile(join(`${world.dataDir}-demo`, "project", "src", "greet.js"), "utf8");
      world.say("patch");
      const added = await final("now greets in French");
      expect(added.text).toContain("1 file +1 −0");
      expect(await source()).toContain("Bonjour");
      await world.tap(added, "Diff").answer;
      await final('+  fr: "Bonjour",');
      world.say("patch");
      await final("no longer greets in French");
      expect(await source()).not.toContain("Bonjour");
    }));

  it("ask asks, and the answer is taken up", () =>
    demo(async ({ world, final }) => {
      world.say("提问");
      await world.tap(await final("演示应该怎样向你问好"), "随意").answer;
      await final("你选择了：随意");
    }));

  it("fail fails with what to do about it, and [Try now] works", () =>
    demo(async ({ world, final }) => {
      world.say("fail");
      const failed = await final("The model is over its limit until");
      expect(failed.text).toContain("on purpose");
      await world.tap(failed, "Try now").answer;
      await final("This time it worked");
    }));

  it("long is steered by a message: what was written is taken up, and ends it", () =>
    demo(async ({ world, frame, final }) => {
      world.say("long");
      await frame("Step 1 of 20");
      world.say("mind the gap");
      await frame("Taken up while working: “mind the gap”");
      const answer = await final("because you wrote: “mind the gap”");
      expect(answer.text).toMatch(/Done after [2-5] steps/);
    }));

  it("long is stopped by /stop", () =>
    demo(async ({ world, frame, final }) => {
      world.say("long");
      await frame("Step 1 of 20");
      world.say("/stop");
      await final("Stopped after");
      world.say("table");
      await final("Codex is real here");
    }));

  it("a file is acknowledged by its name", () =>
    demo(async ({ world, final }) => {
      const file = { name: "notes.txt", bytes: Buffer.from("hello"), caption: "look at this" };
      world.telegram.phone.sendFile(world.chat, world.owner, file);
      const answer = await final("I received notes.txt");
      expect(answer.text).toContain("look at this");
    }));
});

describe.concurrent("on a machine whose sandbox cannot run", () => {
  it("the banner says why, harmless commands run without asking, what changes anything asks", () =>
    demoWithoutSandbox(async ({ world, frame, count, final }) => {
      await world.waitFor(() => world.output.includes("Ready."), "the banner");
      expect(world.output).toContain("cannot run on this machine (bwrap: No permissions to create new namespace)");
      world.say("plan");
      await final("The test passes");
      world.say("patch");
      await world.tap(await final("Codex asks to change 1 file"), "Approve").answer;
      await final("now greets in French");
      world.say("push");
      await world.tap(await final("git push origin main"), "Approve").answer;
      await final("You approved");
      world.say("long");
      await frame("Step 2 of 20");
      expect(count("Codex asks")).toBe(0);
    }));
});
