import { existsSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { launchChromium } from "../../fixtures/chromium.ts";
import { type FreshClone, freshClone } from "./fresh-clone.ts";

let clone: FreshClone;
let server: Server | undefined;

beforeEach(async () => {
  clone = freshClone(["typescript"]);
  clone.fakeProgram("redis-server", "echo 'Redis server v=7.2.0 sha=0'");
  for (const name of ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]) {
    clone.removeProgram(name);
  }
});
afterEach(async () => {
  clone.remove();
  await new Promise((done) => (server === undefined ? done(undefined) : server.close(done)));
  server = undefined;
});

const served = async (html: string): Promise<string> => {
  const created = createServer((_request, response) => response.setHeader("content-type", "text/html").end(html));
  server = created;
  await new Promise<void>((done) => created.listen(0, "127.0.0.1", done));
  return `http://127.0.0.1:${(created.address() as AddressInfo).port}/`;
};

test("the browser that is found runs a page on loopback, with a font for Chinese characters", async () => {
  const address = await served(
    '<!doctype html><meta charset="utf-8"><p><span id="han">汉字</span></p><script>document.title = "runs"</script>',
  );
  const browser = await launchChromium();
  try {
    const page = await browser.newPage();
    await page.goto(address);
    expect(await page.title()).toBe("runs");
    // Without such a font both characters are the same empty box.
    const pictures = await page.evaluate<readonly string[]>(`["汉", "字"].map((character) => {
      const canvas = document.createElement("canvas");
      const pen = canvas.getContext("2d");
      pen.font = "40px sans-serif";
      pen.fillText(character, 10, 60);
      return canvas.toDataURL();
    })`);
    expect(pictures).toHaveLength(2);
    expect(pictures[0]).not.toBe(pictures[1]);
  } finally {
    await browser.close();
  }
});

const isRoot = process.getuid?.() === 0;
const isMac = process.platform === "darwin";

test.runIf(isRoot && !isMac)(
  "it is installed only for the tests, as root on Debian, once, the lists renewed only when that is needed",
  async () => {
    const log = `${clone.home}.apt`;
    // Knows no package until its lists are renewed; then installs a browser.
    clone.fakeProgram(
      "apt-get",
      `echo "$DEBIAN_FRONTEND $*" >> ${log}
     [ "$1" = update ] && touch ${log}.lists && exit 0
     [ -e ${log}.lists ] || { echo 'E: Unable to locate package chromium'; exit 100; }
     printf '#!/bin/sh\\n' > "\${0%/*}/chromium" && chmod +x "\${0%/*}/chromium"`,
    );
    await clone.bootstrap("start");
    expect(existsSync(log)).toBe(false);
    const run = await clone.bootstrap("test", { CHROMIUM: "" });
    expect(run.output).toBe(
      "Installing Chromium for the browser tests (100 MB, about a minute) …\nUpdating the package lists …\n",
    );
    const install = "noninteractive install -y -q --no-install-recommends chromium fonts-wqy-microhei";
    expect(readFileSync(log, "utf8").trim().split("\n")).toEqual([install, "noninteractive update -q", install]);
    expect(await clone.bootstrap("test", { CHROMIUM: "" })).toEqual({ code: 0, output: "" });
  },
);

test.skipIf(isMac)("who may not install it gets the command; CHROMIUM names one of your own", async () => {
  clone.fakeProgram("apt-get", "exit 100");
  const run = await clone.bootstrap("test", { CHROMIUM: "" });
  expect(run.code).toBe(1);
  expect(run.output.trimEnd().split("\n").at(-1)).toBe(
    'The tests drive the web page in a real browser, and none was found: run "sudo apt-get update && sudo apt-get install -y chromium", or set CHROMIUM to its program, and try again.',
  );
  clone.put("browser", "#!/bin/sh\n");
  expect((await clone.bootstrap("test", { CHROMIUM: join(clone.root, "browser") })).code).toBe(1);
  expect((await clone.bootstrap("test", { CHROMIUM: process.execPath })).code).toBe(0);
});
