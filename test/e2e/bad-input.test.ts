import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { gate, shell, text } from "../emulators/model/steps.ts";
import { ServiceWorld } from "./harness.ts";

const asking = { approvalPolicy: "untrusted", sandbox: "danger-full-access" };

let world: ServiceWorld;

afterEach(async () => {
  expect(world.telegram.violations).toEqual([]);
  expect(world.output).not.toContain(world.telegram.token);
  await world.dispose();
});

describe("a stranger", () => {
  it("L9: causes nothing: no turn, no reply, no reaction, no draft; a tap is told so", async () => {
    world = await ServiceWorld.create({ codex: asking });
    await world.start();
    const stranger = world.telegram.user(666, { username: "stranger" });
    const theirs = world.telegram.privateChat(stranger);
    for (const words of ["hello", "/start", "/start ABCD-EFGH", "/status", "/stop", "/approve 1", "/new x"])
      world.telegram.phone.say(theirs, stranger, words);
    world.telegram.phone.sendFile(theirs, stranger, { name: "x.txt", bytes: Buffer.from("x") });
    world.model.on("push", [shell("printf pushed"), text("Pushed.")]);
    world.say("push");
    const card = await world.message("printf pushed");
    expect((await world.tap(card, "Approve", stranger).answer).text).toBe("You cannot answer this here.");
    expect(card.text).toContain("Codex asks to run");
    await world.tap(card, "Approve").answer;
    await world.message("Pushed.");
    expect(world.telegram.fromBot(theirs)).toEqual([]);
    expect(world.telegram.drafts(theirs)).toEqual([]);
    expect(theirs.actions).toEqual([]);
    expect([...theirs.messages.values()].flatMap((m) => m.reactions)).toEqual([]);
    expect(world.model.userTexts()).toEqual(expect.not.arrayContaining([expect.stringContaining("hello")]));
  });
});

describe("taps", () => {
  it("L7: twenty at once answer an approval once, and everyone is told the truth", async () => {
    world = await ServiceWorld.create({ codex: asking });
    await world.start();
    world.model.on("push", [shell("printf x >> count.txt"), text("Pushed.")]);
    world.say("push");
    const card = await world.message("printf x");
    const approve = card.markup?.inline_keyboard?.flat().find((b) => b.text === "Approve")?.callback_data ?? "";
    const decline = card.markup?.inline_keyboard?.flat().find((b) => b.text === "Decline")?.callback_data ?? "";
    const taps = Array.from({ length: 20 }, (_, at) =>
      world.telegram.phone.forgeTap(at % 2 === 0 ? approve : decline, world.owner, card),
    );
    const told = await Promise.all(taps.map((tap) => tap.answer));
    expect(told.filter((t) => t.text === "Approved.")).toHaveLength(1);
    expect(told.filter((t) => /^@owner approved this at \d\d:\d\d\.$/.test(t.text ?? ""))).toHaveLength(19);
    await world.message("Pushed.");
    expect(readFileSync(join(world.project, "count.txt"), "utf8")).toBe("x");
  });

  it("L7: that are forged or of another chat do nothing", async () => {
    world = await ServiceWorld.create({
      codex: asking,
      config: { access: { owners: ["telegram:1001"], users: { "telegram:2002": ["talk"] } } },
    });
    await world.start();
    const friend = world.telegram.user(2002, { username: "friend" });
    const theirs = world.telegram.privateChat(friend);
    world.model.on("push", [shell("printf pushed"), text("Pushed.")]);
    world.say("push");
    const card = await world.message("printf pushed");
    const nonce = card.markup?.inline_keyboard?.flat()[0]?.callback_data ?? "";
    expect((await world.telegram.phone.forgeTap("AAAAAAAAAAAAAAAA", world.owner, card).answer).text).toBe(
      "This button is no longer valid.",
    );
    world.telegram.phone.say(theirs, friend, "hi");
    const answer = await world.waitFor(() => world.telegram.fromBot(theirs)[0], "their answer");
    expect((await world.telegram.phone.forgeTap(nonce, friend, answer).answer).text).toBe(
      "You cannot answer this here.",
    );
    expect((await world.tap(card, "Approve", friend).answer).text).toMatch(
      /^(Only @owner can approve here\.|You cannot answer this here\.)$/,
    );
    expect(card.text).toContain("Codex asks to run");
  });
});

