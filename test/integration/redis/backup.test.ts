import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { silentLogger } from "../../../src/lib/log.ts";
import type { ChatKey, MessageId, RequestNumber, ThreadId } from "../../../src/model/ids.ts";
import { type BackupHead, readBackup, writeBackup } from "../../../src/redis/backup-file.ts";
import { readInstallation } from "../../../src/redis/backup-read.ts";
import { beginRestore, type Holdings, holdings } from "../../../src/redis/backup-restore.ts";
import { createChatStore } from "../../../src/redis/chat-store.ts";
import { connectRedis, type RedisLink } from "../../../src/redis/connection.ts";
import { createOutboxStore } from "../../../src/redis/outbox-store.ts";
import { createTranscriptStore } from "../../../src/redis/transcript-store.ts";
import { readTurnLog } from "../../../src/redis/turn-log.ts";
import { createWorkerRegistry } from "../../../src/redis/worker-registry.ts";
import type { TestRedis } from "../../fixtures/redis.ts";
import { startRedis } from "../../fixtures/redis.ts";
import {
  account,
  button,
  dump,
  endedTurn,
  facts,
  final,
  growing,
  newChat,
  node,
  owned,
  person,
  prompt,
  request,
  textOf,
} from "./samples.ts";

const head: BackupHead = { hotlineBackup: 1, data: 1, version: "0.1.0", madeAt: 1 };

let server: TestRedis;
let dir: string;
let file: string;
let link: RedisLink;
let prefix: string;

beforeAll(async () => {
  server = await startRedis();
  dir = mkdtempSync(join(tmpdir(), "hl-backup-"));
});
afterAll(async () => {
  await server.stop();
  rmSync(dir, { recursive: true, force: true });
});
beforeEach(async () => {
  prefix = server.keyPrefix();
  link = await server.link(prefix);
  file = join(dir, `${prefix}.gz`);
});

/** The file brought into another installation. */
async function restored(): Promise<{ readonly to: RedisLink; readonly prefix: string; readonly found: Holdings }> {
  const other = server.keyPrefix();
  const to = await server.link(other);
  const restore = await beginRestore(to, { data: 1, version: "0.1.0", source: "x" });
  await readBackup(file, (entry) => restore.write(entry));
  return { to, prefix: other, found: await restore.end() };
}

/** A chat in the middle of a turn, with everything a chat can have. */
async function busyChat(): Promise<ChatKey> {
  const chat = newChat();
  const me = node(link, "n-1");
  await me.ingress.ingest(chat, "u1", prompt("first"), { ...facts(chat), anchor: "7" as MessageId });
  const { lease } = await owned(me.chats, chat);
  const [mail] = await me.chats.readMail(chat);
  await me.chats.commit(lease, {
    ack: mail === undefined ? [] : [mail.id],
    binding: { threadId: "thread" as ThreadId, threadUsed: true, language: "zh-CN" },
    turn: { slot: "t-1", clientId: "c" as never, mailIds: [], delivered: true, startedAt: 1, steers: [] },
    process: { pid: 1, startedAt: "1", socket: "/x" } as never,
    view: growing("t-1", "i", "half an answer"),
    asked: [request(chat, 3)],
    buttons: [button(chat, "nonce")],
    ops: [final("unsent ü")],
    archive: growing("t-0", "i", "before"),
  });
  await me.ingress.ingest(chat, "u2", prompt("unread"), facts(chat));
  return chat;
}

/** Everything byte for byte but what is compared, or left out, by itself. */
async function rest(of: RedisLink, name: string, chat: ChatKey): Promise<unknown> {
  const { keys } = of;
  const apart = [
    keys.state(chat),
    keys.mailbox(chat),
    keys.outbox(chat),
    keys.scheduled,
    keys.processes("n-1"),
    keys.format,
  ];
  const kept = Object.entries(await dump(of, name)).filter(([key]) => !apart.includes(key));
  return kept.map(([key, value]) => [key.slice(name.length), value]);
}

