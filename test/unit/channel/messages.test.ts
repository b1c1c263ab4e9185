import { describe, expect, test } from "vitest";
import { approver, chatOf, facts, home, lead, messageEvent, owner, rig, start, stranger, talker } from "./harness.ts";

describe("a message", () => {
  test("becomes mail before it is acknowledged, and is refused when it cannot be stored (L1)", async () => {
    const { store, write, sink, clock } = rig();
    await write(talker, "fix it");
    expect(store.mail).toMatchObject([{ chat: home, mail: { kind: "prompt", message: { text: "fix it" } } }]);
    store.down = true;
    await expect(sink.accept(messageEvent(talker, "more", "m9", { sentAt: clock.now() }))).rejects.toThrow("down");
    store.down = false;
    await write(talker, "more", { dedupe: "m9" });
    expect(store.mail.length).toBe(2);
  });

  test.each(["resolve", "owners", "claimCode", "reserved", "ingest"] as const)(
    "is refused when the store fails at %s alone (L1)",
    async (step) => {
      const { store, sink, clock } = rig();
      store[step] = async (): Promise<never> => {
        throw new Error(`no ${step}`);
      };
      const event = messageEvent(lead, "fix it", "m1", { sentAt: clock.now() });
      await expect(sink.accept(event)).rejects.toThrow(`no ${step}`);
      expect(store.mail).toEqual([]);
    },
  );

  test("delivered twice is taken once (L2)", async () => {
    const { store, write } = rig();
    await write(talker, "fix it", { dedupe: "m1" });
    await write(talker, "fix it", { dedupe: "m1" });
    expect(store.mail.length).toBe(1);
  });

  test("of a stranger causes nothing at all (L9)", async () => {
    const { store, write } = rig();
    for (const text of ["hello", "/start", "/start WRONG", "/new", "/approve 1", "/nonsense"])
      await write(stranger, text);
    expect(store.mail).toEqual([]);
    expect(store.said).toEqual([]);
  });

  test("in a group is ignored, also an owner's", async () => {
    const { store, sink, clock } = rig();
    const event = messageEvent(owner, "hello", "m1", { sentAt: clock.now() });
    await sink.accept({ ...event, at: { ...facts(chatOf("-5")), private: false } });
    expect(store.mail).toEqual([]);
    expect(store.said).toEqual([]);
  });

  test("of someone who may only approve is answered, not taken", async () => {
    const { store, write } = rig();
    await write(approver, "fix it");
    expect(store.mail).toEqual([]);
    expect(store.notes).toEqual(["You can answer requests here, but not give Codex work."]);
  });

  test("edited reaches the actor as an edit; a stranger's does not (L9)", async () => {
    const { store, sink, clock } = rig();
    const event = messageEvent(talker, "better", "e1", { sentAt: clock.now() });
    const foreign = messageEvent(stranger, "better", "e2", { sentAt: clock.now() });
    if (event.kind !== "message" || foreign.kind !== "message") throw new Error("not a message");
    await sink.accept({ kind: "edit", dedupe: "e1", at: event.at, message: event.message });
    await sink.accept({ kind: "edit", dedupe: "e2", at: foreign.at, message: foreign.message });
    expect(store.mail.map((m) => m.mail.kind)).toEqual(["edit"]);
  });

  test("belongs to the chat its address moved from", async () => {
    const { store, write, sink } = rig();
    const there = chatOf("777");
    await sink.accept({ kind: "moved", dedupe: "mv", at: facts(there), to: home });
    await write(talker, "after the move");
    expect(store.mail[0]?.chat).toBe(there);
  });

  test("delivered again long after newer ones is marked late", async () => {
    const { store, write } = rig();
    await write(talker, "new", { sentAt: start + 100_000 });
    await write(talker, "old", { sentAt: start + 30_000 });
    await write(talker, "a little old", { sentAt: start + 50_000 });
    expect(store.mail.map(({ mail }) => mail.kind === "prompt" && mail.late)).toEqual([undefined, true, undefined]);
  });

  test("over the mailbox's cap is refused politely, once a minute", async () => {
    const { store, write, clock } = rig();
    store.cap = 1;
    await write(talker, "one");
    await write(talker, "two");
    await write(talker, "three");
    expect(store.notes).toEqual([expect.stringContaining("500 messages waiting here already; this one was not taken")]);
    await clock.advance(61_000);
    await write(talker, "four");
    expect(store.said.length).toBe(2);
    expect(store.mail.length).toBe(1);
  });

  test("is kept although a note about it fails", async () => {
    const { store, write } = rig();
    store.mute = true;
    store.cap = 0;
    await expect(write(talker, "one")).resolves.toBeDefined();
  });
});

