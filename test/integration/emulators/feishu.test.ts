import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { FeishuEmulator } from "../../emulators/feishu/feishu-emulator.ts";
import type { Chat, Person } from "../../emulators/feishu/state.ts";

let feishu: FeishuEmulator;
let ada: Person;
let chat: Chat;
let token: string;
let now = 1_700_000_000_000;

beforeEach(async () => {
  feishu = new FeishuEmulator({ now: () => now });
  await feishu.start();
  ada = feishu.person("Ada");
  chat = feishu.privateChat(ada);
  const told = await call("POST", "/open-apis/auth/v3/tenant_access_token/internal", {
    app_id: feishu.appId,
    app_secret: feishu.appSecret,
  });
  token = String(told.tenant_access_token);
});
afterEach(() => feishu.stop());

interface Told {
  readonly status: number;
  readonly code: number;
  readonly data?: Readonly<Record<string, unknown>>;
  readonly tenant_access_token?: string;
}

async function call(method: string, path: string, body?: object, bearer = token): Promise<Told> {
  const response = await fetch(`${feishu.url}${path}`, {
    method,
    headers: { "content-type": "application/json", ...(bearer === "" ? {} : { authorization: `Bearer ${bearer}` }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, ...((await response.json()) as Omit<Told, "status">) };
}

const card = (elements: readonly object[], more: object = {}): object => ({
  schema: "2.0",
  body: { elements },
  ...more,
});
const md = (content: string, more: object = {}): object => ({ tag: "markdown", content, ...more });
const send = (content: object, more: object = {}): Promise<Told> =>
  call("POST", "/open-apis/im/v1/messages?receive_id_type=chat_id", {
    receive_id: chat.id,
    msg_type: "interactive",
    content: JSON.stringify(content),
    ...more,
  });
const made = async (elements: readonly object[], streaming = true): Promise<string> => {
  const data = JSON.stringify(card(elements, { config: { streaming_mode: streaming } }));
  const told = await call("POST", "/open-apis/cardkit/v1/cards", { type: "card_json", data });
  return String(told.data?.card_id);
};
const grow = (id: string, content: string, sequence: number): Promise<Told> =>
  call("PUT", `/open-apis/cardkit/v1/cards/${id}/elements/a/content`, { content, sequence });

describe("a card", () => {
  test.each([
    ["of an unknown property", card([md("x", { colour: "red" })])],
    ["of an unknown tag", card([{ tag: "marquee" }])],
    ["of another version", { ...card([md("x")]), schema: "1.0" }],
    ["with two elements of one id", card([md("x", { element_id: "a" }), md("y", { element_id: "a" })])],
    ["with an id that is none", card([md("x", { element_id: "1a" })])],
    ["with four tables", card(Array.from({ length: 4 }, () => md("| a |\n|---|---|\n| b |")))],
    ["with 201 elements", card(Array.from({ length: 201 }, () => md("x")))],
    [
      "whose click brings back a text",
      card([
        { tag: "button", text: { tag: "plain_text", content: "x" }, behaviors: [{ type: "callback", value: "n" }] },
      ]),
    ],
  ])("%s is refused", async (_what, content) => {
    expect(await send(content)).toMatchObject({ status: 400, code: 230099 });
    expect(feishu.fromBot(chat)).toEqual([]);
  });

  test("of over 30 KB is refused, and one of three tables taken", async () => {
    expect((await send(card([md("x".repeat(31_000))]))).code).toBe(230025);
    expect((await send(card(Array.from({ length: 3 }, () => md("| a |\n|---|---|\n| b |"))))).code).toBe(0);
  });

  test("can be changed for 14 days, by who sent it", async () => {
    const id = String((await send(card([md("x")]))).data?.message_id);
    const patch = () => call("PATCH", `/open-apis/im/v1/messages/${id}`, { content: JSON.stringify(card([md("y")])) });
    expect((await patch()).code).toBe(0);
    now += 15 * 24 * 3_600_000;
    const fresh = await call("POST", "/open-apis/auth/v3/tenant_access_token/internal", {
      app_id: feishu.appId,
      app_secret: feishu.appSecret,
    });
    token = String(fresh.tenant_access_token);
    expect((await patch()).code).toBe(230031);
    const theirs = feishu.phone.say(chat, ada, "mine");
    const other = await call("PATCH", `/open-apis/im/v1/messages/${theirs.id}`, { content: "{}" });
    expect(other.code).toBe(230001);
  });
});

describe("a streaming card", () => {
  test("is sent once, changed under growing sequences only, and not at all once streaming is over", async () => {
    const id = await made([md("", { element_id: "a" })]);
    const content = { type: "card", data: { card_id: id } };
    expect((await send(content)).code).toBe(0);
    expect((await send(content)).code).toBe(230099);
    expect((await grow(id, "one", 5)).code).toBe(0);
    expect((await grow(id, "one two", 5)).code).toBe(300317);
    expect((await grow(id, "one two", 4)).code).toBe(300317);
    expect((await grow(id, "one two", 6)).code).toBe(0);
    expect(feishu.world.cards.get(id)?.redraws).toEqual([]);
    await grow(id, "other", 7);
    expect(feishu.world.cards.get(id)?.redraws).toHaveLength(1);
    now += 11 * 60_000;
    expect((await grow(id, "other and more", 8)).code).toBe(300309);
  });

  test("takes ten changes a second", async () => {
    const id = await made([md("", { element_id: "a" })]);
    const codes: number[] = [];
    for (let n = 1; n <= 12; n += 1) codes.push((await grow(id, "x".repeat(n), n)).code);
    expect(codes.filter((code) => code === 0)).toHaveLength(10);
    expect(codes.filter((code) => code === 99991400)).toHaveLength(2);
  });
});

describe("a call", () => {
  test("without a token, with a wrong one, or without the scope is refused", async () => {
    expect((await call("GET", "/open-apis/bot/v3/info", undefined, "")).code).toBe(99991661);
    expect((await call("GET", "/open-apis/bot/v3/info", undefined, "t-wrong")).code).toBe(99991663);
    feishu.scopes.clear();
    expect((await send(card([md("x")]))).code).toBe(99991672);
  });

  test("to an unknown interface, or with an unknown field, is a violation", async () => {
    expect((await call("POST", "/open-apis/im/v9/nothing", {})).status).toBe(404);
    await send(card([md("x")]), { colour: "red" });
    expect(feishu.violations).toHaveLength(2);
  });

  test("more than five times a second to one chat is refused; the same uuid is one message", async () => {
    const codes: number[] = [];
    for (let n = 0; n < 7; n += 1) codes.push((await send(card([md(String(n))]))).code);
    expect(codes).toEqual([0, 0, 0, 0, 0, 230020, 230020]);
    now += 2000;
    const first = await send(card([md("once")]), { uuid: "u1" });
    expect((await send(card([md("once")]), { uuid: "u1" })).data?.message_id).toBe(first.data?.message_id);
    now += 3_700_000;
    expect((await send(card([md("once")]), { uuid: "u1" })).data?.message_id).not.toBe(first.data?.message_id);
  });
});
