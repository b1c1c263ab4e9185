import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { unreadCount } from "../../../adapters/web/page/looked.ts";
import type { ToPage } from "../../../adapters/web/protocol.ts";
import { chat, frame, message, PageUnderTest, welcome } from "./page-messages.ts";

const changed = (id: number, news: Parameters<typeof message>[1] = {}): ToPage => ({
  type: "message",
  message: message(id, news),
});

describe("a page that connects", () => {
  test("names no number on the first connection, and opens the newest chat", () => {
    const page = new PageUnderTest().does({ type: "connected" });
    expect(page.said).toEqual([{ type: "hello", build: "b1" }]);
    page.hears(welcome(9, { reset: true }), { type: "chats", chats: [chat("old", 3), chat("new", 9)] });
    expect(page.state.chat).toBe("new");
    expect(page.said.at(-1)).toEqual({ type: "open", chat: "new" });
  });

  test("names the last number it saw after a loss, and doubles nothing that comes again", () => {
    const page = new PageUnderTest().opened(3).hears(changed(4)).lost().does({ type: "connected" });
    expect(page.said.at(-1)).toEqual({ type: "hello", build: "b1", after: 4, chat: "c1" });
    page.hears(welcome(6), changed(4), changed(5), changed(6));
    expect(page.ids()).toEqual(["1", "2", "3", "4", "5", "6"]);
  });

  test("does not name a number whose chat list never came", () => {
    const page = new PageUnderTest()
      .does({ type: "connected" })
      .hears(welcome(9, { reset: true }))
      .lost();
    expect(page.does({ type: "connected" }).said.at(-1)).toEqual({ type: "hello", build: "b1" });
  });

  test("does not skip changes because a message of its own was taken first", () => {
    const page = new PageUnderTest().opened(3).says("say-1");
    page.hears({ type: "taken", id: "say-1", message: message(9, { from: "person" }) }).lost();
    expect(page.does({ type: "connected" }).said.at(-1)).toMatchObject({ after: 3 });
  });

  test("does not skip changes because the chat list came before them", () => {
    const page = new PageUnderTest().opened(3).lost().does({ type: "connected" });
    page.hears(welcome(9), { type: "chats", chats: [chat("c1", 9)] }, changed(4)).lost();
    expect(page.does({ type: "connected" }).said.at(-1)).toMatchObject({ after: 4 });
  });

  test("asks again for the open chat whose messages never came", () => {
    const page = new PageUnderTest().does({ type: "connected" });
    page.hears(welcome(9, { reset: true }), { type: "chats", chats: [chat("c1", 9)] }).lost();
    page.does({ type: "connected" }).hears(welcome(9));
    expect(page.said.at(-1)).toEqual({ type: "open", chat: "c1" });
  });

  test("forgets what is on the screen when it is told to", () => {
    const page = new PageUnderTest().opened(3).lost().does({ type: "connected" });
    page.hears(welcome(900, { reset: true }));
    expect(page.ids()).toEqual([]);
    page.hears({ type: "chats", chats: [chat("c1", 900)] });
    expect(page.said.at(-1)).toEqual({ type: "open", chat: "c1" });
    expect(page.state.after).toBe(900);
  });

  test("of another build than the service says nothing more", () => {
    const page = new PageUnderTest({ unsent: [] }).does({ type: "connected" }).hears(welcome(1, { build: "b2" }));
    expect(page.state.connection).toBe("outdated");
    page.says("say-1");
    expect(page.said).toEqual([{ type: "hello", build: "b1" }]);
    expect(page.state.unsent.map((one) => one.id)).toEqual(["say-1"]);
  });
});

