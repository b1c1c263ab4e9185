import { describe, expect, test } from "vitest";
import type { ButtonAct, Decision } from "../../../src/model/request.ts";
import { approver, chatOf, home, lead, owner, questions, request, rig, start, stranger, talker } from "./harness.ts";

const decide = (number: number, decision: Decision): ButtonAct => ({
  act: "answer",
  request: number as never,
  answer: { kind: "decision", decision },
});

describe("a tap on an answer", () => {
  test("settles the request, and the toast says so at once (L7)", async () => {
    const { store, press } = rig();
    store.ask(request(3));
    expect(await press(lead, decide(3, "accept"))).toMatchObject({ text: "Approved." });
    expect(store.mail.map((m) => m.mail)).toEqual([
      { kind: "answer", person: lead, request: 3, answer: { kind: "decision", decision: "accept" }, at: start },
    ]);
  });

  test("too late is told exactly what happened, and changes nothing (L7)", async () => {
    const { store, press } = rig();
    store.ask(request(3));
    await press(owner, decide(3, "decline"));
    expect(await press(lead, decide(3, "accept"))).toEqual({ text: "@owner declined this at 14:01." });
    store.end(3);
    expect(await press(lead, decide(3, "accept"))).toEqual({ text: "This request ended with the turn." });
    expect(store.mail.length).toBe(1);
  });

  test("of a stranger, in another chat, or on a forgotten button is refused (L7, L9)", async () => {
    const { store, press, tap } = rig();
    store.ask(request(3));
    const nonce = store.put(home, decide(3, "accept"));
    expect(await press(stranger, decide(3, "accept"))).toEqual({ text: "You cannot answer this here." });
    expect(await tap(owner, nonce, chatOf("2"))).toEqual({ text: "You cannot answer this here." });
    expect(await tap(owner, "gone" as never)).toEqual({ text: "This button is no longer valid." });
    expect(await press(owner, decide(99, "accept"))).toEqual({ text: "This button is no longer valid." });
    expect(store.mail).toEqual([]);
  });

  test("without the right names those who have it; a lasting rule is the operator's (L7)", async () => {
    const { store, press } = rig();
    store.ask(request(3));
    await press(owner, { act: "stop" });
    expect(await press(talker, decide(3, "accept"))).toEqual({
      text: "Only @owner, fake:2 or fake:4 can approve here.",
    });
    expect(await press(lead, decide(3, "always"))).toEqual({ text: "Only @owner can allow this for good." });
    expect(await press(owner, decide(3, "always"))).toMatchObject({ text: "Always approved." });
    expect(store.record(3)?.answeredBy?.name).toBe("@owner");
  });

  test("rejects when it cannot be stored, so that it is handed over again (L1)", async () => {
    const { store, press } = rig();
    store.ask(request(3));
    const reply = press(owner, decide(3, "accept"));
    store.down = true;
    await expect(reply).rejects.toThrow("down");
  });

  test("that is no answer becomes mail, for those who may talk", async () => {
    const { store, press } = rig();
    expect(await press(talker, { act: "stop", slot: "t1" })).toEqual({ text: "Stopping …" });
    expect(await press(approver, { act: "stop", slot: "t1" })).toMatchObject({ text: expect.stringMatching(/^Only /) });
    expect(store.mail.map((m) => m.mail)).toEqual([
      { kind: "button", person: talker, act: { act: "stop", slot: "t1" } },
    ]);
  });
});

describe("declining with a reason", () => {
  test("asks for it, takes the next text, and quotes it back", async () => {
    const { store, press, write } = rig();
    store.ask(request(3));
    expect(await press(lead, { act: "answerWhy", request: 3 as never })).toEqual({
      text: "Write the reason as your next message.",
    });
    expect(store.said[0]?.body).toMatchObject({ ring: true, content: { forceReply: true } });
    expect(await press(owner, decide(3, "accept"))).toEqual({ text: "@lead is writing a reason." });
    await write(owner, "an ordinary message");
    await write(lead, "/status");
    await write(lead, "use pnpm");
    expect(store.notes).toEqual(["Reason for declining #3?", "Declined #3: “use pnpm”"]);
    expect(store.mail.map((m) => m.mail.kind)).toEqual(["prompt", "command", "answer"]);
    expect(store.record(3)?.answer).toEqual({ kind: "decision", decision: "decline", reason: "use pnpm" });
    await write(lead, "next work");
    expect(store.mail.at(-1)?.mail.kind).toBe("prompt");
  });

  test("after the request ended says so and does not lose the text", async () => {
    const { store, press, write, tap } = rig();
    store.ask(request(3));
    await press(lead, { act: "answerWhy", request: 3 as never });
    store.end(3);
    await write(lead, "use pnpm");
    expect(store.notes.at(-1)).toBe("This request ended with the turn. Your text was not sent to Codex.");
    const button = store.said.at(-1)?.buttons[0];
    if (button === undefined) throw new Error("no button");
    await tap(lead, button.nonce);
    expect(store.mail.at(-1)?.mail).toMatchObject({ kind: "prompt", message: { text: "use pnpm" } });
  });

  test("delivered twice counts once and starts no turn (L2)", async () => {
    const { store, press, write } = rig();
    store.ask(request(3));
    await press(lead, { act: "answerWhy", request: 3 as never });
    await write(lead, "use pnpm", { dedupe: "m1" });
    await write(lead, "use pnpm", { dedupe: "m1" });
    expect(store.mail.map((m) => m.mail.kind)).toEqual(["answer"]);
  });

  test("is not filled by an older message that is delivered again", async () => {
    const { store, press, write } = rig();
    await write(lead, "/nonsense", { dedupe: "m1" });
    await write(lead, "old text", { dedupe: "m2" });
    store.ask(request(3));
    await press(lead, { act: "answerWhy", request: 3 as never });
    await write(lead, "old text", { dedupe: "m2" });
    expect(store.record(3)?.state).toBe("pending");
    await write(lead, "the reason");
    expect(store.record(3)?.answer).toMatchObject({ reason: "the reason" });
  });
});

