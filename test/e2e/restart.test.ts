import { afterEach, describe, expect, it } from "vitest";
import { type Gate, gate, shell, text } from "../emulators/model/steps.ts";
import type { ChatMessage } from "../emulators/telegram/chats.ts";
import { ServiceWorld } from "./harness.ts";

const asking = { approvalPolicy: "untrusted", sandbox: "danger-full-access" };

let world: ServiceWorld;

afterEach(async () => {
  expect(world.telegram.violations).toEqual([]);
  await world.dispose();
});

/** A turn that has streamed its first words and waits at the gate. */
async function halfway(open: Gate): Promise<void> {
  world.model.on("work", [text(["First half", open, ", second half."])]);
  world.say("work");
  await world.waitFor(
    () => world.telegram.drafts(world.chat).some((d) => d.frames.some((f) => f.text.includes("First half"))),
    "the first half",
  );
}

async function openApproval(): Promise<ChatMessage> {
  world = await ServiceWorld.create({ codex: asking });
  await world.start();
  world.model.on("push", [shell("printf pushed"), text("Pushed.")]);
  world.say("push");
  return world.message("printf pushed");
}

describe.each(["kill -9", "a clean stop"])("L8: %s of the service", (how) => {
  const end = (): Promise<unknown> => (how === "kill -9" ? world.kill() : world.stop());

  it("mid-turn: the turn goes on, and its final comes once and whole", async () => {
    world = await ServiceWorld.create();
    await world.start();
    const open = gate();
    await halfway(open);
    await end();
    await world.start();
    open.open();
    const final = await world.message("second half.");
    expect(final.text).toMatch(/^First half, second half\./);
    expect(finals("second half.")).toBe(1);
    expect(world.model.userTexts().filter((t) => t.includes("work"))).toHaveLength(1);
  });

  it("and the turn ends while it is down: the final is told afterwards, once", async () => {
    world = await ServiceWorld.create();
    await world.start();
    const open = gate();
    await halfway(open);
    await end();
    open.open();
    await world.waitFor(() => world.model.requests[0]?.state === "done", "the model is done");
    await world.start();
    await world.message("First half, second half.");
    expect(finals("second half.")).toBe(1);
  });

  it("with an approval open: it can still be answered, by the old button, and is applied", async () => {
    const card = await openApproval();
    await end();
    await world.start();
    await world.tap(card, "Approve").answer;
    await world.message(/^Approved once by @owner/);
    await world.message("Pushed.");
    // Killed between Telegram's taking the card and our noting it, the card may come twice; the old one stays as it is.
    expect(world.sent.filter((m) => m.text.startsWith("Codex asks to run")).length).toBeLessThanOrEqual(
      how === "kill -9" ? 1 : 0,
    );
  });

  it("an approval answered while it is down is taken afterwards", async () => {
    const card = await openApproval();
    await end();
    const tap = world.tap(card, "Approve");
    await world.start();
    await tap.answer;
    await world.message("Pushed.");
    await world.message(/^Approved once by @owner/);
  });

  it("L1: messages sent while it is down are taken, in order, with one word about it", async () => {
    world = await ServiceWorld.create({ config: { whileBusy: "queue" } });
    await world.start();
    await end();
    for (const name of ["one", "two", "three"]) {
      world.model.on(name, [text(`answer to ${name}`)]);
      world.say(name, { date: Date.now() - 60_000 });
    }
    await world.start();
    await world.message("answer to three", 30_000);
    const answers = world.sent.map((m) => m.text).filter((t) => t.startsWith("answer to"));
    expect(answers.map((t) => t.split("\n")[0])).toEqual(["answer to one", "answer to two", "answer to three"]);
    await world.message("3 messages waited while I was down");
    expect(finals("messages waited while I was down")).toBe(1);
  });
});

describe("L12: Codex killed", () => {
  it("mid-turn: what it had written is kept, the end is told, [Continue] goes on in the same thread", async () => {
    world = await ServiceWorld.create();
    await world.start();
    const open = gate();
    await halfway(open);
    world.model.on(/interrupted/, [text("Went on.")]);
    for (const pid of await world.codexPids()) process.kill(pid, "SIGKILL");
    const notice = await world.message("Codex stopped during this turn");
    expect(notice.text).toContain("First half");
    await world.tap(notice, "Continue").answer;
    await world.message("Went on.");
    expect(new Set(world.model.requests.map((r) => r.threadId)).size).toBe(1);
  });

  it("together with the service: the restart is told, nothing is doubled", async () => {
    world = await ServiceWorld.create();
    await world.start();
    const open = gate();
    await halfway(open);
    await world.kill();
    for (const pid of await world.codexPids()) process.kill(pid, "SIGKILL");
    await world.start();
    const notice = await world.message("The service restarted during this turn");
    expect(notice.text).toContain("your messages are kept.");
    expect(notice.text).toContain("First half");
    expect(world.model.userTexts().filter((t) => t.includes("work"))).toHaveLength(1);
  });

  it("with an approval open: the card says that it ended with the turn", async () => {
    world = await ServiceWorld.create({ codex: asking });
    await world.start();
    world.model.on("push", [shell("printf pushed"), text("Pushed.")]);
    world.say("push");
    const card = await world.message("printf pushed");
    for (const pid of await world.codexPids()) process.kill(pid, "SIGKILL");
    await world.waitFor(() => card.text.startsWith("This request ended with the turn."), "the card");
    await world.message("Codex stopped during this turn");
  });
});

it("L2: killed again and again in the middle of ten messages, each reaches Codex once and in order", async () => {
  world = await ServiceWorld.create({ config: { whileBusy: "queue" } });
  await world.start();
  const names = Array.from({ length: 10 }, (_, at) => `message-${String.fromCharCode(97 + at)}`);
  for (const name of names) world.model.on(name, [text(`echo ${name}`)]);
  for (const [at, name] of names.entries()) {
    world.say(name);
    if (at % 3 === 2) {
      await world.kill();
      await world.start();
    }
  }
  await world.message("echo message-j", 60_000);
  const seen = world.model.requests.map((r) => r.userTexts.at(-1) ?? "");
  expect(seen).toEqual(names);
  const answers = world.sent.map((m) => m.text.split("\n")[0]).filter((t) => t?.startsWith("echo"));
  expect(answers).toEqual(names.map((n) => `echo ${n}`));
}, 120_000);

it("a clean stop leaves no idle Codex behind", async () => {
  world = await ServiceWorld.create();
  await world.start();
  world.model.on("hello", [text("hi")]);
  world.say("hello");
  await world.message(/^hi/);
  expect(await world.codexPids()).toHaveLength(1);
  await world.stop();
  expect(await world.codexPids()).toHaveLength(0);
});

function finals(part: string): number {
  return world.sent.filter((m) => m.text.includes(part)).length;
}
