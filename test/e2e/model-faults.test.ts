import { rename } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { failed, gate, rateLimited, refuse, type Step, status, text, usageLimit } from "../emulators/model/steps.ts";
import { ServiceWorld } from "./harness.ts";

let world: ServiceWorld;

beforeEach(async () => {
  world = await ServiceWorld.create();
  await world.start();
});

afterEach(async () => {
  expect(world.telegram.violations).toEqual([]);
  await world.dispose();
});

const reset = Date.UTC(2027, 0, 1, 14, 20) / 1000;
const faults: readonly (readonly [name: string, step: Step, says: string])[] = [
  ["429", rateLimited(), "The model answers too many requests right now."],
  ["a spent plan", usageLimit(reset), "The model is over its limit until"],
  ["500 for ever", status(500), "The model had an error."],
  ["a refused connection", refuse(8000), "The model cannot be reached."],
  ["a conversation that is too long", failed("context_length_exceeded"), "no longer fits into the model's context"],
  ["a refused sign-in", status(401), "The model provider refuses the sign-in."],
];

describe("L12: the model fails with", () => {
  it.each(faults)("%s: the chat is told what happened and what was kept", async (_name, step, says) => {
    world.model.on("work", [step]);
    const asked = world.say("work");
    const notice = await world.message(says, 30_000);
    expect(notice.text).toMatch(/ref [0-9A-Z]{4}/);
    expect(notice.replyTo?.id).toBe(asked.id);
    expect(notice.markup?.inline_keyboard?.flat().map((b) => b.text)).toContain("Try now");
  });
});

it("[Try now] does the request again", async () => {
  world.model.on("work", [status(500)]);
  world.model.on(/previous attempt failed/, [text("Done at last.")]);
  world.say("work");
  const notice = await world.message("The model had an error.", 30_000);
  await world.tap(notice, "Try now").answer;
  await world.message("Done at last.");
});

it("a 429 with a time is waited for, and nobody hears of it", async () => {
  world.model.on("work", [rateLimited(1), text("Done.")]);
  world.say("work");
  await world.message(/^Done\./);
  expect(world.sent).toHaveLength(1);
});

it("a stream cut in the middle is streamed again: the answer stands there once", async () => {
  world.model.on("work", [text("one two three four five", { cutAfter: 3 }), text("one two three four five")]);
  world.say("work");
  const final = await world.message("five");
  expect(final.text).toMatch(/^one two three four five\n\n\d+ s/);
});

it("a project folder that vanished: the message is kept and runs once the folder is back", async () => {
  world.model.on("hello", [text("Here again.")]);
  await rename(world.project, `${world.project}-away`);
  world.say("hello");
  const note = await world.message("the project folder is not there");
  expect(note.text).toContain("Your message is kept.");
  await rename(`${world.project}-away`, world.project);
  await world.tap(note, "Try now").answer;
  await world.message("Here again.");
});

it("fences, bold and links that are not closed yet never make a frame Telegram refuses", async () => {
  const parts = [
    "# He",
    "ad\n\n**bo",
    "ld and [li",
    "nk](https://exa",
    "mple.com) `co",
    "de`\n\n```ts\nconst a",
    " = 1;\n",
    "```\n> quo",
    "te\n\n| a | b |\n|-",
    "--|---|\n| 1 | 2 |\n",
  ];
  const end = gate();
  world.model.on("markdown", [text([...parts, end, "\nEnd."], { everyMs: 400 })]);
  world.say("markdown");
  await world.waitFor(() => world.telegram.drafts(world.chat).flatMap((d) => d.frames).length > 4, "frames");
  end.open();
  const final = await world.message("End.");
  expect(final.entities.map((e) => e.type)).toEqual(expect.arrayContaining(["bold", "text_link", "code", "pre"]));
});