describe("a question", () => {
  test("is answered by one of its options", async () => {
    const { store, press } = rig();
    store.ask(questions(4, "db"));
    const act = { act: "choose", request: 4 as never, index: 0, option: "SQLite" } as const;
    expect(await press(lead, act)).toMatchObject({ text: "Answered." });
    expect(store.record(4)?.answer).toEqual({ kind: "answers", answers: { db: ["SQLite"] } });
  });

  test("is answered by a text of one's own", async () => {
    const { store, press, write } = rig();
    store.ask(questions(4, "db"));
    await press(lead, { act: "answerOther", request: 4 as never, question: "db" });
    await write(lead, "DuckDB");
    expect(store.notes).toEqual(["db?\nWrite the answer as your next message.", "Answered #4."]);
    expect(store.record(4)?.answer).toEqual({ kind: "answers", answers: { db: ["DuckDB"] } });
  });

  test("of several is collected by the actor", async () => {
    const { store, press, write } = rig();
    store.ask(questions(4, "db", "orm"));
    await press(lead, { act: "choose", request: 4 as never, index: 0, option: "SQLite" });
    await press(lead, { act: "answerOther", request: 4 as never, question: "orm" });
    await write(lead, "none");
    expect(store.mail.map((m) => m.mail)).toMatchObject([
      { kind: "button", act: { act: "choose", index: 0, option: "SQLite" } },
      { kind: "button", act: { act: "choose", index: 1, option: "none" } },
    ]);
  });
});

describe("/approve and /decline", () => {
  test("take the only open request, or the one that is named", async () => {
    const { store, write } = rig();
    store.ask(request(3));
    await write(lead, "/approve");
    store.ask(request(4));
    store.ask(request(5));
    await write(lead, "/decline #5 use pnpm");
    expect(store.notes).toEqual(["#3: Approved.", "Declined #5: “use pnpm”"]);
    expect(store.record(5)?.answer).toEqual({ kind: "decision", decision: "decline", reason: "use pnpm" });
    expect(store.record(4)?.state).toBe("pending");
  });

  test("say which are open when it is not clear", async () => {
    const { store, write } = rig();
    await write(lead, "/approve");
    store.ask(request(3));
    store.ask(request(4));
    await write(lead, "/approve");
    await write(lead, "/decline 99");
    expect(store.notes).toEqual([
      "Nothing waits for an answer here.",
      "Several requests are open: #3, #4. Say which, as in /approve 3.",
      "There is no request #99 here.",
    ]);
    expect(store.mail).toEqual([]);
  });

  test("decline the only open one with a reason alone", async () => {
    const { store, write } = rig();
    store.ask(request(3));
    await write(lead, "/decline use pnpm");
    expect(store.record(3)?.answer).toMatchObject({ decision: "decline", reason: "use pnpm" });
  });

  test("are refused without the right, and elsewhere than in the request's chat (L7)", async () => {
    const { store, write } = rig();
    store.ask(request(3));
    store.ask({ ...request(4), chat: chatOf("2") });
    await write(talker, "/approve 3");
    await write(lead, "/approve 4");
    expect(store.notes).toEqual([
      expect.stringMatching(/^Only .* can approve here\.$/),
      "There is no request #4 here.",
    ]);
    expect(store.mail).toEqual([]);
  });

  test("tell a late one what happened", async () => {
    const { store, write } = rig();
    store.ask(request(3));
    await write(owner, "/decline 3");
    await write(lead, "/approve 3");
    expect(store.notes.at(-1)).toBe("#3: @owner declined this at 14:01.");
  });

  test("do not approve a question", async () => {
    const { store, write } = rig();
    store.ask(questions(4, "db"));
    await write(lead, "/approve 4");
    expect(store.notes).toEqual(["#4 is a question; answer it with its buttons."]);
  });
});
