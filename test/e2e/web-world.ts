import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContext, Locator, Page } from "playwright-core";
import { stringify } from "yaml";
import { writeCodexHome } from "../emulators/model/codex-home.ts";
import { ModelEmulator } from "../emulators/model/model-emulator.ts";
import { launchChromium } from "../fixtures/chromium.ts";
import { BuiltService } from "./service.ts";

/** What a world may do differently. */
export interface WebWorldOptions {
  /** Codex is not signed in and no project is configured: as on a machine where nothing was ever set up. */
  readonly bare?: boolean;
  readonly codex?: Readonly<Record<string, unknown>>;
  readonly config?: Readonly<Record<string, unknown>>;
}

/** The same over restarts: a page that is open comes back to it. */
function freePort(): Promise<number> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

const phone = { width: 390, height: 780 };

/** A machine with the built service on it, the web chat in a real Chromium, the real Codex binary, a real Redis; the model on loopback. */
export class WebWorld {
  readonly model = new ModelEmulator();
  readonly service: BuiltService;
  /** What the browser complained about: errors of the page, refusals of the content policy. */
  readonly complaints: string[] = [];
  readonly browser: Browser;
  #context: BrowserContext | undefined;
  #page: Page | undefined;

  private constructor(dir: string, browser: Browser) {
    this.service = new BuiltService(dir);
    this.browser = browser;
  }

  static async create(options: WebWorldOptions = {}): Promise<WebWorld> {
    const dir = await mkdtemp(join(tmpdir(), "hotline-e2e-"));
    const world = new WebWorld(dir, await launchChromium());
    await world.model.start();
    for (const folder of ["app", "home"]) await mkdir(join(dir, folder));
    await writeCodexHome(join(dir, "codex"), world.model.baseUrl);
    const config = {
      dataDir: join(dir, "data"),
      channels: { web: { listen: `127.0.0.1:${await freePort()}`, token: "a-token-for-this-test" } },
      timezone: "UTC",
      log: { level: "debug", pretty: false },
      ...(options.bare === true ? {} : setUp(dir, options)),
      ...options.config,
    };
    await writeFile(join(dir, "hotline.yaml"), stringify(config));
    return world;
  }

  /** Starts the built service and opens the printed address on a phone's screen. */
  async start(): Promise<void> {
    await this.startService();
    await this.open();
  }

  /** The printed address of the service that runs now. */
  get entry(): string {
    return this.service.output.match(/http:\/\/127\.0\.0\.1:\d+\/\?token=\S+/g)?.at(-1) ?? "";
  }

  async startService(): Promise<void> {
    this.service.output = "";
    void this.service.start();
    await this.until(async () => this.service.output.includes("Ready."), "the service is ready", 30_000);
  }

  async open(size = phone): Promise<Page> {
    this.#context ??= await this.browser.newContext({ viewport: size, reducedMotion: "reduce" });
    const page = await this.#context.newPage();
    page.on("pageerror", (error) => this.complaints.push(error.message));
    page.on("console", (message) => {
      // A connection that is refused while the service is away is what it is.
      const text = message.text();
      if (message.type() === "error" && !/WebSocket|net::ERR_|Failed to load resource/.test(text))
        this.complaints.push(text);
    });
    this.#page = page;
    await page.goto(this.entry);
    await this.composer.waitFor();
    return page;
  }

  get page(): Page {
    if (this.#page === undefined) throw new Error("no page is open");
    return this.#page;
  }

  get composer(): Locator {
    return this.page.getByRole("textbox", { name: "Message" });
  }

  /** Messages, oldest first. */
  get messages(): Locator {
    return this.page.locator("article.message");
  }

  async say(text: string): Promise<void> {
    await this.composer.fill(text);
    await this.page.getByRole("button", { name: "Send" }).click();
  }

  /** The newest message of the bot that holds the text. */
  async message(text: string | RegExp, timeoutMs = 20_000): Promise<Locator> {
    const found = this.page.locator("article.message.bot").filter({ hasText: text }).last();
    try {
      await found.waitFor({ timeout: timeoutMs });
    } catch (cause) {
      const shown = await this.messages.allInnerTexts();
      throw new Error(
        `never: ${String(text)}\nchat: ${JSON.stringify(shown)}\nservice: ${this.service.output.slice(-4000)}`,
        { cause },
      );
    }
    return found;
  }

  /** Keeps a picture of the page in `test-output/`. */
  async picture(name: string): Promise<void> {
    await this.page.screenshot({ path: `test-output/${name}.png` });
  }

  async until(condition: () => Promise<boolean>, what: string, timeoutMs = 20_000): Promise<void> {
    const end = Date.now() + timeoutMs;
    while (!(await condition())) {
      if (Date.now() > end) throw new Error(`never: ${what}\nservice: ${this.service.output.slice(-6000)}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async dispose(): Promise<void> {
    await this.browser.close();
    await this.service.endAll();
    await this.model.stop();
    await rm(this.service.dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}

function setUp(dir: string, options: WebWorldOptions): object {
  return {
    codex: { home: join(dir, "codex"), approvalPolicy: "never", sandbox: "danger-full-access", ...options.codex },
    projects: { app: { path: join(dir, "app") } },
  };
}
