import { readFile } from "node:fs/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { ThreadId } from "../../src/model/ids.ts";
import type { CodexRequest } from "../../src/model/request.ts";
import { startRedis, type TestRedis } from "../fixtures/redis.ts";
import type { Platform } from "./platform.ts";
import { ContractWorld, type PlayedTurn, until } from "./world.ts";

/** What a channel promises to people, whatever the platform. Run for each channel by a `*.test.ts` beside this file. */
export function channelContract(make: () => Platform): void {
  const { capabilities } = make();
  let redis: TestRedis;
  let world: ContractWorld;
  let platform: Platform;

  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.stop());
  beforeEach(async () => {
    platform = make();
    world = await ContractWorld.create(platform, redis);
  });
  afterEach(async () => {
    const violations = platform.violations();
    await world.dispose();
    expect(violations).toEqual([]);
  });

  const push = (turn: PlayedTurn, rpcId = 7, command = "git push"): CodexRequest => ({
    rpcId,
    threadId: "thread-1" as ThreadId,
    turnId: turn.id,
    itemId: `call-${rpcId}`,
    body: { kind: "command", command, cwd: "/app" },
  });
  const say = (turn: PlayedTurn, delta: string): void =>
    turn.process.emit({ kind: "messageDelta", turnId: turn.id, itemId: `m-${turn.id}`, delta });

  /** The live frame is on the screen: the next message for keeps is the final. */
  const showing = async (turn: PlayedTurn, text: string): Promise<void> => {
    say(turn, text);
    await until(() => platform.frames("home").some((frame) => frame.includes(text)), "a frame with text");
  };

  describe("a message", () => {
    test("reaches Codex as it was written, and the answer comes back whole, as a reply", async () => {
      const text = "add `GET /health`; 中文, emoji 🦊 and\n\n  a second line";
      const asked = platform.say("home", "owner", text);
      const turn = await world.turn();
      expect(turn.text).toBe(text);
      turn.process.complete(turn.id, "Added. 已添加 🦊\n\n```ts\nconst a = 1 < 2;\n```");
      const final = await world.message("home", "Added.");
      expect(final.replyTo).toBe(asked);
      expect(final.text).toContain("已添加 🦊");
      expect(final.text).toContain("const a = 1 < 2;");
    });

    test.runIf(!capabilities.shared)("of a stranger has no way in, and neither has a tap (L9)", async () => {
      platform.say("home", "owner", "work");
      const turn = await world.turn();
      turn.process.emit({ kind: "request", request: push(turn) });
      const card = await world.message("home", "git push");
      await expect(platform.tap("home", card.id, "Approve", "stranger")).rejects.toThrow("401");
      expect(world.started).toBe(1);
      expect(turn.process.answers).toEqual([]);
    });

    test.runIf(capabilities.shared)("of a stranger causes nothing, and a stranger's tap is told so (L9)", async () => {
      platform.say("home", "owner", "work");
      const turn = await world.turn();
      turn.process.emit({ kind: "request", request: push(turn) });
      const card = await world.message("home", "git push");
      platform.say("team", "stranger", "hello", { mention: true });
      expect(await platform.tap("home", card.id, "Approve", "stranger")).toContain("You cannot answer this here.");
      expect(world.started).toBe(1);
      expect(platform.shown("team")).toEqual([]);
      expect(turn.process.answers).toEqual([]);
    });

    test("delivered twice is one turn with one answer (L2)", async () => {
      platform.say("home", "owner", "once");
      const turn = await world.turn();
      platform.redeliver();
      turn.process.complete(turn.id, "Only once.");
      await world.message("home", "Only once.");
      platform.say("home", "owner", "next");
      expect((await world.turn()).text).toBe("next");
      expect(platform.shown("home").filter((m) => m.text.includes("Only once."))).toHaveLength(1);
    });

    test("waits its turn: three are answered in their order (L2, L4)", async () => {
      platform.say("home", "owner", "one");
      const first = await world.turn();
      for (const text of ["two", "three"]) platform.say("home", "owner", text);
      await until(() => platform.shown("home").filter((m) => m.buttons.includes("Steer now")).length === 2, "notes");
      first.process.complete(first.id, "Answer one.");
      for (const n of ["two", "three"]) {
        const turn = await world.turn();
        expect(turn.text).toBe(n);
        turn.process.complete(turn.id, `Answer ${n}.`);
      }
      await world.message("home", "Answer three.");
      const finals = platform.shown("home").flatMap((m) => /Answer \w+/.exec(m.text) ?? []);
      expect(finals).toEqual(["Answer one", "Answer two", "Answer three"]);
    });
  });

  describe("an answer", () => {
    test("is seen as it grows, and its final is a message of its own (L6)", async () => {
      const asked = platform.say("home", "owner", "write");
      const turn = await world.turn();
      say(turn, "The first ");
      await until(() => platform.frames("home").some((f) => f.includes("The first")), "a frame with text");
      say(turn, "and the second half.");
      await until(() => platform.frames("home").some((f) => f.includes("second half")), "a later frame");
      expect(platform.shown("home").filter((m) => m.text.includes("The first"))).toEqual([]);
      turn.process.complete(turn.id, "The first and the second half.");
      const final = await world.message("home", "The first and the second half.");
      expect(final.replyTo).toBe(asked);
      const frames = platform.frames("home").length;
      platform.say("home", "owner", "/status");
      await world.message("home", "Thread");
      expect(platform.frames("home")).toHaveLength(frames);
    });

    test("of any length comes whole: in parts, or with a file that holds all of it (L11)", async () => {
      const word = (n: number): string => `w${String(n).padStart(6, "0")}`;
      const long = (words: number): string =>
        Array.from({ length: words }, (_, n) => word(n) + (n % 12 === 11 ? "\n\n" : " ")).join("");
      platform.say("home", "owner", "long");
      const turn = await world.turn();
      turn.process.complete(turn.id, long(2_500));
      await world.message("home", word(2_499), 30_000);
      const seen = platform.shown("home").flatMap((m) => m.text.match(/w\d{6}/g) ?? []);
      expect(seen).toEqual(Array.from({ length: 2_500 }, (_, n) => word(n)));
      if (capabilities.maxTextLength > 1_000_000) return;
      platform.say("home", "owner", "longer");
      const next = await world.turn();
      next.process.complete(next.id, long(60_000));
      await until(() => platform.shown("home").some((m) => m.file !== undefined), "a file", 30_000);
      const file = platform.shown("home").find((m) => m.file !== undefined)?.file;
      expect(file?.name).toBe("answer.md");
      expect(file?.bytes.toString()).toContain(word(59_999));
    });

    test("survives the platform's limit on the rate, once (L5)", async () => {
      platform.say("home", "owner", "work");
      const turn = await world.turn();
      await showing(turn, "Through");
      platform.limitNext();
      turn.process.complete(turn.id, "Through at last.");
      await world.message("home", "Through at last.", 20_000);
      expect(platform.shown("home").filter((m) => m.text.includes("Through at last."))).toHaveLength(1);
    });

    test("whose sending got no answer is there, and twice only where the platform has no key for it (L5)", async () => {
      platform.say("home", "owner", "work");
      const turn = await world.turn();
      await showing(turn, "Perhaps");
      platform.loseNextAnswer();
      turn.process.complete(turn.id, "Perhaps twice.");
      await world.message("home", "Perhaps twice.");
      platform.say("home", "owner", "/status");
      await world.message("home", "Thread", 20_000);
      const copies = platform.shown("home").filter((m) => m.text.includes("Perhaps twice.")).length;
      expect(copies).toBe(platform.capabilities.idempotentSends ? 1 : 2);
    });
  });

  describe("an approval", () => {
    test("is answered by its button: told at once, shown as decided only once Codex has it (L7)", async () => {
      platform.say("home", "owner", "work");
      const turn = await world.turn();
      turn.process.emit({ kind: "request", request: push(turn) });
      const card = await world.message("home", "git push");
      expect(card.buttons).toEqual(expect.arrayContaining(["Approve", "For this session", "Decline", "Stop"]));
      expect(await platform.tap("home", card.id, "Approve", "owner")).toBe("Approved.");
      await until(() => turn.process.answers.length === 1, "the answer");
      expect(turn.process.answers[0]?.answer).toEqual({ kind: "decision", decision: "accept" });
      const now = (): string => platform.shown("home").find((m) => m.id === card.id)?.text ?? "";
      await until(() => now().includes("Telling Codex"), "the card says what happens");
      expect(now()).not.toContain("Approved once");
      turn.process.emit({ kind: "requestResolved", threadId: "thread-1" as ThreadId, rpcId: 7 });
      await until(() => now().includes("Approved once by"), "the verdict");
      expect(platform.shown("home").find((m) => m.id === card.id)?.buttons).toEqual([]);
      expect(await platform.tapAgain("home", card.id, "owner")).toMatch(/approved this|You approved|no longer/i);
      expect(turn.process.answers).toHaveLength(1);
    });

    test("two at once stay apart (L7)", async () => {
      platform.say("home", "owner", "work");
      const turn = await world.turn();
      turn.process.emit({ kind: "request", request: push(turn, 7, "git push") });
      turn.process.emit({ kind: "request", request: push(turn, 8, "npm publish") });
      const second = await world.message("home", "npm publish");
      const first = await world.message("home", "git push");
      await platform.tap("home", second.id, "Decline", "owner");
      await until(() => turn.process.answers.length === 1, "the second answer");
      expect(turn.process.answers[0]).toMatchObject({ request: { rpcId: 8 }, answer: { decision: "decline" } });
      await platform.tap("home", first.id, "Approve", "owner");
      await until(() => turn.process.answers.length === 2, "the first answer");
    });

    test("can be answered after the service was down, in the turn that went on without it (L8)", async () => {
      platform.say("home", "owner", "work");
      const turn = await world.turn();
      say(turn, "So far ");
      turn.process.emit({ kind: "request", request: push(turn) });
      const card = await world.message("home", "git push");
      await world.end();
      turn.process.history = [
        { turnId: turn.id, status: "inProgress", clientIds: [turn.clientId], messages: [], actions: [] },
      ];
      await world.start();
      await until(() => turn.process.threads.length === 2, "the thread is joined again");
      turn.process.emit({ kind: "request", request: push(turn) });
      expect(await platform.tap("home", card.id, "Approve", "owner")).toBe("Approved.");
      await until(() => turn.process.answers.length > 0, "the answer");
      turn.process.emit({ kind: "requestResolved", threadId: "thread-1" as ThreadId, rpcId: 7 });
      turn.process.complete(turn.id, "So far so good.");
      await world.message("home", "So far so good.");
      expect(platform.shown("home").filter((m) => m.text.includes("So far so good."))).toHaveLength(1);
      expect(platform.shown("home").filter((m) => m.text.includes("git push"))).toHaveLength(1);
    });
  });

  test("a file arrives in the chat's folder and is named to Codex", async () => {
    const bytes = Buffer.from("a,b\n1,2\n");
    platform.sendFile("home", "owner", { name: "table.csv", bytes }, "read this");
    const turn = await world.turn();
    const path = /table\.csv is at (\S+)\]/.exec(turn.text)?.[1] ?? "";
    expect(await readFile(path)).toEqual(bytes);
  });

  describe.runIf(capabilities.shared)("in a group", () => {
    test("a mention is heard, and answered there; Codex is told who wrote; the rest is left alone", async () => {
      platform.say("team", "member", "not for you");
      const asked = platform.say("team", "member", "fix it", { mention: true });
      const turn = await world.turn();
      expect(turn.text).toMatch(/^\[From [^\]]+\]\nfix it$/);
      turn.process.complete(turn.id, "Fixed.");
      const final = await world.message("team", "Fixed.");
      expect(final.replyTo).toBe(asked);
      platform.say("team", "member", "thanks", { replyTo: final.id });
      expect((await world.turn()).text).toContain("thanks");
      expect(world.started).toBe(2);
      expect(platform.shown("home")).toEqual([]);
    });

    test("a reason that was asked for is taken from the answer to the question, and quoted back", async () => {
      platform.say("team", "member", "push it", { mention: true });
      const turn = await world.turn();
      turn.process.emit({ kind: "request", request: push(turn) });
      const card = await world.message("team", "git push");
      await platform.tap("team", card.id, "Decline and say why", "owner");
      const question = await world.message("team", "Reason for declining");
      expect(question.text).toContain("as a reply to this message");
      platform.say("team", "owner", "use pnpm", { replyTo: question.id });
      await until(() => turn.process.answers.length === 1, "the answer");
      expect(turn.process.answers[0]?.answer).toMatchObject({ decision: "decline", reason: "use pnpm" });
      expect(turn.process.steers.map((steer) => JSON.stringify(steer.input)).join()).toContain("use pnpm");
      await world.message("team", "use pnpm");
    });

    test("a card is answered by those who may approve, by who tapped (L7)", async () => {
      platform.say("team", "member", "push it", { mention: true });
      const turn = await world.turn();
      turn.process.emit({ kind: "request", request: push(turn) });
      const card = await world.message("team", "git push");
      expect(await platform.tap("team", card.id, "Approve", "member")).toContain("Only ");
      expect(turn.process.answers).toEqual([]);
      expect(await platform.tap("team", card.id, "Approve", "owner")).toBe("Approved.");
      await until(() => turn.process.answers.length === 1, "the answer");
    });
  });
}
