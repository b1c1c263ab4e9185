import { afterEach, expect, it } from "vitest";
import { gate, hold, text, usage } from "../emulators/model/steps.ts";
import { ServiceWorld } from "./harness.ts";

let world: ServiceWorld;

afterEach(() => world.dispose());

const compaction = (words: string): boolean => /CONTEXT CHECKPOINT/i.test(words);

/** A conversation that Codex shortens before it reads the next message; the summary never ends. */
async function compacting(): Promise<void> {
  world = await ServiceWorld.create({ codex: { config: { model_auto_compact_token_limit: 2000 } } });
  await world.start();
  world.model.on("hello", [text("Hi."), usage(50_000)]);
  world.model.on(compaction, [hold(gate())]);
  world.model.on("wire ada 10", [text("Wired.")]);
  world.say("hello");
  await world.message(/^Hi\./);
  world.say("wire ada 10");
  await world.waitFor(() => world.model.requests.length === 2, "the compaction");
}

/** The conversation is short enough from now on. */
async function killCodex(): Promise<void> {
  world.model.on(compaction, [text("They said hello.")]);
  for (const pid of await world.codexPids()) process.kill(pid, "SIGKILL");
}

async function readOnce(): Promise<void> {
  await world.message(/^Wired\./);
  const read = world.model.requests.filter(({ userTexts }) => userTexts.at(-1) === "wire ada 10");
  expect(read).toHaveLength(1);
  expect(world.telegram.violations).toEqual([]);
}

it("L2: a message is read although Codex dies while it shortens the conversation before it", async () => {
  await compacting();
  await killCodex();
  await readOnce();
});

it("L2: so when the service dies with it", async () => {
  await compacting();
  await world.kill();
  await killCodex();
  await world.start();
  await readOnce();
});
