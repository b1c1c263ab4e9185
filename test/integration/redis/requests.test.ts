import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RequestAnswer, RequestRecord } from "../../../src/model/request.ts";
import type { RedisLink } from "../../../src/redis/connection.ts";
import type { TestRedis } from "../../fixtures/redis.ts";
import { startRedis } from "../../fixtures/redis.ts";
import { newChat, node, owned, person, request, until } from "./samples.ts";

let server: TestRedis;
let link: RedisLink;
let a: ReturnType<typeof node>;

beforeAll(async () => {
  server = await startRedis();
  link = await server.link();
  a = node(link, "a", { leaseMs: 60_000 });
});
afterAll(() => server.stop());

const accept: RequestAnswer = { kind: "decision", decision: "accept" };
const decline: RequestAnswer = { kind: "decision", decision: "decline" };
const ada = person("ada");
const bob = person("bob");

async function asked() {
  const chat = newChat();
  const { lease } = await owned(a.chats, chat);
  const record = request(chat, await a.chats.nextRequestNumber());
  await a.chats.commit(lease, { asked: [record] });
  return { chat, lease, record };
}

describe("settle", () => {
  it("L7: of twenty taps at once exactly one counts, and its answer is mail", async () => {
    const { chat, record } = await asked();
    const verdicts = await Promise.all(
      Array.from({ length: 20 }, (_, n) => a.ingress.settle(record, person(`p${n}`), n % 2 === 0 ? accept : decline)),
    );
    expect(verdicts.filter((each) => each.verdict === "taken")).toHaveLength(1);
    expect(verdicts.filter((each) => each.verdict === "late")).toHaveLength(19);
    const mail = await a.chats.readMail(chat);
    const now = await a.chats.request(record.number);
    expect(mail.map((item) => item.mail)).toEqual([
      expect.objectContaining({
        kind: "answer",
        request: record.number,
        answer: now?.answer,
        at: now?.answeredAt,
        person: now?.answeredBy,
      }),
    ]);
    expect(now?.state).toBe("answering");
  });

  it("L7: a late tap is told who answered what", async () => {
    const { record } = await asked();
    await a.ingress.settle(record, ada, decline);
    const late = await a.ingress.settle(record, bob, accept);
    if (late.verdict !== "late") throw new Error(late.verdict);
    expect(late.record).toMatchObject({
      state: "answering",
      answer: decline,
      answeredBy: ada,
      request: record.request,
    });
    expect(late.record.answeredAt).toBeGreaterThan(0);
  });

  it("L7: nothing can be answered after the turn ended", async () => {
    const { chat, lease, record } = await asked();
    await a.chats.commit(lease, { settled: [{ number: record.number, state: "ended" }] });
    expect(await a.ingress.settle(record, ada, accept)).toMatchObject({ verdict: "late", record: { state: "ended" } });
    expect(await a.chats.readMail(chat)).toEqual([]);
    expect(await link.redis.pttl(link.keys.request(record.number))).toBeGreaterThan(29 * 86_400_000);
  });

  it("L7: what is resolved stays resolved", async () => {
    const { lease, record } = await asked();
    await a.ingress.settle(record, ada, accept);
    await a.chats.commit(lease, { settled: [{ number: record.number, state: "resolved" }] });
    await a.chats.commit(lease, { settled: [{ number: record.number, state: "ended" }] });
    expect(await a.chats.request(record.number)).toMatchObject({ state: "resolved", answer: accept });
  });

  it("L7: a tap sent again after a lost reply is still the one that counts", async () => {
    const { chat, record } = await asked();
    const resent: RedisLink["run"] = async (...call) => {
      await link.run(...call);
      return link.run(...call);
    };
    const twice = node({ ...link, run: resent }, "twice");
    expect(await twice.ingress.settle(record, ada, accept)).toEqual({ verdict: "taken" });
    expect(await a.chats.readMail(chat)).toHaveLength(1);
  });

  it("L8: an answer for a parked chat wakes it", async () => {
    const { chat, lease, record } = await asked();
    expect(await a.chats.release(lease)).toBe(true);
    expect(await a.ingress.settle(record, ada, accept)).toEqual({ verdict: "taken" });
    expect(a.woken).toContain(chat);
    expect((await owned(a.chats, chat)).record.requests).toMatchObject([{ number: record.number, state: "answering" }]);
  });

  it("an owner hears the answer by its doorbell", async () => {
    const rung: string[] = [];
    await a.chats.onDoorbell((chat) => rung.push(chat));
    const { chat, record } = await asked();
    await a.ingress.settle(record, ada, accept);
    await until(() => rung.includes(chat));
  });

  it("an unknown number is unknown", async () => {
    const record = request(newChat(), 999_999);
    expect(await a.ingress.settle(record, ada, accept)).toEqual({ verdict: "unknown" });
    expect(await a.ingress.request(record.number)).toBeUndefined();
  });

  it("open requests are those a person can still answer, oldest first", async () => {
    const { chat, lease, record } = await asked();
    const more: RequestRecord[] = [];
    for (let n = 0; n < 10; n++) more.push(request(chat, await a.chats.nextRequestNumber()));
    await a.chats.commit(lease, { asked: more });
    await a.ingress.settle(record, ada, accept);
    expect((await a.ingress.openRequests(chat)).map((each) => each.number)).toEqual(more.map((each) => each.number));
  });
});

