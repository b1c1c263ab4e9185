import { execFileSync } from "node:child_process";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { addFile, ask, gate, hold, patch, plan, shell, text, together } from "../emulators/model/steps.ts";
import { ServiceWorld } from "./harness.ts";

const asking = { approvalPolicy: "untrusted", sandbox: "danger-full-access" };

let world: ServiceWorld;

afterEach(async () => {
  expect(world.telegram.violations).toEqual([]);
  await world.dispose();
});

describe("a message", () => {
  beforeEach(async () => {
    world = await ServiceWorld.create();
    await world.start();
  });

  it("is answered: taken at once, streamed while it grows, one final that replies to it, formatted, with a footer", async () => {
    const rest = gate();
    world.model.on("add a health endpoint", [
      plan([["find the router", "completed"], ["add /health", "in_progress"], "test it"]),
      shell("echo router"),
      text(["I'm adding a ", "`/health` route", rest, " next to it. **Done.**"], { everyMs: 20 }),
    ]);
    const asked = world.say("add a health endpoint");
    await world.waitFor(() => asked.reactions.includes("👀"), "👀", 2000);
    const draft = await world.waitFor(
      () =>
        world.telegram
          .drafts(world.chat)
          .flatMap((d) => d.frames)
          .find((f) => f.text.includes("/health")),
      "the answer in a draft",
    );
    expect(draft.text).toMatch(/^Working · \d+ s/);
    expect(draft.text).toContain("▸ add /health");
    expect(draft.text).toContain("✓ find the router");
    expect(draft.text).toContain("echo router");
    rest.open();
    const final = await world.message("Done.");
    expect(final.text).toMatch(/^I'm adding a \/health route next to it\. Done\.\n\n?\d+ s · 1 command/);
    expect(final.replyTo?.id).toBe(asked.id);
    expect(final.entities).toContainEqual(expect.objectContaining({ type: "code" }));
    expect(final.entities).toContainEqual(expect.objectContaining({ type: "bold" }));
    expect(final.silent).toBe(false);
    expect(world.model.userTexts().filter((t) => t.includes("add a health endpoint"))).toHaveLength(1);
  });

  it("is part of the same conversation as the one before; /new starts another", async () => {
    world.model.on("first", [text("one")]);
    world.model.on("second", [text("two")]);
    world.model.on("third", [text("three")]);
    world.say("first");
    await world.message(/^one/);
    world.say("second");
    await world.message(/^two/);
    world.say("/new third");
    await world.message(/^three/);
    const threads = new Map(world.model.requests.map((r) => [r.userTexts.at(-1), r.threadId]));
    expect(threads.get("second")).toBe(threads.get("first"));
    expect(threads.get("third")).not.toBe(threads.get("first"));
  });

  it("may be longer than the answer allows: split in order, every character there, code still code", async () => {
    const lines = Array.from({ length: 700 }, (_, at) => `line ${at} of a long listing`);
    world.model.on("long", [text(`Here:\n\n\`\`\`ts\n${lines.join("\n")}\n\`\`\`\nEnd.`)]);
    world.say("long");
    await world.message("End.");
    const parts = world.sent.filter((m) => m.text.includes("of a long listing"));
    expect(parts.length).toBeGreaterThan(3);
    const shown = parts.flatMap((p) => p.text.split("\n")).filter((l) => l.startsWith("line "));
    expect(shown).toEqual(lines);
    for (const part of parts)
      expect(part.entities).toContainEqual(expect.objectContaining({ type: "pre", language: "ts" }));
  });

  it("/status, /queue, /help and an unknown command are answered", async () => {
    world.model.on("hello", [text("hi")]);
    world.say("hello");
    await world.message(/^hi/);
    world.say("/status");
    expect((await world.message("Thread")).text).toMatch(/^app .*\nThread \S+, 1 turn/);
    world.say("/queue");
    await world.message("Nothing waits.");
    world.say("/help");
    await world.message("/stop");
    world.say("/stats");
    const offer = await world.message((m) => m.markup?.inline_keyboard?.flat()[0]?.text === "Send as text");
    expect(offer.text).toContain("/status");
  });
});

describe("an approval", () => {
  beforeEach(async () => {
    world = await ServiceWorld.create({ codex: asking });
    await world.start();
  });

  it("shows the full command with its buttons; approved runs it, and the card tells who, when and how it ended", async () => {
    world.model.on("push", [shell("printf pushed > pushed.txt"), text("Pushed.")]);
    world.say("push");
    const card = await world.message("Codex asks to run");
    expect(card.text).toContain("printf pushed > pushed.txt");
    expect(card.text).toContain("in app");
    expect(card.silent).toBe(false);
    const approve = world.tap(card, "Approve");
    expect((await approve.answer).text).toBeTruthy();
    await world.waitFor(
      () => /^Approved once by @owner · \d\d:\d\d · exit 0/.test(card.text),
      "the verdict on the card",
    );
    await world.message("Pushed.");
    expect(execFileSync("cat", ["pushed.txt"], { cwd: world.project }).toString()).toBe("pushed");
    const late = world.telegram.phone.forgeTap(approve.data, world.owner, card);
    expect((await late.answer).text).toMatch(/^@owner approved this at \d\d:\d\d\.$/);
  });

  it("declined is told to the model, which goes on; declined with a reason hands the reason over", async () => {
    world.model.on("install", [shell("npm install left-pad"), text("Fine, without it.")]);
    world.say("install");
    const card = await world.message("npm install left-pad");
    await world.tap(card, "Decline and say why").answer;
    await world.message("Reason");
    world.say("use pnpm");
    await world.waitFor(() => card.text.startsWith("Declined by @owner"), "the verdict");
    await world.message("Fine, without it.");
    expect(world.model.userTexts().some((t) => t.includes("use pnpm"))).toBe(true);
  });

  it("for a patch shows the diff, and applies it only when approved", async () => {
    world.model.on("patch", [patch(addFile("hello.txt", "hello\nworld\n")), text("Added.")]);
    world.say("patch");
    const card = await world.message("asks to change 1 file");
    expect(card.text).toContain("hello.txt");
    await world.tap(card, "Show diff").answer;
    await world.message((m) => m.id !== card.id && m.text.includes("world"));
    await world.tap(card, "Approve").answer;
    const final = await world.message("Added.");
    expect(final.text).toContain("1 file +2");
    expect(execFileSync("cat", ["hello.txt"], { cwd: world.project }).toString()).toBe("hello\nworld\n");
  });

  it("two open at once stay apart; `/approve n` and `/decline n why` work as well", async () => {
    world.model.on("both", [together(shell("printf a > a.txt"), shell("printf b > b.txt")), text("Both done.")]);
    world.say("both");
    const a = await world.message("printf a > a.txt");
    const b = await world.message("printf b > b.txt");
    const number = (m: typeof a): string => /#(\d+)/.exec(m.text)?.[1] ?? "";
    world.say(`/decline ${number(b)} not b`);
    await world.waitFor(() => b.text.startsWith("Declined by @owner"), "b declined");
    expect(a.text).toContain("Codex asks to run");
    world.say(`/approve ${number(a)}`);
    await world.waitFor(() => a.text.startsWith("Approved once by @owner"), "a approved");
    await world.message("Both done.");
    expect(execFileSync("ls", { cwd: world.project }).toString()).toBe("a.txt\n");
  });

  it("a question is asked with its options, and the tapped one answers it", async () => {
    world.model.on("which", [
      ask([
        {
          id: "db",
          header: "Database",
          question: "Which database should the test use?",
          options: [
            { label: "SQLite", description: "a file" },
            { label: "Postgres", description: "a server" },
          ],
        },
      ]),
      text("Taking it."),
    ]);
    world.say("which");
    const card = await world.message("Which database should the test use?");
    await world.tap(card, "SQLite").answer;
    await world.message("Taking it.");
    expect(JSON.stringify(world.model.requests.at(-1)?.body)).toContain("SQLite");
  });

  it("[Stop] on the card ends the turn", async () => {
    world.model.on("danger", [shell("rm -rf nothing"), text("never")]);
    world.say("danger");
    const card = await world.message("rm -rf nothing");
    await world.tap(card, "Stop").answer;
    await world.message(/^Stopped after/);
  });
});

describe("while it works", () => {
  it("a further message steers the turn and is marked", async () => {
    world = await ServiceWorld.create();
    await world.start();
    const open = gate();
    world.model.on("work", [shell("sleep 1"), hold(open), text("Done as told.")]);
    world.say("work");
    await world.waitFor(() => world.model.requests.length > 0, "model request");
    const more = world.say("use port 8080");
    await world.waitFor(() => more.reactions.includes("✍"), "✍");
    open.open();
    await world.message("Done as told.");
    expect(world.model.userTexts().some((t) => t.includes("use port 8080"))).toBe(true);
    expect(world.sent.filter((m) => m.text.includes("Done as told."))).toHaveLength(1);
  });

  it("it waits instead where configured, with buttons", async () => {
    world = await ServiceWorld.create({ config: { whileBusy: "queue" } });
    await world.start();
    const open = gate();
    world.model.on("work", [text(["Begun", open, " and done."])]);
    world.model.on("then this", [text("This too.")]);
    world.say("work");
    await world.waitFor(() => world.model.requests.length > 0, "model request");
    world.say("then this");
    const note = await world.message("Waiting for the running turn.");
    expect(note.markup?.inline_keyboard?.flat().map((b) => b.text)).toEqual(["Steer now", "Run next", "Drop"]);
    open.open();
    await world.message("Begun and done.");
    await world.message("This too.");
  });

  it("/stop ends the turn and the command it had started", async () => {
    world = await ServiceWorld.create();
    await world.start();
    world.model.on("run", [shell("sleep 298 & echo $! > pid.txt; wait", { yieldMs: 30_000 }), text("never")]);
    world.say("run");
    const pid = await world.waitFor(() => {
      try {
        return Number(execFileSync("cat", ["pid.txt"], { cwd: world.project, stdio: "pipe" }).toString()) || undefined;
      } catch {
        return undefined;
      }
    }, "the command runs");
    world.say("/stop");
    await world.message(/^Stopped after/);
    await world.waitFor(() => !alive(pid), "the command is gone");
  });
});

it("the first to send the claim owns the service; before that nobody is answered", async () => {
  world = await ServiceWorld.create({ unclaimed: true });
  await world.start();
  world.model.on("hello", [text("hi")]);
  const link = await world.waitFor(
    () => /https:\/\/t\.me\/hotline_test_bot\?start=(\S+)/.exec(world.output)?.[1],
    "the claim link",
  );
  world.say("hello");
  world.say("/start WRONG-CODE");
  world.say(`/start ${link}`);
  await world.message(/./);
  world.say("hello");
  await world.message(/^hi/);
  expect(world.model.userTexts().filter((t) => t.includes("hello"))).toHaveLength(1);
});

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
