import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Arrived, busyMode, nextGroup, nextWaiting } from "../../../src/dispatcher/mailbox.ts";
import { promptText } from "../../../src/dispatcher/prompt.ts";
import type { MailId, MessageId, PersonId } from "../../../src/model/ids.ts";
import type { InboundMessage } from "../../../src/model/message.ts";

const ada = { id: "telegram:1" as PersonId, name: "@ada" };
const long = "x".repeat(4000);

function message(id: number, text: string, more: Partial<InboundMessage> = {}): InboundMessage {
  return { messageId: String(id) as MessageId, person: ada, sentAt: 1000, text, attachments: [], ...more };
}

function mail(...messages: InboundMessage[]): Arrived[] {
  return messages.map((m, at) => ({ id: `${at + 1}-0` as MailId, arrivedAt: 0, mail: { kind: "prompt", message: m } }));
}

const later = 10_000;
const none: ReadonlySet<MailId> = new Set();

describe("joining", () => {
  it("takes separate messages apart", () => {
    expect(nextGroup(mail(message(1, "a"), message(2, "b")), none, later)).toMatchObject({
      group: { mailIds: ["1-0"], messageId: "1" },
    });
  });

  it("puts a split paste together again without a seam", () => {
    const next = nextGroup(mail(message(1, long), message(2, long), message(3, "end")), none, later);
    expect(next).toMatchObject({ group: { mailIds: ["1-0", "2-0", "3-0"], messageId: "1" } });
    if (next === undefined || !("group" in next)) throw new Error("no group");
    expect(promptText(next.group.messages)).toBe(`${long}${long}end`);
  });

  it("does not join what is not adjacent, too late, short, or of somebody else", () => {
    const bob = { id: "telegram:2" as PersonId, name: "@bob" };
    for (const second of [message(3, "b"), message(2, "b", { sentAt: 2001 }), message(2, "b", { person: bob })]) {
      expect(nextGroup(mail(message(1, long), second), none, later)).toMatchObject({ group: { mailIds: ["1-0"] } });
    }
    expect(nextGroup(mail(message(1, "short"), message(2, "b")), none, later)).toMatchObject({
      group: { mailIds: ["1-0"] },
    });
  });

  it("waits a moment for the rest of a paste and of an album, never for a plain message", () => {
    expect(nextGroup(mail(message(1, long)), none, 200)).toEqual({ waitMs: 800 });
    expect(nextGroup(mail(message(1, "", { albumId: "a" })), none, 200)).toEqual({ waitMs: 500 });
    expect(nextGroup(mail(message(1, "plain")), none, 0)).toHaveProperty("group");
  });

  it("joins an album whatever its ids are", () => {
    const parts = [message(5, "look", { albumId: "a" }), message(7, "", { albumId: "a" })];
    expect(nextGroup(mail(...parts), none, later)).toMatchObject({ group: { mailIds: ["1-0", "2-0"] } });
  });

  it("every free prompt is in exactly one group, in order", () => {
    const texts = fc.array(fc.constantFrom("a", long, "b"), { maxLength: 12 });
    fc.assert(
      fc.property(texts, (all) => {
        const items = mail(...all.map((t, at) => message(at + 1, t)));
        const taken = new Set<MailId>();
        const order: string[] = [];
        for (
          let next = nextGroup(items, taken, later);
          next !== undefined && "group" in next;
          next = nextGroup(items, taken, later)
        ) {
          for (const id of next.group.mailIds) taken.add(id);
          order.push(...next.group.mailIds);
        }
        expect(order).toEqual(items.map((m) => m.id));
      }),
    );
  });
});

it("a forward right after its comment follows it into the turn, whatever the chat's mode", () => {
  const forward = {
    messages: [message(2, "see", { forwardedFrom: "Bob", sentAt: 1500 })],
    mailIds: [],
    messageId: "2" as MessageId,
  };
  expect(busyMode("queue", forward, { person: ada.id, sentAt: 1000 })).toBe("steer");
  expect(busyMode("queue", forward, { person: ada.id, sentAt: 100 })).toBe("queue");
  expect(busyMode("queue", forward, undefined)).toBe("queue");
});

it("held mail runs only by a tap; a tapped one runs first", () => {
  const waiting = (slot: string, more: object = {}) => ({ mailIds: [], messageId: "1" as MessageId, slot, ...more });
  expect(nextWaiting([waiting("a", { held: true })])).toBeUndefined();
  expect(nextWaiting([waiting("a", { held: true }), waiting("b"), waiting("c")])?.slot).toBe("b");
  expect(nextWaiting([waiting("b"), waiting("c", { first: true })])?.slot).toBe("c");
});
