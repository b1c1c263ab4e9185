import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ServiceWorld } from "./harness.ts";

let world: ServiceWorld;

afterEach(async () => {
  expect(world.telegram.violations).toEqual([]);
  await world.dispose();
});

describe("without a sign-in", () => {
  beforeEach(async () => {
    world = await ServiceWorld.create({ signedOut: true });
    await world.start();
  });

  it.only("probe", async () => {
    for (const word of ["hello there", "table", "plan", "patch", "patch"]) {
      const before = world.sent.length;
      world.say(word);
      await world.waitFor(
        () => world.sent.slice(before).find((m) => m.text.includes("context left") || m.text.includes("demo ·")),
        word,
        40000,
      );
      console.log(
        world.sent
          .slice(before)
          .map((m) => m.text)
          .join("\n----\n"),
      );
    }
    world.say("push");
    const card = await world.message("git push origin main");
    console.log(card.text);
    await world.tap(card, "Approve").answer;
    console.log((await world.message("Git said")).text);
    world.say("ask");
    const q = await world.message("How should");
    await world.tap(q, "Politely").answer;
    console.log((await world.message("You chose")).text);
    world.say("fail");
    const f = await world.message("limit until");
    console.log(f.text);
    await world.tap(f, "Try now").answer;
    console.log((await world.message("This time")).text);
    console.log(
      world.output
        .split("\n")
        .filter((l) => !l.startsWith("{"))
        .join("\n"),
    );
    console.log(
      world.output
        .split("\n")
        .filter(
          (l) =>
            l.includes('"level":"warn') ||
            l.includes('"level":"error') ||
            l.includes('"level":40') ||
            l.includes('"level":50'),
        )
        .join("\n"),
    );
  }, 120_000);
});
