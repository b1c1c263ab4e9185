import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { CallResult, OutboundCall, OutboxBody, OutboxOp, Screen } from "../../../src/model/delivery.ts";
import { type ChatKey, chatKey, type MessageId, type OpId } from "../../../src/model/ids.ts";
import { emptyView } from "../../../src/model/view.ts";
import { rig } from "./rig.ts";
import { type ScriptedApi, startScriptedApi, token } from "./scripted-api.ts";

let api: ScriptedApi;
let dir: string;

beforeEach(async () => {
  api = await startScriptedApi();
  dir = await mkdtemp(join(tmpdir(), "telegram-"));
});
afterEach(async () => {
  await api.close();
  await rm(dir, { recursive: true, force: true });
});

const key = (chat: string, topicId?: string): ChatKey =>
  chatKey({ channel: "telegram", account: "main", chat, ...(topicId === undefined ? {} : { topicId }) });
const ada = key("1001");
const group = key("-100123", "45");
const none: Screen = { slots: {} };
const standing: Screen = { slots: { s: { messageId: "77" as MessageId } } };
const never = new AbortController().signal;
const hello: OutboxBody = {
  op: "message",
  content: { pieces: [{ as: "bold", text: "hello" }] },
  replyTo: "5" as MessageId,
};
const change: OutboxBody = { op: "edit", slot: "s", content: { pieces: [{ as: "text", text: "new" }] }, orSend: true };

const op = (chat: ChatKey, body: OutboxBody): OutboxOp => ({ id: "1-0" as OpId, chat, body });

function first(calls: readonly OutboundCall[]): OutboundCall {
  const call = calls[0];
  if (call === undefined) throw new Error("nothing to do");
  return call;
}

/** Renders the first call of `body` and performs it. */
function perform(
  made: ReturnType<typeof rig>,
  chat: ChatKey,
  body: OutboxBody,
  screen = none,
  signal = never,
): Promise<CallResult> {
  return made.channel.perform(chat, first(made.channel.render(op(chat, body), screen)), signal);
}

describe("addresses", () => {
  test("a topic gets its thread, a private chat just its id; the result names the message", async () => {
    api.always("sendMessage", () => ({ result: { message_id: 900, date: 1 } }));
    const made = rig(api.root);
    expect(await perform(made, group, hello)).toEqual({ outcome: "done", message: { messageId: "900" } });
    await perform(made, ada, hello);
    expect(api.of("sendMessage").map(({ body }) => [body.chat_id, body.message_thread_id])).toEqual([
      [-100123, 45],
      [1001, undefined],
    ]);
  });

  test("a chat that moved is reached at its new address although the operation names the old one", async () => {
    const made = rig(api.root);
    const call = first(made.channel.render(op(key("-55"), change), standing));
    await made.channel.perform(key("-100999"), call, never);
    expect(api.of("editMessageText")[0]?.body).toMatchObject({ chat_id: -100999, message_id: 77 });
  });
});

describe("results", () => {
  test.each([
    [
      "not modified is done",
      change,
      {
        code: 400,
        description:
          "Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message",
      },
      { outcome: "done" },
    ],
    [
      "429 blocks the chat",
      hello,
      { code: 429, description: "Too Many Requests: retry after 7", parameters: { retry_after: 7 } },
      { outcome: "rateLimited", scope: "chat", retryAfterMs: 7000 },
    ],
    [
      "a blocked bot has lost the chat",
      hello,
      { code: 403, description: "Forbidden: bot was blocked by the user" },
      { outcome: "gone" },
    ],
    [
      "a migrated group has moved",
      hello,
      {
        code: 400,
        description: "Bad Request: group chat was upgraded to a supergroup chat",
        parameters: { migrate_to_chat_id: -100777 },
      },
      { outcome: "moved", to: "telegram~main~-100777" },
    ],
    [
      "a revoked token is the account's trouble",
      hello,
      { code: 401, description: "Unauthorized" },
      { outcome: "unauthorized" },
    ],
    ["a send whose answer was lost may have happened", hello, "drop", { outcome: "unknown" }],
    ["an edit whose answer was lost is repeated", change, "drop", { outcome: "retry" }],
    ["a send answered by a gateway's page may have happened", hello, { html: 502 }, { outcome: "unknown" }],
    ["an edit answered by a gateway's page is repeated", change, { html: 502 }, { outcome: "retry" }],
    [
      "entities Telegram refuses",
      hello,
      { code: 400, description: "Bad Request: can't parse entities: Entity beginning at UTF-16 offset 9" },
      { outcome: "refused" },
    ],
  ] as const)("%s", async (_name, body, answer, expected) => {
    api.always("sendMessage", () => answer);
    api.always("editMessageText", () => answer);
    expect(await perform(rig(api.root), ada, body, standing)).toMatchObject(expected);
  });

  test("a refused send has a fallback without entities and reply", async () => {
    const made = rig(api.root);
    const call = first(made.channel.render(op(ada, hello), none));
    expect(call.fallback).toBeDefined();
    if (call.fallback !== undefined) await made.channel.perform(ada, call.fallback, never);
    expect(api.of("sendMessage")[0]?.body).toEqual({
      chat_id: 1001,
      text: "hello",
      link_preview_options: { is_disabled: true },
    });
  });

  test("429 of two chats within a second is the account's", async () => {
    api.always("sendMessage", () => ({
      code: 429,
      description: "Too Many Requests: retry after 3",
      parameters: { retry_after: 3 },
    }));
    const made = rig(api.root);
    expect(await perform(made, ada, hello)).toMatchObject({ scope: "chat" });
    expect(await perform(made, ada, hello)).toMatchObject({ scope: "chat" });
    expect(await perform(made, group, hello)).toMatchObject({ scope: "account" });
  });

  test("a call that never left can be repeated, whatever it was", async () => {
    const made = rig(api.root);
    await api.close();
    expect(await perform(made, ada, hello)).toEqual({ outcome: "retry", reason: "ECONNREFUSED" });
    api = await startScriptedApi();
  });

  test("an aborted call may have happened", async () => {
    api.always("sendMessage", () => "hang");
    const controller = new AbortController();
    const result = perform(rig(api.root), ada, hello, none, controller.signal);
    setImmediate(() => controller.abort());
    expect(await result).toEqual({ outcome: "unknown", reason: "aborted" });
  });

  test("a call nobody answers is given up after its time limit", async () => {
    api.always("sendMessage", () => "hang");
    expect(await perform(rig(api.root, { callTimeoutSeconds: 0.05 }), ada, hello)).toEqual({
      outcome: "unknown",
      reason: "timed out",
    });
  });

  test("L10: neither results nor log lines hold the token", async () => {
    const made = rig(api.root, { callTimeoutSeconds: 0.05 });
    const results: CallResult[] = [];
    for (const answer of [
      { html: 502 },
      "drop",
      "hang",
      { code: 401, description: "Unauthorized" },
      { code: 404, description: "Not Found" },
    ] as const) {
      api.next("sendMessage", answer);
      results.push(await perform(made, ada, hello));
    }
    const reasons = JSON.stringify([results, made.log.lines, made.channel.health()]);
    expect(results).toHaveLength(5);
    expect(reasons).not.toContain(token.slice(3));
  });
});

