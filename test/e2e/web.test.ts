import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ask, gate, patch, plan, shell, text, together } from "../emulators/model/steps.ts";
import { WebWorld } from "./web-world.ts";

let world: WebWorld;
afterEach(async () => {
  const { complaints } = world;
  await world.dispose();
  expect(complaints).toEqual([]);
});

const asking = { approvalPolicy: "untrusted", sandbox: "danger-full-access" };

describe("a message in the web chat", () => {
  beforeEach(async () => {
    world = await WebWorld.create();
    await world.start();
  });

  test("is taken at once, streams while it grows, and ends in a formatted answer with its footer", async () => {
    const rest = gate();
    world.model.on("add a health endpoint", [
      plan([["find the router", "completed"], ["add /health", "in_progress"], "test it"]),
      shell("echo router"),
      text(
        [
          "I'm adding a ",
          "`/health` route",
          rest,
          ".\n\n```ts\nconst ok = 1 < 2;\n```\n\n| route | status |\n|---|---|\n| /health | **new** |\n\nDone.",
        ],
        { everyMs: 20 },
      ),
    ]);
    await world.say("add a health endpoint");
    const live = world.page.locator(".live");
    await live.filter({ hasText: "/health route" }).waitFor();
    expect(await live.innerText()).toContain("echo router");
    expect(await live.innerText()).toContain("add /health");
    expect(await world.page.locator(".live-bar").innerText()).toMatch(/Working · \d+ s/);
    await world.picture("web-working");
    rest.open();
    const final = await world.message("Done.");
    expect(await final.locator("pre code").innerText()).toBe("const ok = 1 < 2;");
    expect(await final.locator("table td strong").innerText()).toBe("new");
    expect(await final.innerText()).toMatch(/\d+ s · 1 command/);
    await live.waitFor({ state: "detached" });
    await world.picture("web-final");
  });

  test("steers while it works; /stop and the stop button end it", async () => {
    const rest = gate();
    world.model.on("work", [shell("sleep 30"), text(["never", rest])]);
    await world.say("work");
    await world.page.locator(".live").filter({ hasText: "sleep 30" }).waitFor();
    await world.say("use the other way");
    await world.page.locator("article.person").filter({ hasText: "use the other way" }).waitFor();
    await world.page.locator(".live-bar").getByRole("button", { name: "Stop" }).click();
    await world.message("Stopped after");
    rest.open();
  });

  test("survives a kill -9 of the service mid-turn: the page comes back, nothing is lost or doubled (L8)", async () => {
    const rest = gate();
    world.model.on("long", [text(["The first half ", rest, "and the second."], { everyMs: 20 })]);
    await world.say("long");
    await world.page.locator(".live").filter({ hasText: "The first half" }).waitFor();
    await world.service.kill();
    await world.say("said while it was down");
    await world.startService();
    rest.open();
    await world.message("The first half and the second.");
    const said = world.page.locator("article.person").filter({ hasText: "said while it was down" });
    await said.waitFor();
    await world.until(
      async () => world.model.userTexts().some((one) => one.includes("said while it was down")),
      "it reaches the model",
    );
    await world.until(async () => (await world.page.locator(".live").count()) === 0, "the turns are over");
    expect(await said.count()).toBe(1);
    expect(await world.messages.filter({ hasText: "The first half and the second." }).count()).toBe(1);
    expect(world.model.userTexts().filter((one) => one.includes("said while it was down"))).toHaveLength(1);
  });
});

