import { describe, expect, it } from "vitest";
import type { Absence, Absences } from "../../../src/channel/absence.ts";
import { awayNote } from "../../../src/channel/stranded.ts";
import { facts, home, owner, type Rig, rig, start } from "./harness.ts";

const away: Absence = { outage: "h-1-100", host: "laptop", seenAt: start - 60_000, elsewhere: false, leaving: false };

/** A chat whose machine is away, as the watch knows it. */
function awayRig(absence: Absence | undefined = away, backlog = { waiting: 3, running: true }): Rig {
  const absences: Absences = { of: async () => absence, backlog: async () => backlog };
  return rig({ absences });
}

/** The chat has the note of the watch. */
async function told({ store }: Rig): Promise<void> {
  await store.once(home, awayNote(away.outage));
}

describe("a chat whose machine is away", () => {
  it("has its /status answered in the machine's place, once however often it is handed over", async () => {
    const { store, write } = awayRig();
    await write(owner, "/status", { dedupe: "m-s" });
    await write(owner, "/status", { dedupe: "m-s" });
    expect(store.mail).toEqual([]);
    expect(store.notes).toEqual([
      [
        "The machine this chat works on (laptop) has not answered since 14:00.",
        "A turn was running there. Whether it still does is known once the machine is back.",
        "3 messages wait for it.",
      ].join("\n"),
    ]);
  });

  it("is told of each command that it waits, after it is stored", async () => {
    const bench = awayRig();
    await told(bench);
    await bench.write(owner, "/new fix it");
    expect(bench.store.mail).toHaveLength(1);
    expect(bench.store.notes).toEqual(["/new is kept. It is done once the machine (laptop) answers again."]);
  });

  it("is not told twice of the first command: the note of the watch comes anyway", async () => {
    const { store, write } = awayRig();
    await write(owner, "/new fix it");
    expect(store.mail).toHaveLength(1);
    expect(store.notes).toEqual([]);
  });

  it("is told of a command while its machine restarts, of which the watch says nothing", async () => {
    const { store, write } = awayRig({ ...away, leaving: true });
    await write(owner, "/new fix it");
    expect(store.notes).toHaveLength(1);
  });

  it("is told that the platform's own stop waits, and that a tap does", async () => {
    const bench = awayRig();
    await told(bench);
    await bench.sink.accept({ kind: "stop", dedupe: "st", draftId: 1, at: facts(home), person: owner });
    expect(bench.store.notes).toEqual(["/stop is kept. It is done once the machine (laptop) answers again."]);
    const reply = await bench.press(owner, { act: "retry", slot: "t-1" });
    expect(reply.text).toBe("Kept. It is done once the machine (laptop) answers again.");
  });

  it("hears nothing of all that in a chat whose machine answers, or when nobody knows", async () => {
    for (const of of [async () => undefined, () => Promise.reject(new Error("no Redis"))]) {
      const { store, write } = rig({ absences: { of, backlog: async () => ({ waiting: 0, running: false }) } });
      await write(owner, "/status");
      await write(owner, "/new");
      expect(store.mail).toHaveLength(2);
      expect(store.notes).toEqual([]);
    }
  });
});