describe("text", () => {
  it("L2: of 200 kB, pasted and split by the client, is one request, whole", async () => {
    world = await ServiceWorld.create();
    await world.start();
    world.model.on(/^00000/, [text("Read it all.")]);
    const whole = Array.from({ length: 25_600 }, (_, at) => String(at).padStart(8, "0")).join("");
    const date = Date.now();
    for (let at = 0; at < whole.length; at += 4096) world.say(whole.slice(at, at + 4096), { date });
    await world.message("Read it all.", 60_000);
    expect(world.model.userTexts().filter((t) => t === whole)).toHaveLength(1);
    expect(world.model.requests).toHaveLength(1);
  });

  it("with control characters, lone surrogates, right-to-left marks and CJK passes both ways", async () => {
    world = await ServiceWorld.create();
    await world.start();
    world.model.on(/odd/, [text("**注意：**请看 \u05d0\u05d1 и 👨‍👩‍👧 `a<b>`")]);
    world.telegram.phone.rawUpdate({
      message: {
        message_id: 900,
        date: Math.floor(Date.now() / 1000),
        chat: { id: 1001, type: "private", first_name: "Ada" },
        from: { id: 1001, is_bot: false, first_name: "Ada", username: "owner" },
        text: "odd \ud83d lone \u0000 nul \u202e rtl",
      },
    });
    const final = await world.message("注意");
    expect(final.text).toContain("注意：请看 \u05d0\u05d1 и 👨‍👩‍👧 a<b>");
    expect(final.entities).toContainEqual(expect.objectContaining({ type: "bold", offset: 0, length: 3 }));
  });

  it("L7: a command cannot hide behind marks that turn it round: the card shows them", async () => {
    world = await ServiceWorld.create({ codex: asking });
    await world.start();
    world.model.on("trick", [shell("echo \u202e# safe"), text("x")]);
    world.say("trick");
    const card = await world.message("Codex asks to run");
    expect(card.text).toContain("202e");
    expect(card.text).not.toContain("\u202e");
  });
});

it("updates of unknown kinds, broken ones, repeated ones and a jump of their ids stop nothing and double nothing", async () => {
  world = await ServiceWorld.create();
  await world.start();
  world.model.on("hello", [text("hi")]);
  world.telegram.phone.rawUpdate({ some_future_thing: { a: 1 } });
  world.telegram.phone.rawUpdate({ message: { message_id: "seven" } });
  world.telegram.phone.rawUpdate({ message: null });
  world.telegram.updates.jump(5_000_000);
  world.say("hello");
  await world.message(/^hi/);
  world.telegram.updates.redeliver(5_000_000);
  world.say("hello");
  await world.waitFor(() => world.sent.filter((m) => m.text.startsWith("hi")).length === 2, "the second answer");
  expect(world.model.requests).toHaveLength(2);
});

