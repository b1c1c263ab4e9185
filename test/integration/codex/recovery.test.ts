import { afterAll, beforeAll, expect, test } from "vitest";
import { addFile, gate, patch, shell, text } from "../../emulators/model/steps.ts";
import { Events, type Lab, openLab } from "./lab.ts";

let lab: Lab;
beforeAll(async () => {
  lab = await openLab();
});
afterAll(() => lab.close());

async function attachTo(first: Awaited<ReturnType<Lab["open"]>>) {
  const session = await lab.runtime.attach(first.session.process);
  if (session === undefined) throw new Error("not attached");
  const events = new Events(session);
  return { session, events, state: await session.openThread(first.spec, first.thread.threadId) };
}

test("L8 a turn left mid-stream goes on, and its later events carry its id", async () => {
  const first = await lab.open();
  const [one, two] = [gate(), gate()];
  lab.model.on("stream", [text(["a ", one, "b ", two, "c"])]);
  await lab.say(first.session, "stream");
  await first.events.next("messageDelta");
  const { turnId } = await first.events.next("turnStarted");
  first.session.detach();
  const told = first.events.all.length;
  one.open();

  const { session, events, state } = await attachTo(first);
  expect(state).toMatchObject({ active: true, turnId, threadId: first.thread.threadId });
  two.open();
  await events.turn();
  expect(events.texts).toEqual(["a b c"]);
  expect(new Set(events.all.flatMap((e) => ("turnId" in e ? [e.turnId] : [])))).toEqual(new Set([turnId]));
  expect(first.events.all).toHaveLength(told);
  await session.end();
});

test("L8 a pending approval is asked again with the same identity after a reattach, and can be answered", async () => {
  const asking = { approvalPolicy: "untrusted" } as const;
  const first = await lab.open(asking);
  lab.model.on("touch", [shell("touch r.txt"), text("touched")]);
  await lab.say(first.session, "touch", asking);
  const { request } = await first.events.next("request");
  first.session.detach();

  const { session, events, state } = await attachTo(first);
  expect(state).toMatchObject({ active: true, waitingOn: "approval" });
  const again = (await events.next("request")).request;
  expect(again).toEqual(request);
  await session.answer(again, { kind: "decision", decision: "accept" });
  await events.turn();
  expect(events.texts).toEqual(["touched"]);
  await session.end();
});

test("L8 a pending patch approval comes back after a reattach; its diff is only in the first asking", async () => {
  const asking = { approvalPolicy: "untrusted" } as const;
  const first = await lab.open(asking);
  lab.model.on("patch", [patch(addFile("q.txt", "q\n")), text("patched")]);
  await lab.say(first.session, "patch", asking);
  const { request } = await first.events.next("request");
  first.session.detach();

  const { session, events } = await attachTo(first);
  const again = (await events.next("request")).request;
  expect({ ...again, body: undefined }).toEqual({ ...request, body: undefined });
  expect(again.body).toEqual({ kind: "files", changes: [] });
  await session.answer(again, { kind: "decision", decision: "accept" });
  await events.turn();
  expect(events.texts).toEqual(["patched"]);
  await session.end();
});

test("a turn that ended while nobody listened is found with its whole answer", async () => {
  const first = await lab.open();
  const hold = gate();
  lab.model.on("alone", [text(["nobody ", hold, "heard"])]);
  const clientId = await lab.say(first.session, "alone");
  const { turnId } = await first.events.next("turnStarted");
  await first.events.next("messageDelta");
  first.session.detach();
  hold.open();
  await lab.model.waitFor((r) => r.turnId === turnId && r.state === "done");

  const session = await lab.runtime.attach(first.session.process);
  const events = session && new Events(session);
  const state = await session?.openThread(first.spec, first.thread.threadId);
  if (state?.active === true) await events?.turn();
  expect((await session?.turns(1))?.[0]).toMatchObject({
    turnId,
    status: "completed",
    clientIds: [clientId],
    messages: [{ text: "nobody heard" }],
  });
  await session?.end();
});

test("two listeners of one process: each hears only its own thread", async () => {
  const first = await lab.open();
  const session = await lab.runtime.attach(first.session.process);
  if (session === undefined) throw new Error("not attached");
  const events = new Events(session);
  await session.openThread(first.spec);
  await lab.say(session, "second");
  await events.turn();
  expect(events.texts).toEqual(["echo: second"]);
  expect(first.events.all).toEqual([]);
  session.detach();
  await first.session.end();
});

test("a new thread in the same process leaves the old one", async () => {
  const { session, events, thread, spec } = await lab.open();
  await lab.say(session, "old");
  await events.turn();
  const next = await session.openThread(spec);
  expect(next.threadId).not.toBe(thread.threadId);
  await lab.say(session, "new");
  await events.turn(2);
  expect(lab.model.userTexts(next.threadId)).toEqual(["new"]);
  await session.end();
});
