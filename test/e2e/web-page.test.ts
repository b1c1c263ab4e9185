import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { gate, shell, text } from "../emulators/model/steps.ts";
import { WebWorld } from "./web-world.ts";

let world: WebWorld;
beforeEach(async () => {
  world = await WebWorld.create();
  await world.start();
});
afterEach(async () => {
  const { complaints } = world;
  await world.dispose();
  expect(complaints).toEqual([]);
});

describe("the operations view", () => {
  test("shows channels, the running turn with its process, and stops it", async () => {
    const rest = gate();
    world.model.on("work", [shell("sleep 30"), text(["never", rest])]);
    await world.say("work");
    await world.page.locator(".live").filter({ hasText: "sleep 30" }).waitFor();
    await world.page.goto(`${new URL(world.entry).origin}/#operations`);
    const view = world.page.getByRole("main");
    await view.getByText("web~main").first().waitFor();
    await view.getByText("sleep 30").first().waitFor();
    expect(await view.innerText()).toMatch(/MB/);
    await world.picture("web-operations");
    await world.page.setViewportSize({ width: 1280, height: 800 });
    await world.picture("web-operations-desktop");
    await view.getByRole("button", { name: /Stop/ }).first().click();
    await world.until(async () => !(await view.innerText()).includes("sleep 30"), "the turn is gone");
    rest.open();
  });
});

describe("what the model writes", () => {
  test("is never run: HTML is text, a script link is dead, every character is there (L11)", async () => {
    const nasty = [
      "<script>document.title = 'owned'</script> <img src=x onerror=\"document.title='owned'\">",
      "[click](javascript:document.title='owned') and [fine](https://example.org/a)",
      "<b>not bold</b> &amp; `code <i>`",
    ].join("\n\n");
    world.model.on("nasty", [text([nasty])]);
    await world.say("nasty");
    const message = await world.message("not bold");
    const shown = await message.innerText();
    expect(shown).toContain("<script>document.title = 'owned'</script>");
    expect(shown).toContain("<b>not bold</b>");
    expect(shown).toContain("javascript:document.title='owned'");
    expect(await message.locator("script, img, b").count()).toBe(0);
    const links = await message.locator("a").evaluateAll((all) => all.map((one) => one.getAttribute("href")));
    expect(links).toEqual(["https://example.org/a"]);
    expect(await world.page.title()).not.toContain("owned");
  });
});

describe("files", () => {
  test("are attached, sent with the message, shown, and reach the project's inbox", async () => {
    const png = Buffer.from(
      "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
      "base64",
    );
    await world.page
      .locator("input[type=file]")
      .first()
      .setInputFiles([
        { name: "dot.png", mimeType: "image/png", buffer: png },
        { name: "notes.txt", mimeType: "text/plain", buffer: Buffer.from("hello") },
      ]);
    await world.page.getByText("notes.txt").first().waitFor();
    await world.say("look at this");
    await world.message("echo: look at this");
    const mine = world.page.locator("article.person").filter({ hasText: "look at this" });
    await mine.getByText("notes.txt").waitFor();
    await mine.locator("img").waitFor();
    const [said] = world.model.userTexts().filter((one) => one.includes("notes.txt"));
    expect(said).toMatch(/notes\.txt is at /);
  });
});

describe("a second page of the same chat", () => {
  test("shows the same, live, and what was said on one stands on the other", async () => {
    const rest = gate();
    world.model.on("hello", [text(["First ", rest, "second."], { everyMs: 10 })]);
    await world.say("hello");
    const first = world.page;
    await first.locator(".live").filter({ hasText: "First" }).waitFor();
    const second = await world.open();
    await second.locator(".live").filter({ hasText: "First" }).waitFor();
    rest.open();
    for (const page of [first, second])
      await page.locator("article.message.bot").filter({ hasText: "First second." }).waitFor();
    expect(await second.locator("article.message").count()).toBe(2);
  });
});

test("without the cookie there is a page that says how to get in, and nothing else", async () => {
  const stranger = await world.browser.newContext();
  const page = await stranger.newPage();
  const answer = await page.goto(new URL(world.entry).origin);
  expect(answer?.status()).toBe(401);
  expect(await page.innerText("body")).toContain("npm start");
  expect(await page.locator("#app").count()).toBe(0);
  await stranger.close();
});
