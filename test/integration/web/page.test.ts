import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { FromPage } from "../../../adapters/web/protocol.ts";
import type { Nonce } from "../../../src/model/ids.ts";
import { plainOf } from "../../../src/model/text/plain.ts";
import { liveFrame } from "../../emulators/page/chat-book.ts";
import type { PageServer } from "../../emulators/page/page-server.ts";
import { desk, PageWorld, phone } from "./browser.ts";

const markdownFolder = resolve(import.meta.dirname, "../../fixtures/markdown");
const markdowns = readdirSync(markdownFolder).map((name) => readFileSync(join(markdownFolder, name), "utf8"));

const world = new PageWorld();
beforeAll(() => world.start());
afterAll(() => world.stop());

interface Visit {
  readonly server: PageServer;
  readonly url: string;
  readonly page: Page;
  readonly faults: readonly string[];
}

let visits: Visit[] = [];
afterEach(async () => {
  const ended = visits;
  visits = [];
  for (const { page, server, faults } of ended) {
    await page.context().close();
    expect(faults).toEqual([]);
    expect(server.violations).toEqual([]);
  }
});

/** Opens the page of a fresh server in a fresh browser; `prepare` fills the server before. */
async function visit(
  prepare: (server: PageServer) => void,
  context: typeof desk | typeof phone = desk,
): Promise<Visit> {
  const { server, url } = await world.serve();
  prepare(server);
  const { page, faults } = await world.window(context);
  await page.goto(url);
  visits.push({ server, url, page, faults });
  return { server, url, page, faults };
}

const said = <T extends FromPage["type"]>(server: PageServer, type: T): Extract<FromPage, { type: T }>[] =>
  server.said.filter((one): one is Extract<FromPage, { type: T }> => one.type === type);
const text = (words: string) => ({ pieces: [{ as: "text" as const, text: words }] });
const aChat = (server: PageServer): void => void server.book.add("c1", { content: text("hello") });
const field = (page: Page) => page.getByRole("textbox", { name: "Message" });
const send = async (page: Page, words: string): Promise<void> => {
  await field(page).fill(words);
  await field(page).press("Enter");
};
const texts = (page: Page): Promise<string[]> => page.locator(".message .as-is").allTextContents();

describe("model text", () => {
  const letters = (shown: string): string =>
    shown.replace(/\s?\(https?:\/\/[^)\s]*\)/gu, "").replace(/[\s>|│┃┼+─—-]/gu, "");

  test("L11: is in the page to its last character, and none of it acts", async () => {
    const { page } = await visit(({ book }) => {
      for (const one of markdowns) book.add("c1", { content: { pieces: [{ as: "markdown", text: one }] } });
      const hostile =
        '<img src=x onerror="document.title=1"> <script>document.title=2</script> [x](javascript:alert(1))';
      book.add("c1", { content: { pieces: [{ as: "markdown", text: hostile }] } });
    });
    const rows = page.locator(".message .markdown");
    await rows.nth(markdowns.length).waitFor();
    const shown = await rows.evaluateAll((all) =>
      all.map((one) => {
        const copy = one.cloneNode(true) as Element;
        for (const bar of copy.querySelectorAll(".code-bar")) bar.remove();
        return copy.textContent ?? "";
      }),
    );
    expect(shown.slice(0, -1).map(letters)).toEqual(markdowns.map((one) => letters(plainOf(one))));
    expect(shown.at(-1)).toContain("<script>document.title=2</script>");
    expect(await page.title()).toBe("codex-hotline");
    const links = await page
      .locator(".markdown a")
      .evaluateAll((all) => all.map((one) => (one as HTMLAnchorElement).href));
    expect(links.filter((href) => !/^(https?|mailto):/u.test(href))).toEqual([]);
    expect(links.length).toBeGreaterThan(5);
  });

  test("grows in place, and the final takes its place", async () => {
    const { page, server } = await visit(aChat);
    await page.locator(".message").waitFor();
    server.live("c1", liveFrame({ text: "Hello **wor", stop: "stop-1" as Nonce }));
    await page.locator(".live strong", { hasText: "wor" }).waitFor();
    server.live("c1", liveFrame({ text: "ld** and more", keep: 11, stop: "stop-1" as Nonce }));
    await page.locator(".live", { hasText: "Hello world and more" }).waitFor();
    await page.getByRole("button", { name: "Stop" }).click();
    await expect.poll(() => said(server, "tap")).toMatchObject([{ chat: "c1", message: "", nonce: "stop-1" }]);
    server.pushMessage(server.book.add("c1", { content: text("done"), endsLive: "s1" }));
    await page.locator(".message", { hasText: "done" }).waitFor();
    expect(await page.locator(".live, .live-bar").count()).toBe(0);
  });
});