describe("more while it works, where messages wait", () => {
  test("is shown as waiting with its buttons; [Steer now] hands it over, and the mark says so", async () => {
    world = await WebWorld.create({ config: { whileBusy: "queue" } });
    await world.start();
    const rest = gate();
    world.model.on("work", [shell("sleep 2"), text(["Done ", rest, "with it."])]);
    await world.say("work");
    await world.page.locator(".live").filter({ hasText: "sleep 2" }).waitFor();
    await world.say("in Rust, please");
    const waiting = await world.message("Waiting");
    for (const label of ["Steer now", "Run next", "Drop"])
      expect(await waiting.getByRole("button", { name: label }).count()).toBe(1);
    await waiting.getByRole("button", { name: "Steer now" }).click();
    await world.page
      .locator("article.person")
      .filter({ hasText: "in Rust, please" })
      .filter({ hasText: "steered" })
      .waitFor();
    rest.open();
    await world.message("with it.");
    expect(world.model.userTexts().filter((one) => one.includes("in Rust, please"))).toHaveLength(1);
  });

  test("/status and /new are answered; a new chat stands beside the old one", async () => {
    world = await WebWorld.create();
    await world.start();
    await world.say("first");
    await world.message("echo: first");
    await world.say("/status");
    await world.message("Thread");
    await world.page.keyboard.press("Control+k");
    await world.say("second");
    await world.message("echo: second");
    expect(await world.page.locator("article.message").filter({ hasText: "first" }).count()).toBe(0);
    const threads = world.model.requests.map((request) => request.threadId);
    expect(new Set(threads).size).toBe(2);
  });
});

describe("an approval in the web chat", () => {
  beforeEach(async () => {
    world = await WebWorld.create({ codex: asking });
    await world.start();
  });

  test("is a card with the whole command; approved it runs, and the card tells who and how it ended (L7)", async () => {
    world.model.on("push it", [shell("echo pushed > pushed.txt"), text("Pushed.")]);
    await world.say("push it");
    const card = await world.message("Codex asks to run");
    expect(await card.innerText()).toContain("echo pushed > pushed.txt");
    await world.picture("web-approval");
    await card.getByRole("button", { name: "Approve", exact: true }).click();
    await world.message("Approved once by you");
    await world.message("Pushed.");
    expect(await world.page.getByRole("button", { name: "Approve", exact: true }).count()).toBe(0);
  });

  test("of a patch shows the diff; declined with a reason hands it over", async () => {
    world.model.on("change it", [
      patch("*** Begin Patch\n*** Add File: a.txt\n+hello\n*** End Patch"),
      text("As you wish."),
    ]);
    await world.say("change it");
    const card = await world.message("a.txt");
    await card.getByRole("button", { name: "Decline and say why" }).click();
    await world.message("Reason for declining");
    await world.say("use b.txt");
    await world.message("As you wish.");
    expect(world.model.userTexts().some((said) => said.includes("use b.txt"))).toBe(true);
  });

  test("a question is asked with its options", async () => {
    world.model.on("test it", [
      ask([
        {
          id: "db",
          header: "Database",
          question: "Which database?",
          options: ["SQLite", "Postgres"].map((label) => ({ label, description: `${label} it is` })),
        },
      ]),
      text("Postgres it is."),
    ]);
    await world.say("test it");
    const card = await world.message("Which database?");
    await card.getByRole("button", { name: "Postgres" }).click();
    await world.message("Postgres it is.");
  });

  test("outlives a kill -9 of the service: the same card is answered afterwards, once (L7, L8)", async () => {
    world.model.on("push it", [shell("echo pushed >> pushed.txt"), text("Pushed.")]);
    await world.say("push it");
    const card = await world.message("Codex asks to run");
    await world.service.kill();
    await world.startService();
    await card.getByRole("button", { name: "Approve", exact: true }).click();
    await world.message("Approved once by you");
    await world.message("Pushed.");
    expect(await world.messages.filter({ hasText: "pushed.txt" }).count()).toBe(1);
    expect(await readFile(join(world.service.dir, "app", "pushed.txt"), "utf8")).toBe("pushed\n");
  });

  test("two open at once stay apart; what is typed can decline one by its number", async () => {
    world.model.on("both", [together(shell("echo one"), shell("echo two")), text("Both told.")]);
    await world.say("both");
    const one = await world.message("echo one");
    await one.getByRole("button", { name: "Approve", exact: true }).click();
    const two = await world.message("echo two");
    await world.say(`/decline ${/#(\d+)/.exec((await two.textContent()) ?? "")?.[1]}`);
    await world.message(/Declined.* by you/);
    await world.message("Both told.");
    expect(await world.messages.filter({ hasText: "Approved once by you" }).count()).toBe(1);
  });
});
