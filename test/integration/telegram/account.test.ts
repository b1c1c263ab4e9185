import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { Agent, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Attachment } from "../../../src/model/message.ts";
import { rig } from "./rig.ts";
import { type ScriptedApi, startScriptedApi, token } from "./scripted-api.ts";

let api: ScriptedApi;
let dir: string;
const never = new AbortController().signal;
const attachment: Attachment = { kind: "file", ref: "FILE" };

beforeEach(async () => {
  api = await startScriptedApi();
  dir = await mkdtemp(join(tmpdir(), "telegram-"));
});
afterEach(async () => {
  await api.close();
  await rm(dir, { recursive: true, force: true });
});

/** What the promise rejects with; throws when it does not. */
async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("did not reject");
}

/** Everything an error could show, with causes. */
function shown(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return [error.message, error.stack, JSON.stringify(error), error.cause === undefined ? "" : shown(error.cause)].join(
    "\n",
  );
}

describe("identity", () => {
  test("is the bot's name and a link that claims it", async () => {
    const identity = await rig(api.root).channel.identify(never);
    expect(identity.name).toBe("@our_bot");
    expect(identity.claimLink?.("K7QM-2F9D")).toBe("https://t.me/our_bot?start=K7QM-2F9D");
  });

  test("a trailing slash of the API root does no harm", async () => {
    expect((await rig(`${api.root}/`).channel.identify(never)).name).toBe("@our_bot");
  });

  test("L10: a refused token and an unreachable server are told apart, without the token", async () => {
    api.next("getMe", { code: 401, description: "Unauthorized" }, { html: 502 });
    const { channel } = rig(api.root);
    const refused = await rejection(channel.identify(never));
    const unreachable = await rejection(channel.identify(never));
    expect(refused).toMatchObject({ code: "channelUnauthorized", retryable: false });
    expect(unreachable).toMatchObject({ code: "channelUnreachable", retryable: true });
    expect(shown(refused) + shown(unreachable)).not.toContain(token.slice(3));
  });
});

describe("the command menu", () => {
  const commands = {
    en: [{ name: "new", description: "start afresh" }],
    "zh-CN": [{ name: "new", description: "新的对话" }],
  };

  test("is set for every language, and again only when it differs", async () => {
    const { channel } = rig(api.root);
    api.next("getMyCommands", { result: [] }, { result: [{ command: "new", description: "新的对话" }] });
    await channel.publishCommands(commands, never);
    expect(api.of("setMyCommands").map(({ body }) => body)).toEqual([
      { commands: [{ command: "new", description: "start afresh" }] },
    ]);
    expect(api.of("getMyCommands").map(({ body }) => body)).toEqual([{}, { language_code: "zh" }]);
  });
});

describe("downloads", () => {
  const found = { result: { file_id: "FILE", file_unique_id: "u", file_path: "documents/a.bin" } };

  test("are stored whole under the name asked for, with nothing beside it", async () => {
    const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, index) => index % 251));
    api.next("getFile", found);
    api.next("file", { file: bytes });
    await rig(api.root).channel.download(attachment, join(dir, "a"), never);
    expect((await readFile(join(dir, "a"))).equals(bytes)).toBe(true);
    expect(await readdir(dir)).toEqual(["a"]);
  });

  test("over 20 MB are refused: by the size told, by Telegram, and by counting", async () => {
    const { channel } = rig(api.root);
    api.next("getFile", { code: 400, description: "Bad Request: file is too big" }, found);
    api.next("file", { file: Buffer.alloc((20 << 20) + 1), announce: false });
    for (const size of [(20 << 20) + 1, 1, 1]) {
      expect(await rejection(channel.download({ ...attachment, size }, join(dir, "a"), never))).toMatchObject({
        code: "fileTooLarge",
      });
    }
    expect(await readdir(dir)).toEqual([]);
  });

  test("of files Telegram no longer has say so", async () => {
    const { channel } = rig(api.root);
    api.next(
      "getFile",
      { code: 400, description: "Bad Request: wrong file_id or the file is temporarily unavailable" },
      found,
      { result: { file_id: "FILE" } },
    );
    api.next("file", { html: 404 });
    for (let round = 0; round < 3; round += 1) {
      expect(await rejection(channel.download(attachment, join(dir, "a"), never))).toMatchObject({ code: "fileGone" });
    }
  });

  test("L10: that break off leave nothing behind and do not tell the token", async () => {
    const { channel } = rig(api.root);
    api.next("getFile", found, found);
    api.next("file", "drop", { html: 500 });
    for (let round = 0; round < 2; round += 1) {
      const error = await rejection(channel.download(attachment, join(dir, "a"), never));
      expect(error).toMatchObject({ code: "channelUnreachable" });
      expect(shown(error)).not.toContain(token.slice(3));
    }
    expect(await readdir(dir)).toEqual([]);
  });

  test("from a local Bot API server are copied from its disk", async () => {
    await writeFile(join(dir, "server-file"), "local");
    api.next(
      "getFile",
      { result: { file_id: "FILE", file_path: join(dir, "server-file") } },
      { result: { file_id: "FILE", file_path: join(dir, "nowhere") } },
    );
    const { channel } = rig(api.root);
    await channel.download(attachment, join(dir, "a"), never);
    expect(await readFile(join(dir, "a"), "utf8")).toBe("local");
    expect(await rejection(channel.download(attachment, join(dir, "b"), never))).toMatchObject({ code: "fileGone" });
  });
});

describe("a proxy", () => {
  test("carries calls and downloads", async () => {
    const seen: string[] = [];
    const proxy = createServer((req, res) => {
      seen.push(req.url ?? "");
      const body =
        req.url?.endsWith("getMe") === true ? { id: 42, username: "our_bot" } : { file_id: "FILE", file_path: "a" };
      res.end(req.url?.includes("/file/") === true ? "bytes" : JSON.stringify({ ok: true, result: body }));
    });
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    const { port } = proxy.address() as AddressInfo;
    const proxyAgent = new Agent();
    const direct = proxyAgent.createConnection.bind(proxyAgent);
    proxyAgent.createConnection = (options, callback) => direct({ ...options, host: "127.0.0.1", port }, callback);
    const { channel } = rig("http://api.example:80", { proxyAgent });
    await channel.identify(never);
    await channel.download(attachment, join(dir, "a"), never);
    expect(seen.map((url) => url.split("/").at(-1))).toEqual(["getMe", "getFile", "a"]);
    await new Promise<void>((resolve) => {
      proxy.close(() => resolve());
      proxy.closeAllConnections();
    });
  });
});