describe("a connection that is lost", () => {
  test("loses and doubles nothing: not what happened meanwhile, not what was written", async () => {
    const { page, server } = await visit(aChat);
    await page.locator(".message").waitFor();
    server.refuseWith = 503;
    server.drop();
    await page.getByText("Connecting").waitFor();
    await send(page, "written offline");
    await page.getByText("Kept; it is sent when the connection is back").waitFor();
    server.book.add("c1", { content: text("happened meanwhile") });
    server.refuseWith = undefined;
    await expect
      .poll(() => texts(page), { timeout: 20_000 })
      .toEqual(["hello", "happened meanwhile", "written offline"]);
    expect(await page.locator(".unsent").count()).toBe(0);
  });

  test("and a page that is loaded again say a message under the id it had", async () => {
    const { page, server } = await visit((fresh) => {
      aChat(fresh);
      fresh.deaf = true;
    });
    await page.locator(".message").waitFor();
    await send(page, "say it twice");
    await expect.poll(() => said(server, "say").length).toBe(1);
    await page.reload();
    await expect.poll(() => said(server, "say").length).toBe(2);
    expect(new Set(said(server, "say").map((one) => one.id)).size).toBe(1);
    server.deaf = false;
    server.drop();
    await expect.poll(() => texts(page)).toEqual(["hello", "say it twice"]);
    await expect.poll(() => page.locator(".unsent").count()).toBe(0);
  });

  test("without the browser noticing is found when a person comes back to the page", async () => {
    const { page, server } = await visit(aChat);
    await page.locator(".message").waitFor();
    server.mute = true;
    await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
    await page.getByText("Connecting").waitFor();
    server.mute = false;
    server.book.add("c1", { content: text("meanwhile") });
    await expect.poll(() => texts(page), { timeout: 20_000 }).toEqual(["hello", "meanwhile"]);
  });

  test("for a missing token tells how to get in", async () => {
    const { page } = await visit((server) => {
      server.refuseWith = 401;
    });
    await page.getByRole("heading", { name: "This browser is not signed in" }).waitFor();
    expect(await page.locator("main").textContent()).toContain("Open the whole address again");
  });

  test("by an update loads the page anew, once, and keeps what was being written", async () => {
    const { page, server } = await visit(aChat);
    await page.locator(".message").waitFor();
    await field(page).fill("half a sentence");
    server.welcome = { build: "ba9876543210" };
    server.drop();
    await page.getByRole("button", { name: "Reload" }).waitFor();
    expect(await field(page).inputValue()).toBe("half a sentence");
    // The first page, its second connection, and the page that was loaded anew.
    expect(said(server, "hello")).toHaveLength(3);
  });
});

describe("a card", () => {
  const withButton = (server: PageServer): void =>
    void server.book.add("c1", {
      content: { ...text("Codex asks"), buttons: [[{ label: "Approve", nonce: "yes" as Nonce, style: "primary" }]] },
    });

  test("has buttons that wait for their answer, which is shown", async () => {
    const { page, server } = await visit((fresh) => {
      withButton(fresh);
      fresh.told = undefined;
    });
    await page.getByRole("button", { name: "Approve" }).click();
    await page.locator("button.pressed:disabled").waitFor();
    const tap = said(server, "tap")[0];
    expect(tap).toMatchObject({ chat: "c1", message: "1", nonce: "yes" });
    server.push({ type: "told", id: tap?.id ?? "", text: "Approved" });
    await page.getByRole("status").getByText("Approved").waitFor();
    expect(await page.locator("button.pressed").count()).toBe(0);
  });

  test("may answer with what must be read: a dialog that Esc closes", async () => {
    const { page } = await visit((fresh) => {
      withButton(fresh);
      fresh.told = { text: "Only @owner can approve here.", alert: true };
    });
    await page.getByRole("button", { name: "Approve" }).click();
    await page.getByRole("dialog").getByText("Only @owner can approve here.").waitFor();
    await page.keyboard.press("Escape");
    await expect.poll(() => page.getByRole("dialog").count()).toBe(0);
  });
});

