import { expect, test } from "vitest";
import { facts, home, type Rig, rig, talker } from "./harness.ts";

/** A chat whose mailbox takes no more work. */
async function full(): Promise<Rig> {
  const r = rig();
  r.store.cap = 1;
  await r.write(talker, "work", { dedupe: "m1" });
  return r;
}

function act(r: Rig, kind: "stop" | "recall" | "ok", dedupe: string): Promise<unknown> {
  const about = { person: talker, messageId: "m1" as never, draftId: 7, of: "m1" };
  return r.sink.accept({ kind, dedupe, at: facts(home), ...about });
}

test("a chat full of waiting messages can be stopped, and what waits dropped (L4)", async () => {
  const r = await full();
  await r.write(talker, "/stop");
  expect(await r.press(talker, { act: "drop", mail: "1-0" as never })).toEqual({ text: "Got it." });
  for (const kind of ["stop", "recall", "ok"] as const) await act(r, kind, kind);
  expect(r.store.notes).toEqual([]);
  await r.write(talker, "more");
  await r.write(talker, "/new more");
  expect(r.store.mail.map(({ mail }) => mail.kind)).toEqual(["prompt", "command", "button", "stop", "recall", "ok"]);
  expect(r.store.notes).toEqual([expect.stringContaining("or /stop what runs")]);
});

test("a flood of control is refused, and said so without advice that cannot be followed", async () => {
  const r = await full();
  const tap = () => r.press(talker, { act: "runNext", mail: "1-0" as never });
  for (let at = 0; at < 100; at += 1) expect(await tap()).toEqual({ text: "Got it." });
  const crowded = "Too much waits here to be dealt with, so this was not taken. Try again in a moment.";
  expect(await tap()).toEqual({ text: crowded });
  await r.write(talker, "/stop");
  for (const kind of ["stop", "recall", "ok"] as const) await act(r, kind, kind);
  expect(r.store.notes).toEqual([crowded]);
  await r.write(talker, "more");
  expect(r.store.notes).toEqual([crowded, expect.stringContaining("or /stop what runs")]);
  expect(r.store.mail).toHaveLength(101);
});