describe("messages sent while the service was down (L1)", () => {
  test("are taken and told once, as one number", async () => {
    const { store, write, clock } = rig();
    for (let i = 0; i < 3; i++) await write(talker, `m${i}`, { sentAt: start - 3_600_000 + i });
    await write(talker, "now");
    expect(store.notes).toEqual([]);
    await clock.advance(1000);
    expect(store.notes).toEqual(["3 messages waited while I was down; taking them in order."]);
    await write(talker, "straggler", { sentAt: start - 10_000 });
    await write(talker, "straggler 2", { sentAt: start - 10_000 });
    await clock.advance(5000);
    expect(store.said.length).toBe(1);
    const waited = store.mail.filter(({ mail }) => mail.kind === "prompt" && mail.waitedWhileDown === true);
    expect(waited.length).toBe(5);
  });

  test("are counted while they keep coming", async () => {
    const { store, write, clock } = rig();
    for (let i = 0; i < 4; i++) {
      await write(talker, `m${i}`, { sentAt: start - 60_000 });
      await clock.advance(200);
    }
    await clock.advance(1000);
    expect(store.notes).toEqual([expect.stringContaining("4 messages waited")]);
  });

  test("are not mentioned when it was only one, or seconds before the start", async () => {
    const { store, write, clock } = rig();
    await write(talker, "one", { sentAt: start - 60_000 });
    await write(talker, "two", { sentAt: start - 1000 });
    await clock.advance(5000);
    expect(store.said).toEqual([]);
  });
});

describe("a command", () => {
  test("of ours becomes mail with its arguments", async () => {
    const { store, write } = rig();
    await write(talker, "/new@my_bot fix\nit");
    await write(talker, "/STOP");
    expect(store.mail.map((m) => m.mail)).toMatchObject([
      { kind: "command", command: { name: "new", args: "fix\nit" } },
      { kind: "command", command: { name: "stop", args: "" } },
    ]);
  });

  test("we do not know is not sent to Codex before [Send as text]", async () => {
    const { store, write, tap } = rig();
    const dedupe = await write(talker, "/statsu now");
    expect(store.mail).toEqual([]);
    expect(store.notes).toEqual(["There is no command /statsu; did you mean /status? It was not sent to Codex."]);
    const [button] = store.said[0]?.buttons ?? [];
    if (button === undefined) throw new Error("no button");
    await tap(talker, button.nonce);
    await tap(talker, button.nonce);
    expect(store.mail.map((m) => m.mail)).toMatchObject([
      { kind: "prompt", message: { text: "/statsu now", messageId: dedupe } },
    ]);
  });

  test("without a likeness gets no guess", async () => {
    const { store, write } = rig();
    await write(talker, "/etc/hosts is broken");
    expect(store.notes).toEqual(["There is no command /etc/hosts. It was not sent to Codex."]);
  });

  test("we do not know is answered once, also when the answer failed first", async () => {
    const { store, sink, clock } = rig();
    const event = messageEvent(talker, "/statsu", "m1", { sentAt: clock.now() });
    store.mute = true;
    await expect(sink.accept(event)).rejects.toThrow("mute");
    store.mute = false;
    await sink.accept(event);
    await sink.accept(event);
    expect(store.said.length).toBe(1);
  });

  test("/start greets who may talk, in the chat's language", async () => {
    const { store, write } = rig({ project: "app" });
    await write(talker, "/start");
    store.speak(home, "zh-CN");
    await write(talker, "/start whatever");
    expect(store.notes[0]).toMatch(/This bot works with Codex in app\.[\s\S]*\/status · /);
    expect(store.notes[0]).not.toContain("/settings");
    expect(store.notes[1]).toContain("此机器人与 Codex 一起工作，项目 app");
  });
});

describe("the claim", () => {
  test("makes the first to send the code the owner, by link or by text", async () => {
    for (const text of ["/start K7QM2F9D", "K7QM2F9D"]) {
      const { store, write } = rig();
      store.code = "K7QM2F9D";
      await write(stranger, text);
      expect(store.notes).toEqual([expect.stringContaining("This service is yours now")]);
      await write(stranger, "fix it");
      expect(store.mail.length).toBe(1);
      await write({ ...stranger, id: "fake:10" as never }, text);
      expect(store.said.length).toBe(1);
    }
  });

  test("with a wrong code says nothing, and idle talk is no try (L9)", async () => {
    const { store, write } = rig();
    store.code = "K7QM2F9D";
    const tries: string[] = [];
    const claim = store.claim.bind(store);
    store.claim = (account, code, person) => {
      tries.push(code);
      return claim(account, code, person);
    };
    for (const text of ["/start NOPE", "hello", "12345678"]) await write(stranger, text);
    expect(tries).toEqual(["NOPE", "12345678"]);
    expect(store.said).toEqual([]);
  });
});

describe("the platform's own stop button", () => {
  test("stops what runs, for those who may talk (L9)", async () => {
    const { store, sink } = rig();
    await sink.accept({ kind: "stop", dedupe: "s1", at: facts(home), person: stranger, draftId: 1 });
    await sink.accept({ kind: "stop", dedupe: "s2", at: facts(home), person: lead, draftId: 7 });
    expect(store.mail.map((m) => m.mail)).toEqual([{ kind: "stop", person: lead, draftId: 7 }]);
  });
});