describe("the keyboard", () => {
  test("sends by Enter, breaks a line by Shift+Enter, begins a chat by Ctrl+K", async () => {
    const { page, server } = await visit(aChat);
    await page.locator(".message").waitFor();
    await field(page).pressSequentially("one");
    await field(page).press("Shift+Enter");
    await field(page).pressSequentially("two");
    await field(page).press("Enter");
    await expect.poll(() => said(server, "say").map((one) => one.text)).toEqual(["one\ntwo"]);
    await page.keyboard.press("Control+k");
    await page.getByText("Nothing here yet").waitFor();
    await page.keyboard.type("new one");
    await page.keyboard.press("Enter");
    await expect.poll(() => said(server, "say").at(-1)?.text).toBe("new one");
    expect(said(server, "say").at(-1)?.chat).not.toBe("c1");
    await page.getByRole("navigation").getByText("new one").first().waitFor();
  });

  test("chooses a command by its first letters and arrows", async () => {
    const { page, server } = await visit((fresh) => {
      aChat(fresh);
      fresh.welcome = {
        commands: ["stop", "status", "new"].map((name) => ({ name, description: `does ${name}` })),
      };
    });
    await page.locator(".message").waitFor();
    await field(page).pressSequentially("/st");
    expect(await page.getByRole("option").allTextContents()).toEqual(["/stopdoes stop", "/statusdoes status"]);
    await field(page).press("ArrowDown");
    await field(page).press("Enter");
    expect(await field(page).inputValue()).toBe("/status ");
    await field(page).press("Enter");
    await expect.poll(() => said(server, "say").map((one) => one.text)).toEqual(["/status"]);
  });

  test("of a phone breaks lines by Enter; every button there has a name", async () => {
    const { page, server } = await visit(aChat, phone);
    await page.locator(".message").waitFor();
    await field(page).fill("one");
    await field(page).press("Enter");
    await field(page).pressSequentially("two");
    await page.getByRole("button", { name: "Send" }).tap();
    await expect.poll(() => said(server, "say").map((one) => one.text)).toEqual(["one\ntwo"]);
    const names = await page
      .locator("button:visible")
      .evaluateAll((all) => all.map((one) => one.getAttribute("aria-label") ?? one.textContent ?? ""));
    expect(names.filter((name) => name.trim() === "")).toEqual([]);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
    expect(wide).toBe(false);
  });
});

describe("files", () => {
  const paste = (page: Page, length: number): Promise<void> =>
    page.evaluate((count) => {
      const data = new DataTransfer();
      data.setData("text/plain", "0123456789".repeat(count / 10));
      document.activeElement?.dispatchEvent(
        new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }),
      );
    }, length);

  test("a text of 50 MB that is pasted becomes a file and goes with the message", async () => {
    const { page, server } = await visit((fresh) => {
      aChat(fresh);
      fresh.welcome = { maxFileBytes: 60_000_000 };
    });
    await page.locator(".message").waitFor();
    await paste(page, 50_000_000);
    await page.locator(".attachments .done", { hasText: "pasted.txt" }).waitFor();
    expect(await field(page).inputValue()).toBe("");
    await send(page, "see the log");
    await expect.poll(() => said(server, "say")).toMatchObject([{ text: "see the log", files: ["f1"] }]);
    expect(server.book.files.get("f1")).toMatchObject({ name: "pasted.txt", bytes: 50_000_000 });
    await page.locator(".file-card", { hasText: "50 MB" }).waitFor();
  });

  test("one beyond the limit is refused before a byte of it is sent", async () => {
    const { page, server } = await visit(aChat);
    await page.locator(".message").waitFor();
    await paste(page, 50_000_000);
    await page.getByText("Too large: 50 MB; at most 20 MB.").waitFor();
    expect(server.book.files.size).toBe(0);
    await page.getByRole("button", { name: "Remove pasted.txt" }).click();
    expect(await page.locator(".attachments").count()).toBe(0);
  });
});

test("a file the server refuses holds its message back until it is removed", async () => {
  const { page, server } = await visit((fresh) => {
    aChat(fresh);
    fresh.refuseUpload = "The disk is full.";
  });
  await page.locator(".message").waitFor();
  await page
    .locator("input[type=file]")
    .first()
    .setInputFiles({ name: "a.txt", mimeType: "text/plain", buffer: Buffer.from("a") });
  await page.getByText("Not uploaded: The disk is full.").waitFor();
  await send(page, "with a file");
  await page.getByText("Not sent: a file was not uploaded. Remove it or attach it again.").waitFor();
  expect(said(server, "say")).toEqual([]);
  await page.getByRole("button", { name: "Remove a.txt" }).click();
  await field(page).press("Enter");
  await expect.poll(() => said(server, "say")).toMatchObject([{ text: "with a file", files: [] }]);
});