describe("L2 L8: a restored installation", () => {
  it("knows who has which conversation, and what its turns did", async () => {
    const chat = newChat();
    const registry = createWorkerRegistry(link);
    await registry.beat("n-1", 60_000, { home: "h-1", pools: ["default"], projects: { app: "default" } });
    const chats = createChatStore({ link, node: "n-1", home: "h-1", logger: silentLogger });
    const { lease } = await owned(chats, chat);
    await chats.commit(lease, {
      binding: { threadId: "thread" as ThreadId, project: "app" },
      log: endedTurn(chat, "t-1"),
    });
    await writeBackup(file, head, readInstallation(link));
    const { to } = await restored();
    expect(await createWorkerRegistry(to).route(chat)).toEqual({ home: "h-1", project: "app" });
    // Nobody else may take what that machine has, though it is not back yet.
    const elsewhere = createChatStore({ link: to, node: "n-2", home: "h-2", logger: silentLogger });
    expect(await elsewhere.claim(chat)).toEqual({ elsewhere: true });
    const turns: string[] = [];
    for await (const turn of readTurnLog(to, { since: 0 })) turns.push(turn.slot);
    expect(turns).toEqual(["t-1"]);
  });

  it("has every key of a chat as it was, but nobody who lives", async () => {
    const chat = await busyChat();
    await writeBackup(file, head, readInstallation(link));
    const { to, prefix: other, found } = await restored();
    expect(found).toMatchObject({ chats: 1, owners: 0 });
    const state = await link.redis.hgetall(link.keys.state(chat));
    for (const field of ["own", "exp", "p", "pn", "ct", "vt"]) delete state[field];
    expect(await to.redis.hgetall(to.keys.state(chat))).toEqual(state);
    for (const stream of ["mailbox", "outbox"] as const)
      expect(await to.redis.xrange(to.keys[stream](chat), "-", "+")).toEqual(
        await link.redis.xrange(link.keys[stream](chat), "-", "+"),
      );
    expect(await rest(to, other, chat)).toEqual(await rest(link, prefix, chat));
  });

  it("keeps times to live as moments", async () => {
    const chat = await busyChat();
    await writeBackup(file, head, readInstallation(link));
    const { to } = await restored();
    for (const key of ["state", "view", "slots"] as const) {
      const [was, is] = [await link.redis.pttl(link.keys[key](chat)), await to.redis.pttl(to.keys[key](chat))];
      expect(Math.abs(was - is)).toBeLessThan(5000);
    }
  });

  it("serves chats with unread mail or a running turn, sends what was unsent, and knows what it had taken", async () => {
    const chat = await busyChat();
    const idle = newChat();
    await node(link, "n-1").ingress.ingest(idle, "u9", prompt("old"), facts(idle));
    const held = await owned(node(link, "n-1").chats, idle);
    const [old] = await node(link, "n-1").chats.readMail(idle);
    await node(link, "n-1").chats.commit(held.lease, { ack: old === undefined ? [] : [old.id] });
    await writeBackup(file, head, readInstallation(link));
    const { to } = await restored();
    const me = node(to, "n-2");
    expect(await me.chats.unowned(-1000)).toEqual([chat]);
    expect(await createOutboxStore({ link: to, node: "n-2", account }).pending()).toEqual([chat]);
    expect(await me.ingress.ingest(chat, "u1", prompt("first"), facts(chat))).toBe("duplicate");
    expect(await me.ingress.ingest(idle, "u9", prompt("old"), facts(idle))).toBe("duplicate");
    const { lease, record } = await owned(me.chats, chat);
    expect(lease.epoch).toBe(2);
    expect(record).toMatchObject({ binding: { language: "zh-CN" }, turn: { slot: "t-1" }, requests: [{ number: 3 }] });
    expect(record.view?.messages[0]?.text).toBe("half an answer");
    expect(record.process).toBeUndefined();
    expect(await me.chats.archived(chat, "t-0")).toMatchObject({ slot: "t-0" });
    expect(await me.chats.commit(lease, { settled: [{ number: 3 as RequestNumber, state: "ended" }] })).toBeUndefined();
  });

  it("keeps owners, the audit, request numbers and a chat's new address", async () => {
    const me = node(link, "n-1");
    const code = (await me.ingress.claimCode(account)) ?? "";
    await me.ingress.claim(account, code, person("ada"));
    const chat = await busyChat();
    const moved = newChat();
    await me.ingress.move(chat, moved);
    await me.chats.nextRequestNumber();
    await me.ingress.settle(request(chat, 3), person("ada"), { kind: "decision", decision: "accept" } as never);
    await writeBackup(file, head, readInstallation(link));
    const { to, found } = await restored();
    const other = node(to, "n-2");
    expect(found.owners).toBe(1);
    expect(await other.ingress.owners()).toEqual(["telegram:ada"]);
    expect(await other.ingress.resolve(moved)).toBe(chat);
    expect(await other.chats.nextRequestNumber()).toBe(2);
    expect(await to.redis.xlen(to.keys.audit)).toBe(1);
    expect((await other.ingress.request(3 as RequestNumber))?.state).toBe("answering");
  });

  it("keeps the web chat: its messages, its list, and messages on their way in", async () => {
    const chat = "web~main~1" as ChatKey;
    const of = createTranscriptStore({ link, account: "web~main" });
    await of.add(chat, "k1", { body: { text: "hello" } as never, title: "hello", pending: true });
    await writeBackup(file, head, readInstallation(link));
    const { to } = await restored();
    const again = createTranscriptStore({ link: to, account: "web~main" });
    expect((await again.page(chat, 10)).entries).toEqual((await of.page(chat, 10)).entries);
    expect(await again.pending()).toHaveLength(1);
    expect((await again.chats()).map(({ title }) => title)).toEqual(["hello"]);
    expect((await again.add(chat, "k1", { body: { text: "hello" } as never })).id).toBe("1");
    expect((await again.add(chat, "k2", { body: { text: "more" } as never })).id).toBe("2");
  });
});

/** What reading one batch may take, ms. */
const readMs = 50;

