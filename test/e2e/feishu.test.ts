import { describe, expect, it } from "vitest";
import type { CallRecord } from "../emulators/feishu/server.ts";
import { gate, plan, shell, text } from "../emulators/model/steps.ts";
import { FeishuWorld, type FeishuWorldOptions } from "./feishu-world.ts";

/** A started world of a test's own, so that tests can run side by side; ended, whatever happens. */
function started(use: (world: FeishuWorld) => Promise<void>, options: FeishuWorldOptions = {}): Promise<void> {
  return inFeishu(options, async (world) => {
    await world.start();
    await use(world);
  });
}

/** The same, not started yet. */
async function inFeishu(options: FeishuWorldOptions, use: (world: FeishuWorld) => Promise<void>): Promise<void> {
  const world = await FeishuWorld.create(options);
  try {
    await use(world);
    expect(world.faults()).toEqual([]);
  } finally {
    await world.dispose();
  }
}

/** Everything a person sees streaming has come to its end. */
async function allClosed(world: FeishuWorld): Promise<void> {
  await world.until(() => world.cards().every((card) => !card.streaming), "closed cards");
}

const called = (world: FeishuWorld, method: string): readonly CallRecord[] =>
  world.feishu.calls.filter((call) => call.method === method);

describe.concurrent("a message on Feishu", () => {
  it("is answered: marked, streamed in a card that grows, one final that replies to it, the card closed", () =>
    started(async (world) => {
      const rest = gate();
      world.model.on("add a health endpoint", [
        plan([["find the router", "completed"], ["add /health", "in_progress"], "test it"]),
        shell("echo router"),
        text(["I'm adding a ", "`/health` route", rest, " next to it. **Done.**"], { everyMs: 20 }),
      ]);
      const asked = world.say("add a health endpoint");
      await world.until(() => asked.reactions.some((one) => one.by === "app"), "a reaction", 5000);
      const answers = (): readonly string[] =>
        world
          .cards()
          .flatMap((card) => [...card.contents].flatMap(([id, all]) => (id.startsWith("answer") ? all : [])));
      await world.until(() => answers().some((shown) => shown.includes("/health")), "the answer in a card");
      const [card] = world.cards();
      expect(card?.streaming).toBe(true);
      expect(card?.contents.get("status")?.at(-1)).toMatch(/^Working · \d+ s/);
      expect(card?.contents.get("plan")?.at(-1)).toContain("add /health");
      expect(card?.contents.get("log")?.at(-1)).toContain("echo router");
      rest.open();
      const final = await world.message("Done.");
      expect(final.parent?.id).toBe(asked.id);
      expect(world.text(final)).toMatch(/\d+ s · 1 command/);
      await allClosed(world);
      expect(world.model.userTexts().filter((t) => t.includes("add a health endpoint"))).toHaveLength(1);
    }));

  it("that needs a permission shows a card; the click is acknowledged with the changed card, then confirmed (L7)", () =>
    started(
      async (world) => {
        world.model.on("make it", [shell("touch made.txt"), text(["Made."])]);
        world.say("make it");
        const card = await world.message("touch made.txt");
        const seen = await world.tap(card, "Approve");
        expect(seen.failed).toBe(false);
        expect(seen.toast?.content).toBe("Approved.");
        expect(JSON.stringify(seen.card)).toContain("Telling Codex");
        await world.until(() => world.text(card).includes("Approved once by Ada"), "the verdict");
        await world.message("Made.");
        expect((await world.feishu.phone.tapValue(card, { n: "forged" }, world.owner)).toast?.content).toContain(
          "no longer valid",
        );
        await allClosed(world);
      },
      { codex: { approvalPolicy: "untrusted", sandbox: "danger-full-access" } },
    ));

  it("in a group is heard when it is for the bot, and a stranger cannot answer its card", () =>
    started(
      async (world) => {
        world.model.on(/make it/, [shell("touch made.txt"), text(["Made."])]);
        world.say("lunch?", world.team, world.mate);
        world.say("make it", world.team, world.mate, true);
        const card = await world.message("touch made.txt", world.team);
        expect((await world.tap(card, "Approve", world.mate)).toast?.content).toContain("Only ");
        await world.tap(card, "Approve", world.owner);
        await world.message("Made.", world.team);
        expect(world.model.userTexts().some((t) => t.includes("[From Bo]"))).toBe(true);
        expect(world.model.userTexts().some((t) => t.includes("lunch"))).toBe(false);
        expect(world.sent()).toEqual([]);
      },
      { codex: { approvalPolicy: "untrusted", sandbox: "danger-full-access" } },
    ));
});

