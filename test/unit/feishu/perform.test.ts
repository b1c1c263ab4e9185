import { expect, test } from "vitest";
import { createPerform } from "../../../adapters/feishu/perform.ts";
import type { FeishuCall, FeishuOutbound, LiveExtra } from "../../../adapters/feishu/requests.ts";
import { silentLogger } from "../../../src/lib/log.ts";
import type { ChatKey } from "../../../src/model/ids.ts";

const chat = "feishu~main~oc_1" as ChatKey;
const hour = 3_600_000;
const signal = new AbortController().signal;
const wire = {
  type: "post",
  content: JSON.stringify({ zh_cn: { content: [[{ tag: "text", text: "hi" }]] } }),
} as const;
const send: FeishuOutbound = {
  method: "im.message",
  request: { kind: "send", wire, place: { replyTo: "om_1" } },
  idempotent: true,
  cost: "message",
};

class Refusal extends Error {
  constructor(code: number) {
    super(String(code));
  }
}

/** A performer whose platform answers what `answer` says; a number is a refusal with that code. */
function rig(answer: (path: string, count: number) => object | number) {
  const calls: Parameters<FeishuCall>[0][] = [];
  const call: FeishuCall = async (request) => {
    calls.push(request);
    const said = answer(`${request.method} ${request.path}`, calls.length);
    if (typeof said === "number") throw new Refusal(said);
    return said;
  };
  const perform = createPerform({
    call,
    upload: async () => "key",
    classify: (error) => ({ outcome: "refused", reason: String(error) }),
    codeOf: (error) => (error instanceof Refusal ? Number(error.message) : undefined),
    clock: { now: () => 10 * hour, uptime: () => 10 * hour, sleep: async () => {} },
    log: silentLogger,
  });
  return { perform, calls };
}

test("L5: a repetition carries the uuid of the first try", async () => {
  const { perform, calls } = rig(() => ({ message_id: "om_2" }));
  await perform(chat, send, signal, { key: "op-1" });
  await perform(chat, send, signal, { key: "op-1", unsureSince: 10 * hour - 60_000 });
  expect(calls[0]).toEqual(calls[1]);
  expect(calls[0]?.body).toMatchObject({ uuid: expect.stringMatching(/^[0-9a-f]{40}$/u) });
});

test("L5: after the uuid is forgotten the message is looked up before it is sent again", async () => {
  const item = {
    message_id: "om_7",
    parent_id: "om_1",
    sender: { sender_type: "app" },
    body: { content: wire.content },
  };
  const found = rig(() => ({ items: [item], has_more: false }));
  const result = await found.perform(chat, send, signal, { key: "op-1", unsureSince: 9 * hour });
  expect(result).toEqual({ outcome: "done", message: { messageId: "om_7" } });
  expect(found.calls).toHaveLength(1);
  const absent = rig((path) => (path.startsWith("GET") ? { items: [] } : { message_id: "om_8" }));
  await absent.perform(chat, send, signal, { key: "op-1", unsureSince: 9 * hour });
  expect(absent.calls.map((call) => call.method)).toEqual(["GET", "POST"]);
});

test("L5: without the scope to look, the message says that it may be a repetition", async () => {
  const { perform, calls } = rig((path) => (path.startsWith("GET") ? 99991672 : { message_id: "om_8" }));
  await perform(chat, send, signal, { key: "op-1", unsureSince: 9 * hour });
  expect(JSON.stringify(calls[1]?.body)).toContain("possibly repeated");
});

test("a reply to a recalled message is sent without it", async () => {
  const { perform, calls } = rig((path) => (path.endsWith("/reply") ? 230011 : { message_id: "om_8" }));
  expect(await perform(chat, send, signal)).toEqual({ outcome: "done", message: { messageId: "om_8" } });
  expect(calls[1]).toMatchObject({ path: "/open-apis/im/v1/messages", body: { receive_id: "oc_1" } });
});

const extra: LiveExtra = {
  card: "c1",
  sequence: 3,
  openedAt: 10 * hour,
  sent: true,
  language: "en",
  element: 1,
  from: 0,
  shown: 0,
  digest: "",
  fence: "",
  drawn: {},
  failures: 0,
};
const frame: FeishuOutbound = {
  method: "cardkit.frame",
  request: { kind: "frame", messageId: "om_2", actions: [{}], before: extra, extra },
  idempotent: true,
  cost: "edit",
};

test("a stale sequence jumps ahead, once", async () => {
  const { perform, calls } = rig((_path, count) => (count === 1 ? 300317 : {}));
  expect((await perform(chat, frame, signal)).outcome).toBe("done");
  expect(calls.map((call) => call.body)).toMatchObject([{ sequence: 4 }, { sequence: 1004 }]);
});

test.each([300309, 200850])("a card whose streaming ended (%i) is followed by another", async (code) => {
  const { perform } = rig((_path, count) => (count === 1 ? code : {}));
  const result = await perform(chat, frame, signal);
  expect(result).toMatchObject({
    outcome: "done",
    again: true,
    message: { extra: expect.stringContaining('"closed":true') },
  });
});

test("an aborted call has an unknown outcome", async () => {
  expect(await rig(() => ({})).perform(chat, send, AbortSignal.abort())).toMatchObject({ outcome: "unknown" });
});
