import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { gunzipSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { loadConfig } from "../../config/load.ts";
import { FeishuEmulator } from "../emulators/feishu/feishu-emulator.ts";
import { TelegramEmulator } from "../emulators/telegram/telegram-emulator.ts";
import { PlatformProxy } from "../fixtures/platform-proxy.ts";
import { InitWorld, type Terminal } from "./init-world.ts";

const telegram = new TelegramEmulator();
const feishu = new FeishuEmulator();
let proxy: PlatformProxy;
let world: InitWorld;
let env: Readonly<Record<string, string>>;

beforeAll(async () => {
  await telegram.start();
  await feishu.start();
  proxy = new PlatformProxy({
    "api.telegram.org": telegram.url,
    "accounts.feishu.cn": feishu.url,
    "accounts.larksuite.com": feishu.url,
    "open.feishu.cn": feishu.url,
    "open.larksuite.com": feishu.url,
  });
  await proxy.start();
});
afterAll(async () => {
  await proxy.stop();
  await telegram.stop();
  await feishu.stop();
});
beforeEach(async () => {
  world = await InitWorld.create();
  await writeFile(world.path("ca.pem"), proxy.certificate);
  env = { HTTPS_PROXY: proxy.url, NODE_EXTRA_CA_CERTS: world.path("ca.pem") };
});
afterEach(() => world.dispose());

const load = () => loadConfig({ file: world.file, env: { HOME: world.path("home") } });

/** The registration link that was shown, with the code to scan below it. */
async function registrationLink(terminal: Terminal): Promise<URL> {
  await terminal.shows("Scan this with Feishu");
  await terminal.shows("tp=sdk");
  await terminal.shows("▀█▀");
  const link = /^https:\/\/accounts\.\S+$/m.exec(terminal.text)?.[0];
  return new URL(link ?? "about:blank");
}

describe("hotline init at a terminal", () => {
  it("asks for a bot until the platform knows it, through the proxy, and writes what was answered", async () => {
    const terminal = world.atTerminal(["init"], env);
    await terminal.shows("Where do you want to talk to Codex?");
    terminal.press("enter");
    await terminal.shows("Bot token");
    terminal.type("nonsense");
    terminal.press("enter");
    await terminal.shows("A token looks like");
    for (let n = 0; n < "nonsense".length; n++) terminal.type("\u007f");
    terminal.type("123456:a-token-nobody-knows-at-all-here");
    terminal.press("enter");
    await terminal.shows("Telegram refuses this token");
    await terminal.shows("Bot token");
    terminal.type(telegram.token);
    terminal.press("enter");
    await terminal.shows(`Telegram knows it: @${telegram.botUser.username}`);
    await terminal.shows("Which folders may Codex work in?");
    await terminal.shows(world.path("home/src/"));
    terminal.press("down", "space", "enter");
    await terminal.shows("In which of them does a new chat begin?");
    terminal.press("enter");
    await terminal.shows("Write it?");
    expect(existsSync(world.file)).toBe(false);
    terminal.press("enter");
    await terminal.shows("Written:");
    await terminal.shows(`https://t.me/${telegram.botUser.username}?start=`);
    await terminal.shows("▄");
    await terminal.shows("Start the service now?");
    terminal.press("left", "enter");
    await terminal.shows("Start it with: npx hotline start");
    expect(await terminal.end()).toBe(0);
    expect(terminal.text).not.toContain(telegram.token);
    expect(proxy.asked).toContain("api.telegram.org:443");
    const config = load();
    expect(config.channels.telegram).toMatchObject([{ token: telegram.token, apiRoot: "https://api.telegram.org" }]);
    expect(
      Object.values(config.projects)
        .map(({ path }) => path)
        .sort(),
    ).toEqual(["app", "site"].map((name) => world.path("home/src", name)));
  });

  it("makes an app by a scanned code, makes who scanned the owner, and keeps both when run again", async () => {
    const ada = feishu.person("Ada");
    const terminal = world.atTerminal(["init", "--project", world.path("home/src/app")], env);
    await terminal.shows("Where do you want to talk to Codex?");
    terminal.press("space", "down", "space", "enter");
    await terminal.shows("Feishu, or Lark?");
    terminal.press("down", "enter");
    await terminal.shows("How do you want to connect the app?");
    terminal.press("enter");
    const link = await registrationLink(terminal);
    const addons = JSON.parse(gunzipSync(Buffer.from(link.searchParams.get("addons") ?? "", "base64url")).toString());
    expect(addons.scopes.tenant).toContain("cardkit:card:write");
    expect(addons.events.items.tenant).toContain("im.message.receive_v1");
    expect(addons.callbacks.items).toEqual(["card.action.trigger"]);
    feishu.registration.confirm(ada, "lark");
    await terminal.shows(`The app is made: ${feishu.appId}`);
    await terminal.shows("Lark (international) knows it: Hotline");
    await terminal.shows("All needed scopes are granted.");
    await terminal.shows(`Shall the person who scanned (feishu:${ada.id}) own the service?`);
    terminal.press("enter");
    await terminal.shows("Write it?");
    terminal.press("enter");
    await terminal.shows(`feishu:${ada.id}: every right, everywhere.`);
    await terminal.shows("Start the service now?");
    terminal.press("ctrlC");
    await terminal.shows("is written.");
    expect(await terminal.end()).toBe(130);
    expect(load().channels.feishu).toMatchObject([
      { appId: feishu.appId, appSecret: feishu.appSecret, domain: "lark" },
    ]);
    expect(load().access.owners).toEqual([`feishu:${ada.id}`]);
    expect(feishu.violations).toEqual([]);
    const before = await world.read(world.file);
    const again = world.atTerminal(["init"], env);
    await again.shows("Where do you want to talk to Codex?");
    again.press("enter");
    await again.shows("Keep Hotline?");
    again.press("enter");
    await again.shows("Which folders shall be added?");
    again.press("enter");
    await again.shows("stays as it is");
    await again.shows("Start the service now?");
    again.press("left", "enter");
    expect(await again.end()).toBe(0);
    expect(await world.read(world.file)).toBe(before);
  });

  it("tells a declined request from an expired code and asks again; Ctrl-C while it waits changes nothing", async () => {
    const terminal = world.atTerminal(["init", "--lark"], env);
    for (const [why, sentence] of [
      ["denied", "The request was declined on the phone."],
      ["expired", "The code has expired."],
    ] as const) {
      await terminal.shows("How do you want to connect the app?");
      terminal.press("enter");
      await registrationLink(terminal);
      feishu.registration.refuse(why);
      await terminal.shows(sentence);
    }
    await terminal.shows("How do you want to connect the app?");
    terminal.press("enter");
    await registrationLink(terminal);
    terminal.press("ctrlC");
    await terminal.shows("Ended. Nothing was changed.");
    expect(await terminal.end()).toBe(130);
    expect(existsSync(world.path("home/.config"))).toBe(false);
    expect(proxy.asked).toContain("accounts.larksuite.com:443");
  });

  it("says that the accounts service cannot be reached, and takes an app that is typed", async () => {
    const closed = new PlatformProxy({ "open.feishu.cn": feishu.url });
    await closed.start();
    await writeFile(world.path("ca.pem"), closed.certificate);
    const terminal = world.atTerminal(["init", "--feishu-domain", "feishu"], { ...env, HTTPS_PROXY: closed.url });
    await terminal.shows("How do you want to connect the app?");
    terminal.press("enter");
    await terminal.shows("The platform cannot be reached (");
    for (const secret of ["WrongSecretWrongSecret", feishu.appSecret]) {
      await terminal.shows("How do you want to connect the app?");
      terminal.press("down", "enter");
      await terminal.shows("https://open.feishu.cn/app");
      await terminal.shows("App ID (empty: leave it out)");
      terminal.type(feishu.appId);
      terminal.press("enter");
      await terminal.shows("App Secret");
      terminal.type(secret);
      terminal.press("enter");
      await terminal.shows(
        secret === feishu.appSecret ? "Feishu knows it: Hotline" : "The platform refuses App ID and secret.",
      );
    }
    await terminal.shows("Which folders may Codex work in?");
    terminal.press("enter");
    await terminal.shows("Write it?");
    terminal.press("enter");
    await terminal.shows(`applink.feishu.cn/client/bot/open?appId=${feishu.appId}`);
    await terminal.shows("Start the service now?");
    terminal.press("right", "enter");
    expect(await terminal.end()).toBe(0);
    await closed.stop();
    expect(load().channels.feishu).toMatchObject([
      { appId: feishu.appId, appSecret: feishu.appSecret, domain: "feishu" },
    ]);
  });

  it("speaks Chinese where the terminal does, and Ctrl-C at a question changes nothing", async () => {
    const terminal = world.atTerminal(["init"], { ...env, LANG: "zh_CN.UTF-8" });
    await terminal.shows("服务使用哪种语言？");
    terminal.press("enter");
    await terminal.shows("想在哪里与 Codex 对话？");
    terminal.press("ctrlC");
    await terminal.shows("已结束。没有任何改动。");
    expect(await terminal.end()).toBe(130);
    expect(existsSync(world.path("home/.config"))).toBe(false);
  });

  it("starts the service when told to; the code that was shown before is the one that owns it", async () => {
    const args = [
      "--project",
      world.path("home/src/app"),
      "--telegram-token",
      telegram.token,
      "--telegram-api-root",
      telegram.url,
    ];
    const terminal = world.atTerminal(["init", ...args], { CODEX_HOME: world.path("codex") });
    await terminal.shows("Write it?");
    terminal.press("enter");
    await terminal.shows("?start=");
    const code = /\?start=([A-Z0-9]{4}-[A-Z0-9]{4})/.exec(terminal.text)?.[1];
    await terminal.shows("Start the service now?");
    terminal.press("enter");
    await terminal.shows(`?start=${code}`, 60_000);
    await terminal.shows("▄");
    await terminal.shows("Ready.");
    expect(existsSync(world.path("home/.local/share/codex-hotline/owner-codes.json"))).toBe(false);
    const meanwhile = await world.init(["--no-check"]);
    expect(meanwhile.output).toContain("The service is running with the settings it had.");
    expect(meanwhile.output).not.toContain("Start it with");
    terminal.press("ctrlC");
    expect(await terminal.end()).toBe(0);
  });
});
