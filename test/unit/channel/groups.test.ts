import { describe, expect, test } from "vitest";
import type { InboundEvent } from "../../../src/channel/port.ts";
import { chatKey } from "../../../src/model/ids.ts";
import type { Person } from "../../../src/model/message.ts";
import { chatOf, lead, messageEvent, owner, type Rig, request, rig, stranger, talker } from "./harness.ts";

const mention = "g-mention";
const all = "g-all";

function written(r: Rig, group: string, person: Person, text: string, addressed: boolean): Promise<unknown> {
  const event = messageEvent(person, text, `${group}-${text}`, { sentAt: r.clock.now() });
  const at = { chat: chatOf(group), private: false, title: "Team" };
  return r.sink.accept({ ...event, at, addressed } as InboundEvent);
}

describe("a group", () => {
  test("that is not configured is off: nobody causes anything, an owner included (L9)", async () => {
    const r = rig();
    for (const person of [owner, lead, stranger]) await written(r, "g-other", person, "hello", true);
    expect(r.store.mail).toEqual([]);
    expect(r.store.said).toEqual([]);
  });

  test("in mode mention hears what is meant for the bot, and its commands; each with its sender's name", async () => {
    const r = rig();
    await written(r, mention, stranger, "not for you", false);
    await written(r, mention, stranger, "/unknown", false);
    await written(r, mention, stranger, "/stop@other_bot", false);
    expect(r.store.mail).toEqual([]);
    expect(r.store.said).toEqual([]);
    await written(r, mention, stranger, "fix it", true);
    await written(r, mention, stranger, "/stop", false);
    expect(r.store.mail.map((m) => m.mail)).toMatchObject([
      { kind: "prompt", message: { text: "fix it", named: true } },
      { kind: "command", command: { name: "stop" } },
    ]);
  });

  test("in mode all hears everything of those who may talk, and nothing of the rest (L9)", async () => {
    const r = rig();
    await written(r, all, talker, "fix it", false);
    await written(r, all, stranger, "me too", false);
    await written(r, all, stranger, "/status", false);
    expect(r.store.mail.map((m) => m.mail)).toMatchObject([{ kind: "prompt", message: { text: "fix it" } }]);
    expect(r.store.said).toEqual([]);
  });

  test("lets those answer a card who may approve there, by who tapped; others are told who may (L7)", async () => {
    const r = rig();
    const there = chatOf(mention);
    r.store.ask({ ...request(3), chat: there });
    const nonce = r.store.put(there, {
      act: "answer",
      request: 3 as never,
      answer: { kind: "decision", decision: "accept" },
    });
    const at = { chat: there, private: false, title: "Team" };
    const tap = (person: Person, n: number) => r.sink.accept({ kind: "tap", dedupe: `t${n}`, at, person, nonce });
    expect((await tap(talker, 1)).text).toContain(`Only ${owner.id}`);
    expect(r.store.record(3)?.state).toBe("pending");
    expect((await tap(lead, 2)).text).toBe("Approved.");
    expect(r.store.record(3)?.answeredBy?.id).toBe(lead.id);
  });

  test("gives an approver of a group nothing in other groups or private chats", async () => {
    const r = rig();
    r.store.ask({ ...request(3), chat: chatOf(all) });
    const nonce = r.store.put(chatOf(all), {
      act: "answer",
      request: 3 as never,
      answer: { kind: "decision", decision: "accept" },
    });
    const at = { chat: chatOf(all), private: false, title: "Team" };
    const told = await r.sink.accept({ kind: "tap", dedupe: "t", at, person: lead, nonce });
    expect(told.text).toBe("You cannot answer this here.");
  });
});

test("a tap that does not tell the kind of its chat counts where the chat's last message came from", async () => {
  const r = rig();
  await r.write(owner, "fix it");
  r.store.ask(request(3));
  const nonce = r.store.put(chatOf("1"), {
    act: "answer",
    request: 3 as never,
    answer: { kind: "decision", decision: "accept" },
  });
  const at = { chat: chatOf("1"), private: false, title: "?" };
  expect((await r.sink.accept({ kind: "tap", dedupe: "t", at, person: owner, nonce })).text).toBe("Approved.");
});

test("a tap without the topic finds the button's own; one from another chat does not", async () => {
  const r = rig();
  const topic = chatKey({ channel: "fake", account: "main", chat: "g-mention", topicId: "t1" });
  r.store.ask({ ...request(3), chat: topic });
  const nonce = r.store.put(topic, {
    act: "answer",
    request: 3 as never,
    answer: { kind: "decision", decision: "accept" },
  });
  const tap = (chat: string, n: number) =>
    r.sink.accept({
      kind: "tap",
      dedupe: `t${n}`,
      at: { chat: chatOf(chat), private: false, title: "Team" },
      person: owner,
      nonce,
    });
  expect((await tap("g-all", 1)).text).toBe("You cannot answer this here.");
  expect((await tap("g-mention", 2)).text).toBe("Approved.");
  expect(r.store.mail.at(-1)?.chat).toBe(topic);
});

describe("an owner", () => {
  test("answers by number from anywhere; anybody else only where it is asked", async () => {
    const r = rig();
    r.store.ask({ ...request(3), chat: chatOf("77") });
    await r.write(lead, "/approve 3");
    expect(r.store.notes.at(-1)).toContain("3");
    expect(r.store.record(3)?.state).toBe("pending");
    await r.write(owner, "/approve 3");
    expect(r.store.record(3)).toMatchObject({ state: "answering", answeredBy: { id: owner.id } });
    expect(r.store.mail.at(-1)?.chat).toBe(chatOf("77"));
  });
});

describe("what is typed as an answer", () => {
  test("stays asked for when it could not be stored, and counts once when it comes again (L2)", async () => {
    const r = rig();
    r.store.ask(request(3));
    await r.press(owner, { act: "answerWhy", request: 3 as never });
    r.store.down = true;
    await expect(r.write(owner, "use pnpm", { dedupe: "why" })).rejects.toThrow();
    r.store.down = false;
    await r.write(owner, "use pnpm", { dedupe: "why" });
    await r.write(owner, "use pnpm", { dedupe: "why" });
    expect(r.store.mail.map((m) => m.mail)).toMatchObject([
      { kind: "answer", answer: { decision: "decline", reason: "use pnpm" } },
    ]);
  });

  test("is kept for the person when an older message of theirs is delivered again", async () => {
    const r = rig();
    await r.write(owner, "fix it", { dedupe: "old" });
    r.store.ask(request(3));
    await r.press(owner, { act: "answerWhy", request: 3 as never });
    await r.write(owner, "fix it", { dedupe: "old" });
    expect(r.store.record(3)?.state).toBe("pending");
    await r.write(owner, "use pnpm");
    expect(r.store.record(3)?.answer).toMatchObject({ reason: "use pnpm" });
  });
});