describe.concurrent("L5, L8: kill -9 of the service", () => {
  it("mid-turn: the card goes on, and the answer comes once and whole", () =>
    started(async (world) => {
      const rest = gate();
      world.model.on("long", [text(["one ", "two ", rest, "three."], { everyMs: 20 })]);
      world.say("long");
      const shown = (): string => JSON.stringify(world.cards().map((card) => card.card));
      await world.until(() => shown().includes("two"), "a frame");
      await world.service.kill();
      await world.start();
      rest.open();
      await world.message("one two three.");
      await allClosed(world);
      expect(world.sent().filter((m) => world.text(m).includes("three."))).toHaveLength(1);
      expect(world.model.requests).toHaveLength(1);
    }));

  const steps = [
    ["cardkit.create", "the card is made"],
    ["im.message.reply", "the final is sent"],
    ["im.message.create", "the streaming card is sent"],
    ["cardkit.batch", "a frame is drawn"],
    ["cardkit.update", "the card is closed"],
  ] as const;
  for (const applied of [true, false]) {
    for (const [method, what] of steps) {
      it(`while ${what}, ${applied ? "done" : "not done"} by the platform: one final, every card closed`, () =>
        started(async (world) => {
          world.model.on("work", [text(["Some ", "words ", "and an end."], { everyMs: 60 })]);
          world.feishu.faults.arm({ kind: "hang", ms: 60_000, applied }, { method });
          const before = called(world, method).length;
          world.say("work");
          await world.until(() => called(world, method).length > before, `the call of ${method}`);
          await world.service.kill();
          world.feishu.faults.clear();
          await world.start();
          await world.message("and an end.");
          await allClosed(world);
          world.model.on("and then", [text(["Nothing more."])]);
          world.say("and then");
          await world.message("Nothing more.");
          expect(world.sent().filter((m) => world.text(m).includes("and an end."))).toHaveLength(1);
          expect(world.model.userTexts().filter((t) => t === "work")).toHaveLength(1);
        }));
    }
  }
});

it.concurrent("a card nobody heard of again is closed with its turn, or as it stands where the platform refuses the rest", () =>
  started(async (world) => {
    world.model.on("short", [text(["Short."])]);
    world.feishu.faults.arm({ kind: "cut", applied: true }, { method: "im.message.create", times: 2 });
    world.say("short");
    await world.message("Short.");
    await allClosed(world);
    world.model.on("again", [text(["And ", "again."], { everyMs: 300 })]);
    world.feishu.faults.arm({ kind: "refuse", code: 230099, status: 200 }, { method: "cardkit.update", times: 9 });
    world.say("again");
    await world.message("And again.");
    await allClosed(world);
    const shown = (): string => JSON.stringify(world.cards().map((card) => card.card));
    await world.until(() => !shown().includes('"Stop"'), "no card offers to stop what is over");
  }));

it.concurrent("a merged forward is read with what it holds; a quoted answer with its words", () =>
  started(async (world) => {
    const inner = world.feishu.phone.say(world.team, world.mate, "the build is red");
    world.model.on(/the build is red/, [text(["I see it."])]);
    world.feishu.phone.send(world.chat, world.owner, "merge_forward", { content: "Merged" }, { children: [inner] });
    const final = await world.message("I see it.");
    world.model.on(/what do you mean/, [text(["That."])]);
    world.feishu.phone.say(world.chat, world.owner, "what do you mean", { replyTo: final });
    await world.message("That.");
    expect(world.model.userTexts().some((t) => t.includes("Bo: the build is red"))).toBe(true);
    expect(world.model.userTexts().some((t) => t.includes("[In reply to: I see it."))).toBe(true);
  }));

describe.concurrent("an app", () => {
  it("without an owner is claimed by the code that start prints", () =>
    started(
      async (world) => {
        await world.until(() => /"\/start [A-Z0-9-]+"/.test(world.service.output), "the code");
        const code = /"\/start ([A-Z0-9-]+)"/.exec(world.service.output)?.[1] ?? "";
        world.say("hello");
        world.say(`/start ${code}`);
        await world.message("This service is yours now");
        expect(world.sent().some((m) => world.text(m).includes("hello"))).toBe(false);
      },
      { unclaimed: true },
    ));

  it("whose secret is wrong is told so in one sentence, red in /readyz, without endless retries", () =>
    inFeishu({ wrongSecret: true }, async (world) => {
      void world.service.start();
      await world.until(() => world.service.output.includes("Health: http"), "the banner", 30_000);
      expect(world.service.output).toContain("feishu~main: the platform refuses the token or secret");
      const address = world.service.output.match(/http:\/\/127\.0\.0\.1:\d+/g)?.at(-1) ?? "";
      const ready = await fetch(`${address}/readyz`);
      expect(ready.status).toBe(503);
      expect(await ready.text()).toContain("app id or secret");
      const asked = called(world, "auth.token").length;
      await new Promise((resolve) => setTimeout(resolve, 3000));
      expect(called(world, "auth.token").length).toBe(asked);
    }));
});
