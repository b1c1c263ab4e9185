import { describe, expect, it } from "vitest";
import type { ChatEvidence, Shown } from "../../chaos/evidence.ts";
import { type BrokenLaw, judge } from "../../chaos/judge.ts";

/** A chat in which two messages were written, read, and answered, the second with a command. */
function good(): ChatEvidence {
  const said = (id: string, at: number) => ({ id, at, stopAfter: false, dropped: false });
  return {
    name: "c01",
    channel: "telegram",
    said: [said("c01-1", 10), said("c01-2", 20)],
    histories: [["c01-1", "c01-2"]],
    reached: new Set(["c01-1", "c01-2"]),
    turns: [
      { turn: "t1", first: ["c01-1"], later: [] },
      { turn: "t2", first: ["c01-2"], later: [] },
    ],
    shown: [
      { at: 12, about: "c01-1", texts: ["Done c01-1.\n2 s"] },
      {
        at: 21,
        about: "c01-2",
        texts: ["Codex asks to run #1\necho run >> /tmp/asked/c01-2 ;", "Approved once by c01"],
      },
      { at: 22, about: "c01-2", texts: ["Done c01-2.\n2 s · 1 command"] },
    ],
    taps: [{ id: "c01-2", by: "owner", label: "Approve", toast: "Approved." }],
    runs: new Map([["c01-2", 1]]),
  };
}

function broken(change: Partial<ChatEvidence>): readonly BrokenLaw[] {
  return judge({ chats: [{ ...good(), ...change }], orphans: [], leaked: [] }).findings.map((one) => one.law);
}

const final = (id: string, more: Partial<Shown> = {}): Shown => ({
  at: 30,
  about: id,
  texts: [`Done ${id}.`],
  ...more,
});
const notice = (id: string, text: string): Shown => ({ at: 30, about: id, texts: [text] });

