import { afterEach, describe, expect, it } from "vitest";
import { gate, shell, text } from "../emulators/model/steps.ts";
import { ServiceWorld } from "./harness.ts";

const asking = { approvalPolicy: "untrusted", sandbox: "danger-full-access" };

let world: ServiceWorld;

afterEach(async () => {
  expect(world.telegram.violations).toEqual([]);
  await world.dispose();
});

const notes = (): readonly string[] => world.sent.map((m) => m.text).filter((t) => t.startsWith("The service"));

/** A turn runs until its gate is opened. */
async function working() {
  const open = gate();
  world.model.on("work", [text(["Half", open, " done."])]);
  world.say("work");
  await world.waitFor(() => world.model.requests.length > 0, "the turn");
  return open;
}

describe("hotline stop --drain", () => {
  it("L1 L2: waits for the running turn, keeps what comes meanwhile, and the next start answers it once", async () => {
    world = await ServiceWorld.create({ config: { whileBusy: "queue" } });
    await world.start();
    world.model.on("later", [text("Answered later.")]);
    const open = await working();
    const drain = world.hotline("stop", "--drain");
    await world.waitFor(
      () => drain.output().includes("waiting for 1 turn: telegram:1001 (0 min)"),
      "what is waited for",
    );
    await world.message("The service restarts once this turn has ended.");
    world.say("later");
    await world.message("Waiting for the running turn.");
    open.open();
    expect(await drain.ends).toBe(0);
    expect(drain.output()).toContain("Stopped.");
    await world.message("Half done.");
    expect(world.sent.some((m) => m.text.startsWith("Answered later."))).toBe(false);
    await world.start();
    await world.message("Answered later.");
    await world.message("The service is back.");
    expect(notes()).toEqual(["The service is back."]);
    expect(world.model.userTexts().filter((t) => t.includes("later"))).toHaveLength(1);
  });

  it("a chat without a turn is told once that its messages are kept, and then that the service is back", async () => {
    world = await ServiceWorld.create({ config: { access: { owners: ["telegram:1001", "telegram:1002"] } } });
    await world.start();
    const bob = world.telegram.privateChat(world.telegram.user(1002, { first_name: "Bob", language_code: "en" }));
    world.model.on("hello", [text("Hello.")]);
    const open = await working();
    const drain = world.hotline("stop", "--drain");
    await world.message("The service restarts once this turn has ended.");
    world.telegram.phone.say(bob, world.telegram.user(1002), "hello");
    world.telegram.phone.say(bob, world.telegram.user(1002), "hello again");
    const told = () => world.telegram.fromBot(bob).map((m) => m.text.split("\n")[0]);
    const held = "The service is about to restart. Your message is kept and answered afterwards.";
    await world.waitFor(() => told().includes(held), "the note");
    open.open();
    expect(await drain.ends).toBe(0);
    expect(told()).toEqual([held]);
    await world.start();
    await world.waitFor(() => told().includes("Hello."), "the answer");
    await world.waitFor(() => told().includes("The service is back."), "the return");
    expect(told().filter((t) => t?.startsWith("The service"))).toEqual(["The service is back."]);
  });

  it("L7: an approval is answered while it waits; it says which one it waits for, and --now ends the wait", async () => {
    world = await ServiceWorld.create({ codex: asking });
    await world.start();
    world.model.on("push", [shell("printf pushed"), shell("printf again"), text("Pushed.")]);
    world.say("push");
    const first = await world.message("printf pushed");
    const drain = world.hotline("stop", "--drain");
    await world.waitFor(() => /telegram:1001 \(0 min, needs an answer to #1\)/.test(drain.output()), "the first");
    expect(drain.output()).toContain("is waited for 10 minutes");
    await world.tap(first, "Approve").answer;
    await world.message("printf again");
    await world.waitFor(() => drain.output().includes("needs an answer to #2"), "the second");
    const now = world.hotline("stop", "--now");
    expect(await now.ends).toBe(0);
    expect(await drain.ends).toBe(0);
    await world.message(/Stopped/);
    expect(await world.codexPids()).toEqual([]);
  });

  it("Ctrl-C of the command leaves the drain going", async () => {
    world = await ServiceWorld.create();
    await world.start();
    const open = await working();
    const drain = world.hotline("stop", "--drain");
    await world.waitFor(() => drain.output().includes("Ctrl-C leaves it waiting"), "the hint");
    drain.interrupt();
    await drain.ends;
    open.open();
    await world.message("Half done.");
    expect(await world.ended).toBe(0);
  });
});

it("R21: a plain stop tells the chat of a running turn once, and the note becomes the note of the return", async () => {
  world = await ServiceWorld.create();
  await world.start();
  const open = await working();
  expect(await world.stop()).toBe(0);
  expect(notes()).toEqual([
    "The service stops. Codex goes on with this turn; you get the answer once the service is back.",
  ]);
  await world.start();
  await world.message("The service is back.");
  open.open();
  await world.message("Half done.");
  expect(notes()).toEqual(["The service is back."]);
});
