import { expect } from "vitest";
import type { ChatMessage } from "../emulators/telegram/chats.ts";
import { ServiceWorld, type WorldOptions } from "./harness.ts";

/** What every conversation with the demo model says once, and the banner too. */
export const label = "You are talking to the demo model: Codex itself is real, its answers are scripted.";

/** A world, and what is looked at in the owner's chat. */
export interface DemoWorld {
  readonly world: ServiceWorld;
  /** What a frame of the running turn shows, once one holds `text`. */
  readonly frame: (text: string) => Promise<string>;
  /** How many messages of the bot hold `text`. */
  readonly count: (text: string) => number;
  /** The message of the bot that holds `text`, once there is one. */
  readonly final: (text: string) => Promise<ChatMessage>;
}

/** A world of a test's own, not started yet, so that tests can run side by side: most of their time the demo thinks. Ended, whatever happens. */
export async function inDemo(options: WorldOptions, use: (demo: DemoWorld) => Promise<void>): Promise<void> {
  const world = await ServiceWorld.create(options);
  const frames = (): readonly string[] =>
    world.telegram.drafts(world.chat).flatMap((draft) => draft.frames.map((frame) => frame.text));
  try {
    await use({
      world,
      frame: (text) =>
        world.waitFor(() => frames().find((frame) => frame.includes(text)), `a frame with "${text}"`, 30_000),
      count: (text) => world.sent.filter((message) => message.text.includes(text)).length,
      final: (text) => world.message(text, 30_000),
    });
    expect(world.telegram.violations).toEqual([]);
  } finally {
    await world.dispose();
  }
}