describe("the judge", () => {
  it("finds nothing in a good run", () => {
    expect(broken({})).toEqual([]);
  });

  it("finds a message that never reached Codex, and one that is gone from its thread", () => {
    expect(broken({ histories: [["c01-1"]], reached: new Set(["c01-1"]) })).toContain("lost");
    expect(broken({ histories: [["c01-1"]] })).toContain("lost");
  });

  it("finds a message that Codex read twice, in one thread or in two", () => {
    expect(broken({ histories: [["c01-1", "c01-2", "c01-2"]] })).toEqual(["doubled"]);
    expect(broken({ histories: [["c01-1", "c01-2"], ["c01-2"]] })).toEqual(["doubled"]);
  });

  it("finds an answer, a card and a notice that came twice", () => {
    const { shown } = good();
    for (const again of shown) expect(broken({ shown: [...shown, again] })).toEqual(["doubled"]);
    const died = notice("c01-2", "Codex stopped during this turn.");
    expect(broken({ shown: [...shown.slice(0, 2), died, died] })).toEqual(["doubled"]);
  });

  it("explains a doubled send on Telegram only where the first one has a doubt, and on Feishu never", () => {
    const [one, card] = good().shown;
    const twice = [
      ...(one === undefined || card === undefined ? [] : [one, card]),
      final("c01-2", { doubt: "no answer" }),
      final("c01-2"),
    ];
    const verdict = judge({ chats: [{ ...good(), shown: twice }], orphans: [], leaked: [] });
    expect(verdict.findings).toEqual([]);
    expect(verdict.ambiguous).toEqual(["c01: twice: answer to c01-2, because no answer"]);
    expect(broken({ channel: "feishu", shown: twice })).toEqual(["doubled"]);
    expect(broken({ shown: [...twice, final("c01-2")] })).toEqual(["doubled"]);
  });

  it("finds messages that changed places", () => {
    expect(broken({ histories: [["c01-2", "c01-1"]] })).toContain("out of order");
  });

  it("takes another order only where the platform may have handed them over in it", () => {
    const [one, two] = good().said;
    if (one === undefined || two === undefined) throw new Error("two were said");
    const swapped = { histories: [["c01-2", "c01-1"]], shown: [final("c01-2"), final("c01-1")] };
    const repeated = { ...one, handed: { from: 10, to: 3_000, once: false } };
    const between = { ...two, handed: { from: 20, to: 25, once: true } };
    expect(broken({ ...swapped, said: [repeated, between], taps: [], runs: new Map() })).toEqual([]);
    const after = { ...two, handed: { from: 4_000, to: 4_010, once: true } };
    expect(broken({ ...swapped, said: [repeated, after], taps: [], runs: new Map() })).toEqual(["out of order"]);
    const once = { ...one, handed: { from: 10, to: 30, once: true } };
    expect(broken({ ...swapped, said: [once, between], taps: [], runs: new Map() })).toEqual(["out of order"]);
  });

  it("finds answers in another order than the messages", () => {
    const { shown } = good();
    expect(broken({ shown: [...shown].reverse() })).toEqual(["out of order"]);
  });

  it("finds a turn without a visible end; a notice ends one turn, not two", () => {
    const { shown } = good();
    expect(broken({ shown: shown.slice(0, 2) })).toEqual(["turns without visible end"]);
    const died = notice(
      "c01-2",
      "The service restarted during this turn. What it had said and your messages are kept.",
    );
    expect(broken({ shown: [...shown.slice(0, 2), died] })).toEqual([]);
    const steered = [{ turn: "t1", first: ["c01-1"], later: ["c01-2"] }];
    expect(broken({ turns: steered, shown: [shown[1] ?? died, died] })).toEqual(["turns without visible end"]);
    expect(broken({ turns: steered, shown: [notice("c01-1", "Stopped after 3 s.")] })).toEqual([]);
    const own = [...good().turns, { turn: "t3", first: [], later: [] }];
    expect(broken({ turns: own })).toEqual(["turns without visible end"]);
    expect(broken({ turns: own, shown: [...shown, { at: 40, texts: ["Went on t3."] }] })).toEqual([]);
  });

  it("finds an approval that took two answers, one by a stranger, and a command that ran twice", () => {
    const [tap] = good().taps;
    if (tap === undefined) throw new Error("one tap");
    expect(broken({ taps: [tap, tap] })).toEqual(["approvals answered twice"]);
    expect(broken({ taps: [{ ...tap, by: "stranger" }] })).toEqual(["approvals answered twice"]);
    expect(broken({ taps: [tap, { ...tap, toast: "You approved this at 10:00." }] })).toEqual([]);
    expect(broken({ runs: new Map([["c01-2", 2]]) })).toEqual(["approvals answered twice"]);
  });

  it("finds a declined command that ran and an approved one that did not", () => {
    expect(broken({ taps: [{ id: "c01-2", by: "owner", label: "Decline", toast: "Declined." }] })).toEqual([
      "approvals not obeyed",
    ]);
    expect(broken({ runs: new Map() })).toEqual(["approvals not obeyed"]);
  });

  it("takes a message back from the lost only where a stop followed it and the chat was told", () => {
    const withdrawn = {
      histories: [["c01-1"]],
      reached: new Set(["c01-1"]),
      turns: [{ turn: "t1", first: ["c01-1"], later: [] }],
      taps: [],
      runs: new Map(),
    };
    const [one, two] = good().said;
    if (one === undefined || two === undefined) throw new Error("two were said");
    const told = { at: 25, texts: ["Stopped before it began. Nothing was sent to Codex."] };
    const shown = [final("c01-1"), told];
    expect(broken({ ...withdrawn, said: [one, { ...two, stopAfter: true }], shown })).toEqual([]);
    expect(
      broken({ ...withdrawn, said: [one, { ...two, stopAfter: true, dropped: true }], shown: [final("c01-1")] }),
    ).toEqual([]);
    expect(broken({ ...withdrawn, said: [one, two], shown })).toEqual(["lost"]);
    expect(broken({ ...withdrawn, said: [one, { ...two, stopAfter: true }], shown: [final("c01-1")] })).toEqual([
      "lost",
    ]);
  });

  it("counts orphan processes and leaked keys", () => {
    const verdict = judge({ chats: [], orphans: ["process 7"], leaked: ["hl:sched (zset)"] });
    expect(verdict.findings.map((one) => one.law)).toEqual(["orphan processes", "leaked keys"]);
  });
});