describe("messages", () => {
  test("stand in the order of their ids as numbers, whatever order they come in, each once", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 4, max: 2000 }), { maxLength: 60 }), (ids) => {
        const page = new PageUnderTest().opened(3).hears(...ids.map((id) => changed(id)));
        const wanted = [...new Set([1, 2, 3, ...ids])].sort((a, b) => a - b).map(String);
        expect(page.ids()).toEqual(wanted);
      }),
    );
  });

  test("are replaced by their later change and not by an earlier one", () => {
    const page = new PageUnderTest().opened(3);
    page.hears(changed(2, { seq: 9, mark: "steered" }), changed(2, { seq: 8, mark: "waiting" }));
    expect(page.state.pages.c1?.messages[1]?.mark).toBe("steered");
  });

  test("that changed far back leave no hole: they come with their page of older ones", () => {
    const page = new PageUnderTest()
      .does({ type: "connected" })
      .hears(
        welcome(60, { reset: true }),
        { type: "chats", chats: [chat("c1", 60)] },
        { type: "messages", chat: "c1", messages: [message(59), message(60)], more: true },
        changed(5, { seq: 61 }),
      );
    expect(page.ids()).toEqual(["59", "60"]);
    page.does({ type: "older" }, { type: "older" });
    expect(page.said.filter((one) => one.type === "older")).toEqual([{ type: "older", chat: "c1", before: "59" }]);
    page.hears({ type: "messages", chat: "c1", messages: [message(5, { seq: 61 }), message(58)], more: false });
    expect(page.ids()).toEqual(["5", "58", "59", "60"]);
    expect(page.state.pages.c1?.more).toBe(false);
  });

  test("of a chat nobody opened wait until it is opened", () => {
    const page = new PageUnderTest().opened(3).hears(changed(4, { chat: "c2" }));
    expect(page.ids("c2")).toEqual([]);
    page.does({ type: "openChat", chat: "c2" });
    page.hears({ type: "messages", chat: "c2", messages: [message(4, { chat: "c2" })], more: false });
    expect(page.ids("c2")).toEqual(["4"]);
  });

  test("opened again with nothing in common take the place of the old ones", () => {
    const page = new PageUnderTest().opened(3);
    page.hears({ type: "messages", chat: "c1", messages: [message(80), message(81)], more: true });
    expect(page.ids()).toEqual(["80", "81"]);
  });

  test("opened again with some in common are joined, and older ones can still be asked for", () => {
    const page = new PageUnderTest().opened(3, true);
    page.hears({ type: "messages", chat: "c1", messages: [message(3), message(4)], more: true });
    expect(page.ids()).toEqual(["1", "2", "3", "4"]);
    expect(page.state.pages.c1?.more).toBe(true);
  });
});

test("a chat of which everything is here asks for nothing older, though its newest page has older ones", () => {
  const page = new PageUnderTest().opened(3);
  page.hears({ type: "messages", chat: "c1", messages: [message(2), message(3)], more: true });
  expect(page.state.pages.c1?.more).toBe(false);
});

describe("a live frame", () => {
  const live = (text: string, keep = 0, slot = "s1"): ToPage => ({
    type: "live",
    chat: "c1",
    frame: frame(text, { keep, slot }),
  });

  test("goes on after what it keeps of the text before", () => {
    const page = new PageUnderTest().opened(1).hears(live("Hello **wor"), live("**world**", 6), live("!", 15));
    expect(page.live()).toBe("Hello **world**!");
  });

  test("begins anew on a new connection", () => {
    const page = new PageUnderTest().opened(1).hears(live("Hello")).lost().does({ type: "connected" });
    page.hears(welcome(1));
    expect(page.live()).toBeUndefined();
    expect(page.hears(live("Hello again")).live()).toBe("Hello again");
  });

  test("that goes on after a text which never came makes the page ask anew", () => {
    const page = new PageUnderTest().opened(1).hears(live("lo", 3));
    expect(page.live()).toBeUndefined();
    expect(page.said).toEqual([{ type: "open", chat: "c1" }]);
  });

  test("L6: of a turn whose final is here is ignored", () => {
    const page = new PageUnderTest().opened(1).hears(live("Hel"), changed(2, { endsLive: "s1" }));
    expect(page.live()).toBeUndefined();
    expect(page.hears(live("Hello")).live()).toBeUndefined();
    expect(page.hears(live("Next", 0, "s2")).live()).toBe("Next");
  });

  test("disappears when nothing runs", () => {
    const page = new PageUnderTest().opened(1).hears(live("Hel"), { type: "live", chat: "c1" });
    expect(page.live()).toBeUndefined();
  });
});

