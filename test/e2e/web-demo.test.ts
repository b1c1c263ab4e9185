import { afterEach, expect, test } from "vitest";
import { WebWorld } from "./web-world.ts";

let world: WebWorld;
afterEach(async () => {
  const { complaints } = world;
  await world.dispose();
  expect(complaints).toEqual([]);
});

test("where nothing was ever set up, the start ends in a chat with the demo: told so, a command approved and run", async () => {
  world = await WebWorld.create({ bare: true });
  await world.start();
  expect(world.service.output).toContain("demo model");
  expect(world.service.output).toContain("the web chat below works without one");
  await world.page.getByText("You are talking to the demo model").first().waitFor();
  await world.say("hello");
  const list = await world.message("demo ·");
  expect(await list.textContent()).toContain("push");
  await world.say("push");
  const card = await world.message("Codex asks to run");
  expect(await card.textContent()).toContain("git push origin main");
  await card.getByRole("button", { name: "Approve", exact: true }).click();
  await world.message("Approved once by you");
  expect(await (await world.message("main -> main")).textContent()).toContain("demo ·");
  expect(world.model.requests).toEqual([]);
  await world.picture("web-demo");
}, 90_000);