describe("reservation", () => {
  it("L7: while a person writes the reason, others are told who", async () => {
    const { chat, record } = await asked();
    expect(await a.ingress.reserve(record, ada)).toEqual({ verdict: "taken" });
    expect(await a.ingress.settle(record, bob, accept)).toEqual({ verdict: "reserved", by: "@ada" });
    expect(await a.ingress.reserve(record, bob)).toEqual({ verdict: "reserved", by: "@ada" });
    expect(await a.ingress.reserved(chat, bob.id)).toBeUndefined();
    expect(await a.ingress.reserved(chat, ada.id)).toEqual({ request: record.number });
    expect(await a.ingress.settle(record, ada, decline)).toEqual({ verdict: "taken" });
    expect(await a.ingress.reserved(chat, ada.id)).toBeUndefined();
  });

  it("ends when its text is not asked for any more, and the request is anybody's again", async () => {
    const { chat, record } = await asked();
    await a.ingress.reserve(record, ada);
    await a.ingress.unreserve(chat, ada.id);
    expect(await a.ingress.reserved(chat, ada.id)).toBeUndefined();
    expect(await a.ingress.settle(record, bob, accept)).toEqual({ verdict: "taken" });
  });

  it("L2: a message that answers counts as dealt with from the same step on, and answers nothing else", async () => {
    const { chat, lease, record } = await asked();
    const second = request(chat, await a.chats.nextRequestNumber());
    await a.chats.commit(lease, { asked: [second] });
    const event = { chat, dedupe: "m-1" };
    expect(await a.ingress.settle(record, ada, decline, event)).toEqual({ verdict: "taken" });
    expect(await a.ingress.once(chat, "m-1")).toBe(false);
    await a.ingress.reserve(second, ada);
    expect(await a.ingress.settle(second, ada, decline, event)).toEqual({ verdict: "seen" });
    expect(await a.ingress.reserved(chat, ada.id)).toEqual({ request: second.number });
  });

  it("L7: the person who reserved may still use a button, which ends the reservation", async () => {
    const { chat, record } = await asked();
    await a.ingress.reserve(record, ada, "q-1");
    expect(await a.ingress.settle(record, ada, accept)).toEqual({ verdict: "taken" });
    expect(await a.ingress.reserved(chat, ada.id)).toBeUndefined();
  });

  it("remembers the question a free text belongs to", async () => {
    const { chat, record } = await asked();
    await a.ingress.reserve(record, ada, "q-1");
    expect(await a.ingress.reserved(chat, ada.id)).toEqual({ request: record.number, question: "q-1" });
  });

  it("ends by itself after ten minutes", async () => {
    const { chat, record } = await asked();
    await a.ingress.reserve(record, ada);
    const key = link.keys.reservation(chat, ada.id);
    expect(await link.redis.pttl(key)).toBeGreaterThan(590_000);
    await link.redis.hset(link.keys.request(record.number), "runtil", "1");
    expect(await a.ingress.settle(record, bob, accept)).toEqual({ verdict: "taken" });
  });

  it("a second reservation of the same person frees the first request", async () => {
    const { chat, lease, record } = await asked();
    const second = request(chat, await a.chats.nextRequestNumber());
    await a.chats.commit(lease, { asked: [second] });
    await a.ingress.reserve(record, ada);
    await a.ingress.reserve(second, ada);
    expect(await a.ingress.settle(record, bob, accept)).toEqual({ verdict: "taken" });
    expect(await a.ingress.reserved(chat, ada.id)).toEqual({ request: second.number });
  });
});