describe("a message being sent", () => {
  test("is said at once, and kept until it is taken", () => {
    const page = new PageUnderTest().opened(1).says("say-1", "hi");
    expect(page.said).toEqual([{ type: "say", id: "say-1", chat: "c1", text: "hi", files: [] }]);
    page.hears({ type: "taken", id: "say-1", message: message(2, { from: "person", sayId: "say-1" }) });
    expect(page.state.unsent).toEqual([]);
    expect(page.ids()).toEqual(["1", "2"]);
  });

  test("without a connection is kept, and said under the same id after a reload", () => {
    const before = new PageUnderTest().opened(1).lost().says("say-1").says("say-2");
    expect(before.said).toEqual([]);
    const after = new PageUnderTest({ unsent: before.state.unsent, chat: "c1" }).does({ type: "connected" });
    after.hears(welcome(1, { reset: true }));
    expect(after.said.filter((one) => one.type === "say").map((one) => one.id)).toEqual(["say-1", "say-2"]);
  });

  test("that comes back as a change is no longer unsent", () => {
    const page = new PageUnderTest().opened(1).says("say-1").lost().does({ type: "connected" });
    page.hears(welcome(2), changed(2, { from: "person", sayId: "say-1" }));
    expect(page.state.unsent).toEqual([]);
    page.hears({ type: "taken", id: "say-1", message: message(2, { from: "person", sayId: "say-1" }) });
    expect(page.ids()).toEqual(["1", "2"]);
  });

  test("that is refused stays with the reason, is not said again, and can be discarded", () => {
    const page = new PageUnderTest().opened(1).says("say-1");
    page.hears({ type: "refused", id: "say-1", reason: "Too long." }).lost().does({ type: "connected" });
    expect(page.state.unsent).toMatchObject([{ id: "say-1", refused: "Too long." }]);
    page.said.length = 0;
    page.hears(welcome(1));
    expect(page.said).toEqual([]);
    expect(page.does({ type: "discard", id: "say-1" }).state.unsent).toEqual([]);
  });
});

describe("a button", () => {
  test("is pressed once until it is answered, and its answer shown", () => {
    const page = new PageUnderTest().opened(1).taps("tap-1", "n1").taps("tap-2", "n1");
    expect(page.said).toHaveLength(1);
    page.hears({ type: "told", id: "tap-1", text: "Approved" });
    expect(page.state.pending).toEqual([]);
    expect(page.state.toasts).toEqual([{ id: "tap-1", text: "Approved" }]);
    expect(page.does({ type: "dismissToast", id: "tap-1" }).state.toasts).toEqual([]);
  });

  test("is pressed again under the same id after a loss", () => {
    const page = new PageUnderTest().opened(1).taps("tap-1", "n1").lost().does({ type: "connected" });
    page.said.length = 0;
    page.hears(welcome(1));
    expect(page.said).toMatchObject([{ type: "tap", id: "tap-1", nonce: "n1" }]);
  });

  test("whose answer must be read stays until it is dismissed", () => {
    const page = new PageUnderTest().opened(1).taps("tap-1", "n1");
    page.hears({ type: "told", id: "tap-1", text: "Only @owner can", alert: true });
    expect(page.state.alert).toBe("Only @owner can");
    expect(page.does({ type: "dismissAlert" }).state.alert).toBeUndefined();
  });
});

describe("what nobody looked at", () => {
  test("is counted per message, not per change, and not for silent ones", () => {
    const page = new PageUnderTest().opened(1).does({ type: "visible", visible: false });
    page.hears(changed(2), changed(2, { seq: 3 }), changed(4, { ring: false }), changed(5, { from: "person" }));
    expect(unreadCount(page.state)).toBe(1);
    page.hears({ type: "chat", chat: chat("c1", 5) }).does({ type: "visible", visible: true });
    expect(unreadCount(page.state)).toBe(0);
    expect(page.state.seen.c1).toBe(5);
  });

  test("is nothing for a browser that was never here", () => {
    const page = new PageUnderTest().does({ type: "connected" });
    page.hears(welcome(9, { reset: true }), { type: "chats", chats: [chat("c1", 9), chat("c2", 8)] });
    expect(page.state.seen).toEqual({ c1: 9, c2: 8 });
  });
});

test("the operations view is watched while it is open, also on a new connection", () => {
  const page = new PageUnderTest().opened(1).does({ type: "showOperations" });
  expect(page.said).toEqual([{ type: "watch", on: true }]);
  page.lost().does({ type: "connected" }).hears(welcome(1));
  expect(page.said.at(-1)).toEqual({ type: "watch", on: true });
  page.does({ type: "openChat", chat: "c1" });
  expect(page.said.slice(-2)).toEqual([
    { type: "open", chat: "c1" },
    { type: "watch", on: false },
  ]);
});
