import { rename, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { silentLogger } from "../../src/lib/log.ts";
import { connectRedis, type RedisLink } from "../../src/redis/connection.ts";
import { shell, text } from "../emulators/model/steps.ts";
import type { Chat } from "../emulators/telegram/chats.ts";
import { strays } from "../fixtures/key-walk.ts";
import { ServiceWorld } from "./harness.ts";

let world: ServiceWorld;
let bob: Chat;

afterEach(async () => {
  expect(world.telegram.violations).toEqual([]);
  await world.dispose();
});

async function twoChats(codex: Readonly<Record<string, unknown>> = {}): Promise<void> {
  world = await ServiceWorld.create({ codex, config: { access: { owners: ["telegram:1001", "telegram:1002"] } } });
  bob = world.telegram.privateChat(world.telegram.user(1002, { first_name: "Bob", language_code: "en" }));
  await world.start();
  world.model.on(/alpha/, [text("Alpha is noted.")]);
  world.model.on(/beta/, [text("Beta is noted.")]);
  world.say("remember alpha");
  await world.message("Alpha is noted.");
  sayAsBob("remember beta");
  await world.waitFor(() => told("Beta is noted.") === 1, "the answer in the other chat");
}

function sayAsBob(words: string): void {
  world.telegram.phone.say(bob, world.telegram.user(1002, { first_name: "Bob", language_code: "en" }), words);
}

const told = (words: string): number => world.telegram.fromBot(bob).filter((m) => m.text.startsWith(words)).length;
/** Model requests that answer these words. */
const asked = (words: string): number => world.model.requests.filter((r) => r.userTexts.at(-1) === words).length;
const file = (): string => join(world.dir, "out.gz");

async function run(...args: readonly string[]): Promise<readonly [number | null, string]> {
  const command = world.hotline(...args);
  return [await command.ends, command.output()];
}

/** The service stopped, and its data folder put away. */
async function looseData(): Promise<void> {
  expect(await world.stop()).toBe(0);
  await rename(world.dataDir, join(world.dir, "old"));
}

async function onData<T>(look: (link: RedisLink) => Promise<T>): Promise<T> {
  const link = await connectRedis({
    target: { socketPath: join(world.dataDir, "redis", "redis.sock") },
    logger: silentLogger,
  });
  try {
    return await look(link);
  } finally {
    link.close();
  }
}

it("L2: conversations go on in their threads in a restored installation, settings are kept, nothing comes twice", async () => {
  await twoChats();
  world.say("/settings");
  await world.tap(await world.message("How this chat works"), "中文").answer;
  await world.waitFor(() => world.sent.some((m) => m.text.includes("此聊天的工作方式")), "the setting");
  const [code, output] = await run("backup", file());
  expect([code, output]).toEqual([0, expect.stringContaining(`2 chats are in ${file()}`)]);
  expect((await stat(file())).mode & 0o777).toBe(0o600);
  const threads = new Set(world.model.requests.map((r) => r.threadId));
  await looseData();
  expect((await run("restore", file()))[0]).toBe(0);
  await world.start();
  world.model.on(/which/, [text("Both.")]);
  world.say("which word?");
  await world.message("Both.");
  sayAsBob("which word?");
  await world.waitFor(() => told("Both.") === 1, "the answer in the other chat");
  expect(new Set(world.model.requests.map((r) => r.threadId))).toEqual(threads);
  expect([asked("remember alpha"), asked("remember beta"), asked("which word?")]).toEqual([1, 1, 2]);
  expect([told("Beta is noted."), world.sent.filter((m) => m.text.startsWith("Alpha is noted.")).length]).toEqual([
    1, 1,
  ]);
  world.say("/id");
  expect(await onData(strays)).toEqual([]);
  const language = await onData(({ redis, keys }) => redis.hget(keys.state("telegram~main~1001" as never), "b"));
  expect(language).toContain('"language":"zh-CN"');
});

it("L7 L12: an approval that was open is ended visibly, what was unread is answered, what was answered is not", async () => {
  await twoChats({ approvalPolicy: "untrusted", sandbox: "danger-full-access" });
  world.model.on(/push/, [shell("printf pushed"), text("Pushed.")]);
  world.say("push it");
  const card = await world.message("printf pushed");
  expect((await run("backup", file()))[0]).toBe(0);
  expect((await run("stop", "--now"))[0]).toBe(0);
  await rename(world.dataDir, join(world.dir, "old"));
  expect((await run("restore", file()))[0]).toBe(0);
  await world.start();
  await world.message("The service restarted during this turn");
  await world.waitFor(() => card.text.startsWith("This request ended with the turn."), "the card");
  sayAsBob("beta again");
  await world.waitFor(() => told("Beta is noted.") === 2, "the other chat goes on");
  expect(asked("push it")).toBe(1);
});

it("a restore is refused while the service runs, onto data that is there, and from a damaged file, and changes nothing", async () => {
  await twoChats();
  await run("backup", file());
  expect(await run("restore", file())).toEqual([1, expect.stringContaining("already runs")]);
  expect(await world.stop()).toBe(0);
  expect(await run("restore", file())).toEqual([1, expect.stringContaining("already holds 2 chats")]);
  expect(await run("restore", join(world.dir, "none"))).toEqual([1, expect.stringContaining("there is no file ")]);
  await writeFile(join(world.dir, "half.gz"), "half");
  expect(await run("restore", "--force", join(world.dir, "half.gz"))).toEqual([
    1,
    expect.stringContaining("no whole backup"),
  ]);
  // Stopped, it starts its own Redis for as long as it takes.
  expect((await run("backup", join(world.dir, "stopped.gz")))[0]).toBe(0);
  expect(await run("restore", "--force", join(world.dir, "stopped.gz"))).toEqual([
    0,
    expect.stringContaining("Removes 2 chats"),
  ]);
  await world.start();
  sayAsBob("beta again");
  await world.waitFor(() => told("Beta is noted.") === 2, "the conversation goes on");
});

it("data of a newer version is refused with 78 and what to do", async () => {
  await twoChats();
  await onData(({ redis, keys }) => redis.hset(keys.format, "n", "7", "by", "9.0.0"));
  expect(await world.stop()).toBe(0);
  expect(await run("start")).toEqual([
    78,
    expect.stringMatching(/written by codex-hotline 9\.0\.0 in format 7.*restore/),
  ]);
  expect(await run("backup", file())).toEqual([78, expect.stringContaining("9.0.0")]);
});
