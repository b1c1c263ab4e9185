import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type DemoWorld, inDemo, label } from "./demo-world.ts";

/** In the middle of a long turn the service has died. */
function killed(use: (demo: DemoWorld) => Promise<void>): Promise<void> {
  return inDemo({ signedOut: true }, async (demo) => {
    await demo.world.start();
    demo.world.say("long");
    await demo.frame("Step 2 of 20");
    await demo.world.kill();
    await use(demo);
  });
}

describe.concurrent("a turn of the demo under kill -9 of the service", () => {
  it("L8: goes on at the same address after the restart, and can be steered", () =>
    killed(async ({ world, count }) => {
      await world.start();
      world.say("and now?");
      const answer = await world.message("because you wrote: “and now?”", 60_000);
      expect(answer.text).toMatch(/Done after \d+ steps/);
      expect(count(label)).toBe(1);
    }));

  it("L12: ends visibly where its port was taken meanwhile, and goes on at [Continue]", () =>
    killed(async ({ world, frame, final }) => {
      const port = Number(await readFile(join(world.dataDir, "demo", "port"), "utf8"));
      const other = createServer((_, response) => response.writeHead(418).end());
      await new Promise<void>((resolve) => other.listen(port, "127.0.0.1", resolve));
      try {
        await world.start();
        await world.waitFor(() => world.output.includes(`Port ${port} of the demo model is taken`), "the banner");
        const died = await final("The service restarted during this turn");
        await world.tap(died, "Continue").answer;
        await frame("Step 4 of 20");
        world.say("/stop");
        await final("Stopped after");
      } finally {
        await new Promise((resolve) => other.close(resolve));
      }
    }));

  it("L12: ends visibly where somebody signed in meanwhile", () =>
    killed(async ({ world, final }) => {
      await world.signIn();
      await world.start();
      await final("The demo conversation has ended");
      await final("Stopped after");
      world.say("hi");
      await final("echo: hi");
    }));
});

describe.concurrent("the other model", () => {
  it("answers after a sign-in and one restart, in a fresh conversation; --demo goes back, and nothing is lost", () =>
    inDemo({ signedOut: true }, async ({ world, count, final }) => {
      await world.start();
      world.say("table");
      await final("Codex is real here");
      await world.stop();
      await world.signIn();
      await world.start();
      world.say("first real one");
      await final("echo: first real one");
      expect(count("The demo conversation has ended")).toBe(1);
      expect(world.model.userTexts()).toEqual(["first real one"]);
      await world.stop();
      await world.start("--demo");
      world.say("ask me anything");
      await final("How should the demo greet you?");
      expect(count("Your conversation with the real model is kept")).toBe(1);
      await world.stop();
      await world.start();
      world.say("second real one");
      await final("echo: second real one");
      expect(world.model.userTexts()).toEqual(["first real one", "second real one"]);
      expect(count("The earlier conversation")).toBe(0);
    }));

  it("does not take over where a sign-in was lost: what people ask for is not answered by a script", () =>
    inDemo({}, async ({ world, final }) => {
      await world.start();
      world.say("hi");
      await final("echo: hi");
      await world.stop();
      await rm(join(world.dir, "codex"), { recursive: true });
      await world.start();
      await world.waitFor(() => world.output.split("Ready.").length > 2, "the banner");
      expect(world.output).toContain('Codex is not signed in: run "npx codex login"');
      expect(world.output).not.toContain(label);
      await world.stop();
      await world.start("--demo");
      world.say("table");
      await final("Codex is real here");
    }));

  it("--demo asks a signed-in Codex home for nothing, and works in no configured project", () =>
    inDemo({}, async ({ world, final }) => {
      const home = await readdir(join(world.dir, "codex"));
      await world.start("--demo");
      world.say("plan");
      await final("The test passes");
      expect(world.model.requests).toEqual([]);
      expect(await readdir(join(world.dir, "codex"))).toEqual(home);
      expect(await readdir(world.project)).toEqual([]);
      expect(world.output).toContain(label);
      expect(world.output).toContain("Started with --demo");
    }));
});

it.concurrent("a demo that cannot be set up is told at the start: with the sign-in that is missing, or by exit 78 when it was asked for", () =>
  inDemo({ signedOut: true }, async ({ world }) => {
    await writeFile(`${world.dataDir}-demo`, "in the way");
    await world.start();
    await world.waitFor(() => world.output.includes("Ready."), "the banner");
    expect(world.output).toContain('Codex is not signed in: run "npx codex login"');
    expect(world.output).toContain("demo model cannot be set up");
    await world.stop();
    await expect(world.start("--demo")).rejects.toThrow("the service ended with 78");
    expect(world.output).toContain(`a folder that can be made at ${world.dataDir}-demo`);
  }));