describe("files", () => {
  it("a photo reaches the model as an image, a document lies in the inbox and is named, an album is one request", async () => {
    world = await ServiceWorld.create();
    await world.start();
    const png = Buffer.from(
      "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
      "base64",
    );
    world.model.on(/look/, [text("Seen.")]);
    world.model.on(/read/, [text("Read.")]);
    world.model.on(/both/, [text("Both.")]);
    world.telegram.phone.sendFile(world.chat, world.owner, {
      kind: "photo",
      name: "p.png",
      mime: "image/png",
      bytes: png,
      caption: "look",
    });
    await world.message(/^Seen\./);
    expect(world.model.requests[0]?.images).toBe(1);
    world.telegram.phone.sendFile(world.chat, world.owner, {
      kind: "document",
      name: "../../plan.txt",
      bytes: Buffer.from("the plan"),
      caption: "read",
    });
    await world.message(/^Read\./);
    const said = world.model.userTexts().findLast((t) => t.includes("read")) ?? "";
    const path = /is at (\S+)\]/.exec(said)?.[1] ?? "";
    expect(path.startsWith(join(world.project, ".hotline", "inbox"))).toBe(true);
    expect(readFileSync(path, "utf8")).toBe("the plan");
    const photo = { kind: "photo" as const, name: "p.png", mime: "image/png", bytes: png };
    world.telegram.phone.album(world.chat, world.owner, [{ ...photo, caption: "both" }, photo]);
    await world.message(/^Both\./);
    expect(world.model.requests).toHaveLength(3);
  });

  it("that are too large are told, and the text goes through", async () => {
    world = await ServiceWorld.create();
    await world.start();
    world.model.on(/anyway/, [text("Without it.")]);
    world.telegram.phone.sendFile(world.chat, world.owner, {
      kind: "document",
      name: "big.bin",
      size: 30_000_000,
      caption: "anyway",
    });
    await world.message("big.bin was not taken: it is over the 20 MB");
    await world.message("Without it.");
  });
});

it("L10: the model's commands reach neither the service's files and sockets nor its secrets, with the network on", async () => {
  world = await ServiceWorld.create({
    codex: {
      approvalPolicy: "never",
      sandbox: "workspace-write",
      network: true,
      env: { DEPLOY_KEY: "deploy-secret-1234" },
    },
  });
  await world.start();
  const look = [
    `cat ${world.dir}/hotline.yaml`,
    `ls -R ${world.dataDir}; cat ${world.dataDir}/redis/*`,
    `for s in $(find / -name '*.sock' -not -path '/proc/*' 2>/dev/null); do node -e 'const c=require("net").connect(process.argv[1],()=>{console.log("REACHED",process.argv[1]);c.end()});c.on("error",()=>{})' $s; done`,
    "env; cat /proc/*/environ 2>/dev/null | tr '\\0' '\\n'",
    "echo written > inside.txt && cat inside.txt",
  ];
  world.model.on("look", [...look.map((command) => shell(command, { yieldMs: 20_000 })), text("Looked.")]);
  world.say("look");
  await world.message("Looked.", 90_000);
  const seen = world.model.requests.at(-1)?.toolOutputs.join("\n") ?? "";
  expect(seen).toContain("written");
  expect(seen).not.toContain(world.telegram.token);
  expect(seen).not.toContain("deploy-secret-1234");
  expect(seen).not.toContain(`REACHED ${world.dir}`);
  for (const pid of await world.codexPids())
    expect(readFileSync(`/proc/${pid}/environ`, "utf8")).not.toContain(world.telegram.token);
}, 150_000);

it("an edit while it waits replaces the text; a native stop of the draft ends the turn; /new asks what to do with it", async () => {
  world = await ServiceWorld.create({ config: { whileBusy: "queue" } });
  await world.start();
  const open = gate();
  world.model.on("work", [text(["Begun", open, ", done."])]);
  world.model.on("better words", [text("Took the better words.")]);
  world.say("work");
  await world.waitFor(
    () => world.telegram.drafts(world.chat).some((d) => d.frames.some((f) => f.text.includes("Begun"))),
    "a draft",
  );
  const waiting = world.say("words");
  await world.message("Waiting for the running turn.");
  world.telegram.phone.edit(waiting, "better words");
  world.say("/new");
  const ask = await world.message("A turn is running.");
  expect(ask.markup?.inline_keyboard?.flat().map((b) => b.text)).toEqual(["Stop and do it", "After this turn"]);
  await world.waitFor(() => world.telegram.drafts(world.chat).at(-1)?.ended === undefined, "the draft is shown again");
  world.telegram.phone.stopDraft(world.chat);
  await world.message(/Stopped after/);
  await world.message("Took the better words.");
  expect(readdirSync(world.project)).toEqual([]);
});
