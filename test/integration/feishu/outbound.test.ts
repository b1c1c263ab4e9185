import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { CallResult, OutboxBody, Piece, Screen } from "../../../src/model/delivery.ts";
import type { MessageId, Nonce } from "../../../src/model/ids.ts";
import type { Message } from "../../emulators/feishu/state.ts";
import { keyOf, none, put, type Rig, startRig } from "./rig.ts";

let rig: Rig;
let dir: string;
let now: number;
const dayMs = 86_400_000;
const minuteMs = 60_000;
beforeEach(async () => {
  now = Date.now();
  const clock = { now: () => now, uptime: () => now, sleep: async (): Promise<void> => {} };
  rig = await startRig({ now: () => now }, { clock });
  dir = await mkdtemp(join(tmpdir(), "feishu-"));
});
afterEach(async () => {
  expect(rig.feishu.violations).toEqual([]);
  await rig.end();
  await rm(dir, { recursive: true, force: true });
});

const say = (text: string, more: Partial<Extract<OutboxBody, { op: "message" }>> = {}): OutboxBody => ({
  op: "message",
  content: { pieces: [{ as: "text", text }] },
  ...more,
});
const shown = (): readonly Message[] => rig.feishu.fromBot(rig.home);
const texts = (): readonly string[] => shown().map((message) => rig.feishu.text(message));
const done = (results: readonly CallResult[]): void => {
  expect(results.map((result) => result.outcome)).toEqual(results.map(() => "done"));
};
const home = (body: OutboxBody, screen: Screen = none): Promise<readonly CallResult[]> =>
  put(rig.channel, keyOf(rig.home), body, screen);

describe("messages", () => {
  test("of every kind of piece, with footer and buttons, are taken and can be read", async () => {
    const pieces: readonly Piece[] = [
      { as: "markdown", text: "# Title\n\n**bold** <at id=all></at> `code`" },
      { as: "text", text: "a < b & *c*" },
      { as: "bold", text: "bold one" },
      { as: "code", text: "rm -rf ./x\nls", language: "sh" },
      { as: "fold", text: "+ added\n- removed" },
    ];
    const buttons = [[{ label: "Yes", nonce: "n1" as Nonce, style: "primary" as const }]];
    done(await home({ op: "message", content: { pieces, footer: "3 s", buttons } }));
    const [message] = shown();
    if (message === undefined) throw new Error("nothing sent");
    const text = rig.feishu.text(message);
    for (const part of ["Title", "a < b & ", "bold one", "rm -rf ./x", "+ added", "3 s"]) expect(text).toContain(part);
    expect(JSON.stringify(JSON.parse(message.content).body)).not.toContain("<at id=all>");
    expect(rig.feishu.buttons(message)).toEqual(["Yes"]);
  });

  test("of each recorded kind of Markdown are taken as cards, at first try", async () => {
    const folder = join(import.meta.dirname, "../../fixtures/markdown");
    const names = (await readdir(folder)).toSorted();
    expect(names.length).toBeGreaterThanOrEqual(18);
    for (const name of names) {
      const text = await readFile(join(folder, name), "utf8");
      const before = shown().length;
      done(await home({ op: "message", content: { pieces: [{ as: "markdown", text }] } }));
      expect(shown().length, name).toBeGreaterThan(before);
      expect(
        shown()
          .slice(before)
          .map((message) => message.type),
        name,
      ).not.toContain("post");
    }
  });

  test("of more than eight parts become the first part and the whole as a document", async () => {
    const text = Array.from({ length: 16_000 }, (_, index) => `line ${index} of it`).join("\n");
    done(await home({ op: "message", content: { pieces: [{ as: "markdown", text }] } }));
    expect(shown().map((message) => message.type)).toEqual(["interactive", "file"]);
    const file = [...rig.feishu.world.files.values()].at(-1);
    expect(file).toMatchObject({ name: "answer.md" });
    expect(file?.bytes.toString()).toContain(text);
  });

  test("below a message that was taken back are sent without it", async () => {
    const asked = rig.feishu.phone.say(rig.home, rig.ada, "?");
    asked.recalled = true;
    done(await home(say("answer", { replyTo: asked.id as MessageId })));
    expect(texts()).toEqual(["answer"]);
    expect(shown()[0]?.parent).toBeUndefined();
  });

  test("reply to the message they answer", async () => {
    const asked = rig.feishu.phone.say(rig.home, rig.ada, "?");
    done(await home(say("answer", { replyTo: asked.id as MessageId })));
    expect(shown()[0]?.parent?.id).toBe(asked.id);
  });
});

describe("edits", () => {
  const edit = { op: "edit", slot: "s", content: { pieces: [{ as: "text", text: "new" }] }, orSend: true } as const;

  const standing = async (): Promise<Screen> => {
    const [result] = await home(say("old", { slot: "s" }));
    if (result?.outcome !== "done" || result.message === undefined) throw new Error("not sent");
    return { slots: { s: result.message } };
  };

  test("change the card in its place", async () => {
    done(await home(edit, await standing()));
    expect(texts()).toEqual(["new"]);
  });

  test("of a card over fourteen days old send it anew", async () => {
    const screen = await standing();
    now += 14 * dayMs + 1000;
    done(await home(edit, screen));
    expect(texts()).toEqual(["old", "new"]);
  });
});