describe("live frames", () => {
  const view = { ...emptyView("t-1", 0, "en"), phase: "working" as const };

  test.each([
    ["this chat", { code: 400, description: "Bad Request: TEXTDRAFT_PEER_INVALID" }],
    ["an older server", { code: 404, description: "Not Found: method not found" }],
  ])("drafts refused by %s turn into a status message from then on", async (_who, answer) => {
    api.always("sendMessageDraft", () => answer);
    const made = rig(api.root);
    const draft = made.channel.renderLive(ada, view, none, 1000);
    expect(draft).toMatchObject({ method: "sendMessageDraft", fallback: { method: "sendMessage", slot: "t-1" } });
    expect(made.channel.isGroup(ada)).toBe(false);
    if (draft !== undefined)
      expect(await made.channel.perform(ada, draft, never)).toMatchObject({ outcome: "refused" });
    expect(made.channel.renderLive(ada, view, none, 1000)?.method).toBe("sendMessage");
    expect(made.channel.isGroup(ada)).toBe(true);
    expect(made.channel.isGroup(key("1002"))).toBe(false);
    expect(made.channel.isGroup(group)).toBe(true);
  });

  test("typing is best effort", async () => {
    api.always("sendChatAction", () => ({ code: 403, description: "Forbidden: bot was blocked by the user" }));
    await rig(api.root).channel.busy(group, never);
    expect(api.of("sendChatAction")[0]?.body).toEqual({ chat_id: -100123, message_thread_id: 45, action: "typing" });
  });
});

describe("files", () => {
  test("are streamed from disk with their name", async () => {
    const path = join(dir, "report.log");
    await writeFile(path, "the whole report");
    api.always("sendDocument", () => ({ result: { message_id: 8 } }));
    expect(await perform(rig(api.root), ada, { op: "file", path, name: "report.log" })).toMatchObject({
      outcome: "done",
    });
    expect(api.of("sendDocument")[0]?.raw).toContain("the whole report");
    expect(api.of("sendDocument")[0]?.raw).toContain("report.log");
  });

  test("that are missing or empty are refused before anything is sent", async () => {
    await writeFile(join(dir, "empty"), "");
    const made = rig(api.root);
    expect(await perform(made, ada, { op: "file", path: join(dir, "none"), name: "none" })).toEqual({
      outcome: "refused",
      reason: "the file cannot be read: ENOENT",
    });
    expect(await perform(made, ada, { op: "file", path: join(dir, "empty"), name: "empty" })).toEqual({
      outcome: "refused",
      reason: "the file is empty",
    });
    expect(api.asked).toEqual([]);
  });

  test("that are pictures over the photo limit go as documents", async () => {
    const path = join(dir, "big.png");
    await writeFile(path, Buffer.alloc(10_000_001));
    const made = rig(api.root);
    const call = first(made.channel.render(op(ada, { op: "file", path, name: "big.png" }), none));
    expect(await made.channel.perform(ada, call, never)).toMatchObject({ outcome: "refused" });
    expect(call.fallback?.method).toBe("sendDocument");
  });
});
