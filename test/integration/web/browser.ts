import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { PageServer } from "../../emulators/page/page-server.ts";
import { launchChromium } from "../../fixtures/chromium.ts";

const ROOT = resolve(import.meta.dirname, "../../..");

/** Build id of the page in these tests. */
const build = "0123456789ab";

/** A phone of the usual size, and a desk. */
export const phone = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true } as const;
export const desk = { viewport: { width: 1280, height: 800 } } as const;

interface Bundler {
  bundlePage(root: string, outDir: string, sources: string): Promise<void>;
}

/** The bundled page, a real Chromium, and servers for them on loopback. */
export class PageWorld {
  private readonly folder = realpathSync(mkdtempSync(join(tmpdir(), "hotline-page-")));
  private browser: Browser | undefined;
  private readonly servers: PageServer[] = [];

  /** Bundles the page as a build does, and starts the browser. */
  async start(): Promise<void> {
    const module = pathToFileURL(join(ROOT, "src/cli/bootstrap/page.mjs")).href;
    const { bundlePage } = (await import(module)) as Bundler;
    await bundlePage(ROOT, this.folder, build);
    this.browser = await launchChromium();
  }

  /** A server nobody visited yet, and its address. */
  async serve(): Promise<{ readonly server: PageServer; readonly url: string }> {
    const server = new PageServer(join(this.folder, "adapters/web/page"));
    this.servers.push(server);
    return { server, url: await server.start() };
  }

  /** A browser window with a memory of its own. Errors of its scripts and refusals by its policy end in `faults`. */
  async window(context: BrowserContextOptions = desk): Promise<{ readonly page: Page; readonly faults: string[] }> {
    if (this.browser === undefined) throw new Error("the browser is not started");
    const page = await (await this.browser.newContext({ locale: "en-GB", ...context })).newPage();
    page.setDefaultTimeout(15_000);
    const faults: string[] = [];
    page.on("pageerror", (error) => faults.push(error.stack ?? error.message));
    page.on("console", (message) => {
      if (message.text().includes("Content Security Policy")) faults.push(message.text());
    });
    return { page, faults };
  }

  async stop(): Promise<void> {
    await this.browser?.close();
    for (const server of this.servers) await server.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