describe("marks", () => {
  test("stand once on a message however often and after whichever", async () => {
    const asked = rig.feishu.phone.say(rig.home, rig.ada, "?");
    const mark = (value: "taken" | "steered" | "none"): OutboxBody => ({
      op: "mark",
      messageId: asked.id as MessageId,
      mark: value,
    });
    done([...(await home(mark("taken"))), ...(await home(mark("taken")))]);
    expect(asked.reactions).toMatchObject([{ emoji: "GLANCE", by: "app" }]);
    done(await home(mark("steered")));
    expect(asked.reactions).toMatchObject([{ emoji: "Get" }]);
    done(await home(mark("none")));
    expect(asked.reactions).toEqual([]);
  });
});

describe("files", () => {
  test("go as they are, images as images, captions before them", async () => {
    const bytes = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 255, 1]);
    for (const name of ["a.bin", "b.png"]) {
      await writeFile(join(dir, name), bytes);
      done(await home({ op: "file", path: join(dir, name), name, caption: `this is ${name}` }));
    }
    expect(shown().map((message) => message.type)).toEqual(["interactive", "file", "interactive", "image"]);
    expect(texts().filter((text) => text !== "")).toEqual(["this is a.bin", "this is b.png"]);
    expect([...rig.feishu.world.files.values()].map((file) => file.bytes.equals(bytes))).toEqual([true, true]);
  });

  test("that are empty or gone are refused before anything is uploaded", async () => {
    await writeFile(join(dir, "empty"), "");
    for (const name of ["empty", "gone"])
      expect(await home({ op: "file", path: join(dir, name), name })).toMatchObject([{ outcome: "refused" }]);
    expect(rig.feishu.calls).toEqual([]);
  });
});

describe("nothing is sent twice", () => {
  const once = (unsureSince?: number): Promise<readonly CallResult[]> =>
    put(rig.channel, keyOf(rig.home), say("the answer"), none, {
      key: "op1",
      ...(unsureSince === undefined ? {} : { unsureSince }),
    });
  const sends = { method: "im.message.create" };

  test.each([
    ["a cut connection", { kind: "cut", applied: true }],
    ["a 502", { kind: "badGateway", applied: true }],
  ] as const)("after %s that hid the answer", async (_, fault) => {
    rig.feishu.faults.arm(fault, sends);
    expect(await once()).toMatchObject([{ outcome: "unknown" }]);
    const since = now;
    now += minuteMs;
    const again = await once(since);
    expect(again).toMatchObject([{ outcome: "done", message: { messageId: shown()[0]?.id } }]);
    expect(texts()).toEqual(["the answer"]);
  });

  test.each([
    ["is found in the history", true],
    ["is sent when the history does not have it", false],
  ])("after the platform forgot the uuid: the message %s", async (_, applied) => {
    rig.feishu.faults.arm({ kind: "cut", applied }, sends);
    await once();
    const since = now;
    now += 61 * minuteMs;
    done(await once(since));
    expect(texts()).toEqual(["the answer"]);
    expect(rig.feishu.calls.some((call) => call.method === "im.message.list")).toBe(true);
  });

  test("without a word: where the app may not look, the repetition says that it may be one", async () => {
    rig.feishu.faults.arm({ kind: "cut", applied: true }, sends);
    await once();
    const since = now;
    now += 61 * minuteMs;
    for (const scope of ["im:message:readonly", "im:message.group_msg"]) rig.feishu.scopes.delete(scope);
    done(await once(since));
    expect(texts()[0]).toBe("the answer");
    expect(texts()[1]).toMatch(/possibly repeated.*\n.*the answer/s);
  });

  test("even if a document was cut off after it was applied", async () => {
    await writeFile(join(dir, "a.bin"), "bytes");
    const body: OutboxBody = { op: "file", path: join(dir, "a.bin"), name: "a.bin" };
    rig.feishu.faults.arm({ kind: "cut", applied: true }, sends);
    expect(await put(rig.channel, keyOf(rig.home), body, none, { key: "f" })).toMatchObject([{ outcome: "unknown" }]);
    done(await put(rig.channel, keyOf(rig.home), body, none, { key: "f", unsureSince: now }));
    expect(shown()).toHaveLength(1);
  });
});

describe("limits", () => {
  test.each([
    ["of the chat", { code: 230020 }, { scope: "chat" }],
    ["of the gateway", { code: 99_991_400, status: 429, resetSeconds: 7 }, { scope: "account", retryAfterMs: 7000 }],
  ] as const)("%s are told with their scope and end", async (_, refusal, expected) => {
    rig.feishu.faults.arm({ kind: "refuse", ...refusal });
    expect(await home(say("hello"))).toMatchObject([{ outcome: "rateLimited", ...expected }]);
    done(await home(say("hello")));
    expect(texts()).toEqual(["hello"]);
  });
});
