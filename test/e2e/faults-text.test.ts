import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { plainOf } from "../../src/model/text/plain.ts";
import { sanitize } from "../../src/model/text/sanitize.ts";
import { text } from "../emulators/model/steps.ts";
import type { ChatMessage } from "../emulators/telegram/chats.ts";
import { ServiceWorld } from "./harness.ts";

/** Most characters Codex takes in one input. */
const codexLimit = 1_048_576;
const telegramLimit = 4096;
const fixtures = join(import.meta.dirname, "../fixtures/markdown");

let world: ServiceWorld;

beforeEach(async () => {
  world = await ServiceWorld.create();
  await world.start();
});

afterEach(async () => {
  expect(world.telegram.violations).toEqual([]);
  expect(await world.leaks()).toEqual([]);
  await world.dispose();
});

/** Sends a text as a client does: in messages of 4096 characters within the same second. */
function paste(whole: string): ChatMessage {
  const date = Date.now();
  const first = world.say(whole.slice(0, telegramLimit), { date });
  for (let at = telegramLimit; at < whole.length; at += telegramLimit)
    world.say(whole.slice(at, at + telegramLimit), { date });
  return first;
}

const digits = (length: number): string =>
  Array.from({ length: Math.ceil(length / 8) }, (_, at) => String(at).padStart(8, "0"))
    .join("")
    .slice(0, length);

describe("a paste", () => {
  it("L2: of one megabyte, all that Codex takes, is one request, whole", async () => {
    world.model.on(/^00000/, [text("Read it all.")]);
    const whole = digits(codexLimit);
    paste(whole);
    await world.message("Read it all.", 60_000);
    expect(world.model.userTexts().filter((t) => t === whole)).toHaveLength(1);
    expect(world.model.requests).toHaveLength(1);
  });

  it("of more is refused with the limit and kept until it is dropped; later messages do not wait for it", async () => {
    const first = paste(digits(codexLimit + 10));
    const note = await world.message("too long (at most 1,048,576 characters)", 60_000);
    expect(note.text).toContain("Your message is kept.");
    expect(note.replyTo?.id).toBe(first.id);
    expect(note.markup?.inline_keyboard?.flat().map((b) => b.text)).toEqual(["Try now", "Drop"]);
    world.model.on("short", [text("Short is fine.")]);
    world.say("short");
    await world.message("Short is fine.");
    await world.tap(note, "Drop").answer;
    await world.waitFor(() => note.text.startsWith("Dropped."), "the note says so");
    expect(world.model.requests).toHaveLength(1);
  });
});

it("L11: each nasty Markdown answer arrives whole: no character lost, none the platform refuses, in no frame", async () => {
  for (const name of readdirSync(fixtures)) {
    const source = readFileSync(join(fixtures, name), "utf8");
    world.model.on(name, [text(source.match(/[\s\S]{1,24}/gu) ?? [], { everyMs: 4 })]);
    const asked = world.say(name);
    const final = await world.message((m) => m.replyTo?.id === asked.id, 30_000);
    await world.message((m) => m.id >= final.id && /(^|\n)\d+ s( · [^\n]*)?$/.test(m.text), 30_000);
    const parts = world.sent.filter((m) => m.id >= final.id).map((m) => m.text);
    const shown = parts.map((part, at) =>
      parts.length > 1 ? part.replace(`\n\n${at + 1}/${parts.length}`, "") : part,
    );
    const body = shown.join("").replace(/\n\n[^\n]*$/, "");
    expect(solid(body), name).toBe(solid(plainOf(sanitize(source))));
  }
}, 120_000);

it("L11: control, zero-width and turning characters in an answer harm nothing beside them", async () => {
  world.model.on("odd", [text("a\u0000b \u0007bell \u202Eturned\u202C \u200Bzero `c\u0085d` 👩‍👩‍👧 𝒳 e\u0301")]);
  world.say("odd");
  const final = await world.message("turned");
  for (const part of ["bell", "turned", "zero", "👩‍👩‍👧", "𝒳", "e\u0301"]) expect(final.text).toContain(part);
});

it("an answer of blanks only, and one that is a single character, are finals like any other", async () => {
  world.model.on("blank", [text(["  \n\n \t"])]);
  world.model.on("dot", [text("·")]);
  world.say("blank");
  await world.message("wrote no answer");
  world.say("dot");
  await world.message(/^·/);
});

it("a message of one character, of combining marks, of only blanks or control characters gets an answer or does nothing", async () => {
  for (const odd of ["?", "e\u0301\u0301\u0301", "\u200B", "\u0000", "/", "@hotline_test_bot", "//"]) world.say(odd);
  world.model.on("still there", [text("Here.")]);
  world.say("still there");
  await world.waitFor(() => world.model.userTexts().includes("still there"), "the next message", 30_000);
});

function solid(value: string): string {
  return value.replace(/\s+/gu, "");
}