test("2,000 messages load as they are scrolled to, and a new one draws only itself", async () => {
  const { page, server } = await visit(({ book }) => {
    for (let n = 1; n <= 2000; n += 1) {
      book.add("c1", {
        from: n % 2 === 1 ? "person" : "bot",
        content: { pieces: [{ as: "markdown", text: `**number** ${n}` }] },
      });
    }
  });
  const rows = page.locator(".message");
  const button = page.locator("button.older");
  await page.locator("#m2000").waitFor();
  while ((await button.count()) > 0) {
    const before = await rows.count();
    await page.locator(".scroller").evaluate((scroller) => {
      scroller.scrollTop = 0;
    });
    // The last page may have come by itself while the others were counted.
    await expect.poll(async () => (await rows.count()) > before || (await button.count()) === 0).toBe(true);
  }
  const shown = await page.locator(".message .markdown").allTextContents();
  expect(shown.map((one) => Number(/number (\d+)/u.exec(one)?.[1]))).toEqual(shown.map((_, index) => index + 1));
  expect(shown).toHaveLength(2000);
  await page.evaluate(() => {
    const changed: string[] = [];
    Object.assign(window, { changed });
    new MutationObserver((all) => changed.push(...all.map((one) => (one.target as Element).className))).observe(
      document.querySelector(".column") ?? document.body,
      { childList: true, subtree: true, characterData: true, attributes: true },
    );
  });
  server.pushMessage(server.book.add("c1", { content: text("the newest") }));
  await page.locator("#m2001").waitFor({ state: "attached" });
  expect(await page.evaluate(() => (window as unknown as { changed: string[] }).changed)).toEqual(["column"]);
  await page.getByRole("button", { name: "Jump to the newest message" }).click();
  await expect.poll(() => page.locator("#m2001").isVisible()).toBe(true);
});

test("the colours follow the device until a person chooses, and the choice stays", async () => {
  const { page } = await visit(aChat);
  const ground = (): Promise<string> => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await page.emulateMedia({ colorScheme: "dark" });
  await expect.poll(ground).toBe("rgb(21, 24, 28)");
  await page.getByRole("button", { name: "Colours: as the device" }).click();
  await expect.poll(ground).toBe("rgb(255, 255, 255)");
  await page.reload();
  await page.getByRole("button", { name: "Colours: light" }).waitFor();
  expect(await ground()).toBe("rgb(255, 255, 255)");
});

test("a new message of another chat is counted in the list and the title until that chat is opened", async () => {
  const { page, server } = await visit((fresh) => {
    fresh.book.add("c2", { content: text("other chat") });
    aChat(fresh);
  });
  await page.locator(".message").waitFor();
  server.pushMessage(server.book.add("c2", { content: text("the answer") }));
  await page.getByRole("img", { name: "1 unread" }).waitFor();
  expect(await page.title()).toBe("(1) codex-hotline");
  await page.getByRole("navigation").getByText("other chat").click();
  await expect.poll(() => texts(page)).toEqual(["other chat", "the answer"]);
  await expect.poll(() => page.title()).toBe("codex-hotline");
});

test("the operations view is watched while it is open, and stops a turn", async () => {
  const { page, server } = await visit(aChat, phone);
  await page.locator(".message").waitFor();
  await page.getByRole("button", { name: "Chats" }).tap();
  await page.getByRole("link", { name: "Operations" }).tap();
  await expect.poll(() => said(server, "watch")).toEqual([{ type: "watch", on: true }]);
  const none = { requests: [], outbox: [], processes: [], audit: [], chats: [], owners: ["web:local"] };
  const view = {
    ...none,
    now: Date.now(),
    version: "1.2.3",
    pid: 1,
    startedAt: Date.now(),
    memory: 1e6,
    ready: true,
    queue: { waiting: 0, active: 1 },
    parts: [{ name: "redis", state: "ready" }],
    turns: [{ chat: "telegram~main~1", project: "app", startedAt: Date.now(), doing: "npm test" }],
  };
  server.push({ type: "operations", view });
  await page.getByText("npm test").waitFor();
  await page.getByRole("button", { name: "Stop" }).tap();
  await expect.poll(() => said(server, "stopTurn")).toMatchObject([{ chat: "telegram~main~1" }]);
  await page.getByRole("button", { name: "Chats" }).tap();
  await page.getByRole("navigation").getByText("hello").first().tap();
  await expect.poll(() => said(server, "watch").at(-1)).toEqual({ type: "watch", on: false });
});
