import { existsSync } from "node:fs";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { loadConfig } from "../../config/load.ts";
import { FeishuEmulator } from "../emulators/feishu/feishu-emulator.ts";
import { TelegramEmulator } from "../emulators/telegram/telegram-emulator.ts";
import { InitWorld } from "./init-world.ts";

const telegram = new TelegramEmulator();
const feishu = new FeishuEmulator();
let world: InitWorld;

beforeAll(async () => {
  await telegram.start();
  await feishu.start();
});
afterAll(async () => {
  await telegram.stop();
  await feishu.stop();
});
beforeEach(async () => {
  world = await InitWorld.create();
});
afterEach(() => world.dispose());

const load = () => loadConfig({ file: world.file, env: { HOME: world.path("home") } });
const bot = () => ["--telegram-api-root", telegram.url];
const app = () => ["--feishu-domain", feishu.url, "--feishu-app-id", feishu.appId];

describe("hotline init without a terminal", () => {
  it("checks the bot, writes a configuration that loads, and tells how to own the service", async () => {
    const { code, output } = await world.init([...bot(), "--project", world.path("home/src/app")], {
      TELEGRAM_BOT_TOKEN: telegram.token,
    });
    expect(output).toContain(`Telegram knows it: @${telegram.botUser.username}`);
    const claim = /https:\/\/t\.me\/\w+\?start=([A-Z0-9]{4}-[A-Z0-9]{4})/.exec(output)?.[1];
    expect(claim).toBeDefined();
    expect(output).toContain("Start it with: npx hotline start");
    expect(output).not.toContain(telegram.token);
    expect(code).toBe(0);
    const config = load();
    expect(config.channels.telegram).toMatchObject([{ id: "main", token: telegram.token, apiRoot: telegram.url }]);
    expect(Object.entries(config.projects)).toMatchObject([["app", { path: world.path("home/src/app") }]]);
    expect([await world.mode(world.file), await world.mode(world.dotenv)]).toEqual([0o600, 0o600]);
    expect(await world.read(world.file)).not.toContain(telegram.token);
    const codes = await world.read(world.path("home/.local/share/codex-hotline/owner-codes.json"));
    expect(JSON.parse(codes)).toEqual({ "telegram~main": claim });
  });

  it("says what is wrong with a token nobody knows, and writes nothing", async () => {
    const { code, output } = await world.init([...bot(), "--telegram-token", "123456:not-this-one-for-sure-at-all"]);
    expect(output).toContain("Telegram refuses the token. Nothing was changed.");
    expect(output).not.toContain("not-this-one");
    expect(code).toBe(1);
    expect(existsSync(world.path("home/.config"))).toBe(false);
    const shape = await world.init(["--telegram-token", "nonsense"]);
    expect(shape).toMatchObject({ code: 1, output: expect.stringContaining("A token looks like") });
  });

  it("says that the platform cannot be reached, and takes the account unchecked when told to", async () => {
    const dead = ["--telegram-api-root", "http://127.0.0.1:9", "--telegram-token", "123456:abc"];
    const { code, output } = await world.init(dead);
    expect(output).toContain("Telegram cannot be reached");
    expect(output).toContain("HTTPS_PROXY");
    expect([code, existsSync(world.file)]).toEqual([1, false]);
    expect((await world.init([...dead, "--no-check"])).code).toBe(0);
    expect(load().channels.telegram[0]?.token).toBe("123456:abc");
  });

  it("checks an app, names the scopes that are missing and says what cannot be read", async () => {
    feishu.scopes.delete("cardkit:card:write");
    const { code, output } = await world.init([
      ...app(),
      "--feishu-app-secret",
      feishu.appSecret,
      "--owner",
      "feishu:ou_ada",
    ]);
    feishu.scopes.add("cardkit:card:write");
    expect(output).toContain("Feishu knows it: Hotline");
    expect(output).toContain("These scopes are missing: cardkit:card:write.");
    expect(output).toContain("card.action.trigger) cannot be read back");
    expect(output).toContain("feishu:ou_ada: every right, everywhere.");
    expect(code).toBe(0);
    expect(load().channels.feishu).toMatchObject([
      { appId: feishu.appId, appSecret: feishu.appSecret, domain: feishu.url },
    ]);
    expect(load().access.owners).toEqual(["feishu:ou_ada"]);
    const wrong = await world.init([...app(), "--feishu-app-secret", "WrongSecretWrongSecret"]);
    expect(wrong.output).toContain("The platform refuses App ID and secret. Nothing was changed.");
    expect(wrong.code).toBe(1);
    expect(load().channels.feishu[0]?.appSecret).toBe(feishu.appSecret);
    expect(feishu.violations).toEqual([]);
  });

  it("without any account writes a configuration for the web chat alone", async () => {
    const { code, output } = await world.init(["--language", "zh-CN"]);
    expect(output).toContain("网页聊天不需要账号");
    expect(code).toBe(0);
    expect(load()).toMatchObject({ language: "zh-CN", channels: { telegram: [], feishu: [] } });
  });

  it("run again changes nothing; a change to what is there needs --force and keeps the old file and token", async () => {
    const first = [...bot(), "--telegram-token", telegram.token, "--project", `web=${world.path("home/src/site")}`];
    await world.init(first);
    await writeFile(world.file, `${await world.read(world.file)}whileBusy: queue # mine\n`);
    await writeFile(world.dotenv, `${await world.read(world.dotenv)}MINE=1\n`);
    const before = await world.read(world.file);
    expect(await world.init(first)).toMatchObject({ code: 0, output: expect.stringContaining("stays as it is") });
    expect((await world.init()).code).toBe(0);
    expect(await world.read(world.file)).toBe(before);
    const more = ["--project", world.path("home/src/app"), "--no-check", "--telegram-token", "99:other"];
    const asked = await world.init(more);
    expect(asked.output).toContain(`+ projects.app.path: "${world.path("home/src/app")}"`);
    expect(asked.output).toContain("~ .env: TELEGRAM_BOT_TOKEN");
    expect(asked.output).toContain("Nothing was changed. Say --force");
    expect([asked.code, await world.read(world.file)]).toEqual([1, before]);
    expect(await world.init([...more, "--force"])).toMatchObject({
      code: 0,
      output: expect.stringContaining("hotline.yaml.bak"),
    });
    expect(await world.read(`${world.file}.bak`)).toBe(before);
    expect(await world.mode(`${world.file}.bak`)).toBe(0o600);
    expect(await world.read(world.dotenv)).toContain(`# before: TELEGRAM_BOT_TOKEN=${telegram.token}\nMINE=1\n`);
    const config = load();
    expect(config.whileBusy).toBe("queue");
    expect(Object.keys(config.projects)).toEqual(["web", "app"]);
    expect(config.channels.telegram[0]?.token).toBe("99:other");
    expect(config.secretFiles).toContain(`${world.file}.bak`);
  });

  it("goes on with what an init that was cut off has left", async () => {
    await mkdir(world.path("home/.config/codex-hotline"), { recursive: true });
    await writeFile(
      world.dotenv,
      "TELEGRAM_BOT_TOKEN=123456:abc\nFEISHU_APP_ID=cli_0123456789abcdef\nFEISHU_APP_SECRET=s1\n",
    );
    expect((await world.init(["--no-check"])).code).toBe(0);
    const yaml = await world.read(world.file);
    expect(yaml).toContain('token: "${TELEGRAM_BOT_TOKEN}"');
    expect(yaml).toContain('appSecret: "${FEISHU_APP_SECRET}"');
    expect(load().channels).toMatchObject({ telegram: [{ token: "123456:abc" }], feishu: [{ appSecret: "s1" }] });
  });

  it("writes beside a .env of this folder, which would not be read any more otherwise", async () => {
    await writeFile(world.path("here/.env"), "REDIS_URL=redis://127.0.0.1:1/0\n");
    expect((await world.init()).code).toBe(0);
    expect([existsSync(world.path("here/hotline.yaml")), existsSync(world.file)]).toEqual([true, false]);
  });

  it("says what is wrong with a configuration that cannot be used, and sets it aside only when told to", async () => {
    await mkdir(world.path("home/.config/codex-hotline"), { recursive: true });
    await writeFile(world.file, "langage: en\n");
    const { code, output } = await world.init();
    expect(output).toContain('did you mean "language"?');
    expect(output).toContain("Nothing was changed. Mend the file");
    expect([code, await world.read(world.file)]).toEqual([1, "langage: en\n"]);
    expect((await world.init(["--force"])).code).toBe(0);
    expect(await world.read(`${world.file}.bak`)).toBe("langage: en\n");
    expect(load().language).toBe("en");
  });

  it("is not fooled by a variable of the shell that would win over .env", async () => {
    const { code, output } = await world.init([...bot(), "--telegram-token", telegram.token], {
      TELEGRAM_BOT_TOKEN: "1:other",
    });
    expect(output).toContain("an environment variable of this shell says otherwise");
    expect([code, existsSync(world.file)]).toEqual([1, false]);
  });

  it.each([
    [["--project", "/no/such/folder"], "give a folder that is there"],
    [["--project", "1=/tmp"], "give a folder that is there, or NAME=FOLDER"],
    [["--owner", "ada"], "--owner ada: give a person such as telegram:1001"],
    [["--feishu-app-id", "cli_0123456789abcdef"], "An app needs both"],
  ])("refuses %j with a sentence and changes nothing", async (args, sentence) => {
    const { code, output } = await world.init(args);
    expect(output).toContain(sentence);
    expect([code, existsSync(world.path("home/.config"))]).toEqual([1, false]);
  });

  it("says that a folder cannot be written to, and leaves nothing half-written", async () => {
    await writeFile(world.path("taken"), "");
    const { code, output } = await world.init(["--config", world.path("taken/hotline.yaml")]);
    expect(output).toMatch(/hotline\.yaml cannot be read \(ENOTDIR\)\. Nothing was changed/);
    expect(code).toBe(1);
    expect(await readdir(world.dir)).toEqual(["here", "home", "taken"]);
  });
});