it("L2: what is taken while backups are written is in each of them whole or not at all", async () => {
  const chats = Array.from({ length: 20 }, () => newChat());
  const me = node(link, "n-1");
  let written = 0;
  const writing = (async () => {
    for (let n = 0; n < 200; n++) {
      await Promise.all(chats.map((chat) => me.ingress.ingest(chat, `u${n}`, prompt(`u${n}`), facts(chat))));
      written++;
    }
  })();
  const files: string[] = [];
  while (written < 200 && files.length < 8) {
    files.push(`${file}${files.length}`);
    await writeBackup(files.at(-1) ?? "", head, readInstallation(link));
  }
  await writing;
  expect(files.length).toBeGreaterThan(1);
  for (file of files) {
    const other = node((await restored()).to, "n-2");
    for (const chat of chats) {
      const items = await other.chats.readMail(chat);
      const mail = items.map((item) => textOf(item.mail));
      const moment = (id: string | undefined): number => Number(id?.split("-")[0] ?? 0);
      const before = items.filter(({ id }) => moment(id) < moment(items.at(-1)?.id) - readMs).length;
      const all = Array.from({ length: mail.length + 2 }, (_, at) => `u${at}`);
      const tokens = (await Promise.all(all.map((id) => other.ingress.seen(chat, id)))).filter(Boolean).length;
      expect(mail).toEqual(all.slice(0, mail.length));
      // What was taken right before the chat was read may lack its token: it could come again, but is not lost.
      expect(tokens).toBeGreaterThanOrEqual(before);
      expect(tokens).toBeLessThanOrEqual(mail.length);
    }
  }
});

describe("the file", () => {
  it("is private, and there is nothing beside it, even when the writing fails", async () => {
    await busyChat();
    await writeBackup(file, head, readInstallation(link));
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const before = readFileSync(file);
    const dies = (async function* () {
      yield { key: "owners", type: "set" as const, value: ["a"] };
      throw new Error("no more");
    })();
    await expect(writeBackup(file, head, dies)).rejects.toThrow("no more");
    expect(readFileSync(file)).toEqual(before);
    expect(readdirSync(dir).filter((name) => name.includes(".part"))).toEqual([]);
  });

  it("holds no lease, no process and no secret of the configuration, one JSON value a line", async () => {
    await busyChat();
    await writeBackup(file, head, readInstallation(link));
    const lines = gunzipSync(readFileSync(file))
      .toString()
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines[0]).toEqual(head);
    expect(lines.at(-1)).toMatchObject({ entries: lines.length - 2, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(lines.some((line) => /^(ac:|np:|sched|nodes|format)/.test(line.key ?? ""))).toBe(false);
  });

  it.each<[string, (whole: Buffer) => Buffer]>([
    ["cut off", (whole) => whole.subarray(0, whole.length - 40)],
    ["empty", () => Buffer.alloc(0)],
    ["something else", () => Buffer.from("hello")],
    ["without its end", (whole) => edited(whole, (lines) => lines.slice(0, -1))],
    ["without a line", (whole) => edited(whole, (lines) => lines.toSpliced(1, 1))],
    [
      "changed in a line",
      (whole) => edited(whole, (lines) => lines.with(1, String(lines[1]).replace("first", "worst").replace(/\d/, "9"))),
    ],
    [
      "of a newer format",
      (whole) => edited(whole, (lines) => lines.with(0, JSON.stringify({ ...head, hotlineBackup: 2 }))),
    ],
  ])("%s is refused", async (_name, spoil) => {
    await busyChat();
    await writeBackup(file, head, readInstallation(link));
    writeFileSync(file, spoil(readFileSync(file)));
    await expect(readBackup(file)).rejects.toMatchObject({ code: "backupUnfit" });
  });

  it("with a key that no backup holds is refused", async () => {
    const foreign = (async function* () {
      yield { key: "ac:telegram~main:ls", type: "hash" as const, value: ["own", "n-9"] };
    })();
    await writeBackup(file, head, foreign);
    await expect(restored()).rejects.toMatchObject({ code: "backupUnfit" });
  });
});

it("a restore removes what was there, queued activations too, and counts it before", async () => {
  await writeBackup(file, head, readInstallation(link));
  const chat = await busyChat();
  await link.redis.set(`${link.keys.queue}:act-default:id`, "1");
  expect(await holdings(link)).toMatchObject({ chats: 1 });
  const restore = await beginRestore(link, { data: 1, version: "0.1.0", source: "x" });
  await readBackup(file, (entry) => restore.write(entry));
  expect(await restore.end()).toEqual({ chats: 0, owners: 0, keys: 0 });
  expect(await link.redis.exists(link.keys.state(chat), `${link.keys.queue}:act-default:id`)).toBe(0);
});

function edited(whole: Buffer, change: (lines: readonly string[]) => readonly string[]): Buffer {
  return gzipSync(`${change(gunzipSync(whole).toString().trimEnd().split("\n")).join("\n")}\n`);
}

it("an operator's command does not wait for a Redis that is away, and says why", async () => {
  const target = { socketPath: join(dir, "nobody.sock") };
  await expect(connectRedis({ target, logger: silentLogger, impatient: true })).rejects.toMatchObject({
    code: "redisUnavailable",
    message: expect.stringContaining("ENOENT"),
  });
});
