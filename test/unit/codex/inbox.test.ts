import { expect, test } from "vitest";
import { Inbox } from "../../../src/codex/inbox.ts";
import { systemClock } from "../../../src/lib/clock.ts";
import { silentLogger } from "../../../src/lib/log.ts";
import type { ThreadId } from "../../../src/model/ids.ts";
import type { CodexEvent } from "../../../src/model/turn.ts";

function open() {
  const inbox = new Inbox({ clock: { ...systemClock, now: () => 5_000, uptime: () => 5_000 }, log: silentLogger });
  const sent: unknown[] = [];
  const events: CodexEvent[] = [];
  inbox.bind({
    respond: async (id, result) => void sent.push({ id, result }),
    refuse: async (id, code) => void sent.push({ id, code }),
  });
  inbox.threadId = "mine" as ThreadId;
  return { inbox, sent, events, listen: () => inbox.listen((event) => events.push(event)) };
}

const started = (threadId: string) => ({ threadId, turn: { id: "u" } });

test("events of other threads are dropped, those that came before the listener are kept", () => {
  const { inbox, events, listen } = open();
  inbox.notification("turn/started", started("mine"));
  listen();
  inbox.notification("turn/started", started("other"));
  inbox.notification("thread/started", { thread: { id: "other" } });
  inbox.notification("warning", { threadId: null, message: "all" });
  expect(events).toEqual([
    { kind: "turnStarted", turnId: "u" },
    { kind: "warning", message: "all" },
  ]);
  expect(inbox.lastTurnAt).toBe(5_000);
});

test("a request that is not served is refused with -32601 and shown", () => {
  const { inbox, sent, events, listen } = open();
  listen();
  inbox.request(3, "attestation/generate", {});
  inbox.request(4, "currentTime/read", { threadId: "mine" });
  expect(sent).toEqual([
    { id: 3, code: -32601 },
    { id: 4, result: { currentTimeAt: 5 } },
  ]);
  expect(events).toEqual([{ kind: "requestRefused", method: "attestation/generate" }]);
});

test("a request of a sub-agent's thread is asked too: it would wait for ever", () => {
  const { inbox, events, listen } = open();
  listen();
  inbox.request(1, "item/commandExecution/requestApproval", {
    threadId: "sub",
    turnId: "v",
    itemId: "i",
    command: "ls",
  });
  inbox.notification("serverRequest/resolved", { threadId: "sub", requestId: 1 });
  expect(events.map((e) => e.kind)).toEqual(["request", "requestResolved"]);
});

test("a patch approval takes its changes from the item started before it, until the turn ends", () => {
  const { inbox, events, listen } = open();
  listen();
  const item = { type: "fileChange", id: "i", changes: [{ path: "/p", kind: { type: "add" }, diff: "x\n" }] };
  const request = { threadId: "mine", turnId: "u", itemId: "i" };
  inbox.notification("item/started", { threadId: "mine", turnId: "u", item });
  inbox.request(1, "item/fileChange/requestApproval", request);
  inbox.notification("turn/completed", { threadId: "mine", turn: { id: "u", status: "completed", items: [] } });
  inbox.request(2, "item/fileChange/requestApproval", request);
  const bodies = events.flatMap((e) => (e.kind === "request" ? [e.request.body] : []));
  expect(bodies).toEqual([
    { kind: "files", changes: [{ path: "/p", kind: "add", diff: "x\n" }] },
    { kind: "files", changes: [] },
  ]);
});

test("disconnected is the last event; after we left on purpose nothing is told", () => {
  const lost = open();
  lost.listen();
  lost.inbox.closed("gone");
  lost.inbox.notification("turn/started", started("mine"));
  expect(lost.events).toEqual([{ kind: "disconnected", reason: "gone" }]);
  const left = open();
  left.listen();
  left.inbox.leave();
  left.inbox.closed("closed by us");
  expect(left.events).toEqual([]);
});
