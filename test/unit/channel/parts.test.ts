import { describe, expect, test } from "vitest";
import type { InboundEvent } from "../../../src/channel/port.ts";
import { chatKey } from "../../../src/model/ids.ts";
import type { InboundMessage } from "../../../src/model/message.ts";
import { chatOf, lead, messageEvent, type Rig, rig, start, talker } from "./harness.ts";

const mention = chatOf("g-mention");
const long = "x".repeat(4070);
const file = (ref: string) => ({ attachments: [{ kind: "file", ref } as const], albumId: "album" });

type Told = Partial<InboundMessage> & { readonly addressed?: boolean; readonly at?: typeof mention };

/** A message in a group that hears mentions alone. */
function write(r: Rig, text: string, { addressed = false, at = mention, ...more }: Told = {}): Promise<unknown> {
  const dedupe = `${text.slice(0, 20)} ${more.attachments?.[0]?.ref ?? ""}`;
  const event = messageEvent(more.person ?? talker, text, dedupe, { sentAt: r.clock.now(), ...more });
  return r.sink.accept({ ...event, at: { chat: at, private: false, title: "Team" }, addressed } as InboundEvent);
}

const texts = (r: Rig): readonly string[] =>
  r.store.mail.map(({ mail }) => (mail.kind === "prompt" ? mail.message.text.slice(0, 20) : mail.kind));

describe("an album whose first file mentions the bot (L1)", () => {
  test("is taken with all its files", async () => {
    const r = rig();
    await write(r, "compare these", { ...file("a"), addressed: true });
    await write(r, "", file("b"));
    await write(r, "not a file of it", { person: lead });
    await write(r, "", file("c"));
    expect(texts(r)).toEqual(["compare these", "", ""]);
  });

  test("takes no other album along, no other person's, and none without a mention", async () => {
    const r = rig();
    await write(r, "", file("a"));
    await write(r, "look", { ...file("b"), addressed: true });
    await write(r, "", { ...file("c"), person: lead });
    await write(r, "", { ...file("d"), albumId: "another" });
    await write(r, "thanks all");
    expect(texts(r)).toEqual(["look"]);
  });
});

describe("a text cut into several messages whose first mentions the bot (L1)", () => {
  test("is taken to its end, also when somebody writes in between", async () => {
    const r = rig();
    await write(r, long, { addressed: true });
    await write(r, "is he at it again?", { person: lead });
    await write(r, `second ${long}`, { sentAt: start + 1000 });
    await write(r, "/usr/bin is the end", { sentAt: start + 2000 });
    await write(r, "lunch?", { sentAt: start + 2000 });
    expect(texts(r)).toEqual([long.slice(0, 20), `second ${long}`.slice(0, 20)]);
    expect(r.store.notes).toEqual([expect.stringContaining("There is no command /usr/bin")]);
  });

  test("ends with the next message that is no part of it", async () => {
    const others: readonly [string, Told][] = [
      ["later", { sentAt: start + 4000 }],
      ["", file("a")],
      ["/stop@other_bot", {}],
      ["from elsewhere", { forwardedFrom: "News" }],
      ["in a topic", { at: chatKey({ channel: "fake", account: "main", chat: "g-mention", topicId: "t1" }) }],
    ];
    for (const [text, more] of others) {
      const r = rig();
      await write(r, long, { addressed: true });
      await write(r, text, more);
      expect(texts(r)).toEqual([long.slice(0, 20)]);
    }
    const r = rig();
    await write(r, "short", { addressed: true });
    await write(r, "not for the bot");
    expect(texts(r)).toEqual(["short"]);
  });

  test("is taken whole when a part could not be stored and comes again, minutes later", async () => {
    const r = rig();
    await write(r, long, { addressed: true });
    const part = { sentAt: start };
    r.store.down = true;
    await expect(write(r, "the rest", part)).rejects.toThrow("down");
    const { ingest } = r.store;
    r.store.down = false;
    r.store.ingest = () => Promise.reject(new Error("no ingest"));
    await expect(write(r, "the rest", part)).rejects.toThrow("no ingest");
    r.store.ingest = ingest;
    await r.clock.advance(300_000);
    await write(r, "the rest", part);
    expect(texts(r)).toEqual([long.slice(0, 20), "the rest"]);
  });

  test("is forgotten after ten minutes", async () => {
    const r = rig();
    const sentAt = start;
    await write(r, long, { addressed: true, sentAt });
    await r.clock.advance(600_001);
    await write(r, "the rest", { sentAt });
    expect(texts(r)).toEqual([long.slice(0, 20)]);
  });
});
