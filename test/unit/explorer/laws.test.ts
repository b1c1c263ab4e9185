import { describe, expect, it } from "vitest";
import { verdict } from "../../explorer/laws.ts";
import type { Sent, TraceEvent } from "../../explorer/trace.ts";
import type { Law } from "../../mutants/catalog.ts";

const chat = "fake~main~1";
const ada = "fake:ada";

function sent(change: Partial<Sent>): Sent {
  return {
    kind: "sent",
    chat,
    key: "c-1-0",
    as: "message",
    slot: "t-1",
    final: false,
    text: "",
    replyTo: undefined,
    buttons: [],
    stale: false,
    ...change,
  };
}

const stored = (id: string, who = ada): TraceEvent => ({ kind: "stored", chat, id, mail: "prompt", who });
const delivered = (id: string): TraceEvent => ({ kind: "delivered", chat, text: `please ${id}.`, clientId: "t-1" });
const turn = (state: "started" | "overlaps" | "completed"): TraceEvent => ({
  kind: "turn",
  chat,
  clientId: "t-1",
  state,
  said: "w1",
});
const final = sent({ final: true, text: "w1", replyTo: "m1" });
const card = sent({ as: "card", slot: "req-1", key: "c-2-0", text: "Codex asks to run  #1\nmake qT1-1" });
const settled = (decision: string, who = ada): TraceEvent => ({ kind: "settled", request: 1, who, decision });

/** A good day: one message, one turn with one approval. */
const good: readonly TraceEvent[] = [
  { kind: "claimed", lease: chat, node: "a", over: undefined },
  { kind: "written", chat, id: "m1", who: "ada" },
  stored("m1"),
  { kind: "acked", chat, id: "m1", who: "ada" },
  { kind: "wrote", script: "commit", epoch: 1, current: 1 },
  { kind: "asked", of: "codex", what: "start", stale: false },
  turn("started"),
  delivered("m1"),
  sent({ as: "frame", key: undefined, text: "working w1" }),
  card,
  settled("accept"),
  { kind: "applied", chat, item: "qT1-1", decision: "accept" },
  sent({ as: "edit", slot: "req-1", key: "c-3-0", text: "Approved once by @ada\nmake qT1-1" }),
  turn("completed"),
  final,
];

const insertions: readonly (readonly [Law, string, number, TraceEvent])[] = [
  ["L1", "an acknowledgement before the message is stored", 2, { kind: "acked", chat, id: "m1", who: "ada" }],
  ["L1", "a message that is never stored", 2, { kind: "written", chat, id: "m2", who: "ada" }],
  ["L2", "a message that is stored twice", 15, stored("m1")],
  ["L2", "a message that never reaches Codex", 15, stored("m2")],
  ["L2", "a message that reaches Codex twice", 9, delivered("m1")],
  ["L3", "a lease that is taken while another holds it", 1, { kind: "claimed", lease: chat, node: "b", over: "a" }],
  ["L3", "a write of a stale owner", 5, { kind: "wrote", script: "commit", epoch: 1, current: 2 }],
  ["L3", "an effect of a stale owner", 5, { kind: "asked", of: "codex", what: "answer", stale: true }],
  ["L4", "two running turns", 7, turn("overlaps")],
  ["L4", "a steer nobody chose", 8, { kind: "steered", chat, text: "m2", allowed: false }],
  ["L5", "a final of two operations", 15, sent({ ...final, key: "c-9-0" })],
  ["L5", "a final that is shown twice although the platform answered", 15, final],
  ["L5", "a card of two operations", 10, sent({ ...card, key: "c-8-0" })],
  ["L6", "a frame after its final", 15, sent({ as: "frame", key: undefined, text: "working w1" })],
  ["L6", "a frame that goes back", 8, sent({ as: "frame", key: undefined, text: "working w5" })],
  ["L7", "a second answer", 11, settled("decline")],
  [
    "L7",
    "an answer of somebody who may not",
    11,
    { kind: "settled", request: 2, who: "fake:guest", decision: "accept" },
  ],
  ["L7", "an answer that was not recorded", 12, { kind: "applied", chat, item: "qT1-1", decision: "decline" }],
  [
    "L7",
    "an approval that is told before it is applied",
    11,
    sent({ as: "edit", slot: "req-1", key: "c-3-0", text: "Approved once by @ada\nmake qT1-1" }),
  ],
  ["L7", "a button of another chat", 11, { kind: "told", chat, id: "forged9", who: "ada", text: "Approved once." }],
  ["L8", "a running turn that is ended by us", 9, { kind: "ended", chat, excused: false }],
  ["L9", "mail of a stranger", 3, stored("x1", "fake:stranger")],
  ["L11", "a word that is shown twice", 9, sent({ as: "frame", key: undefined, text: "working w1 w1" })],
  ["L12", "something that is left", 15, { kind: "left", what: "mail" }],
  ["L12", "a fault of the program", 15, { kind: "failed", what: "actor fails" }],
  ["L12", "a refusal that is not told", 15, { kind: "refused", chat, key: "c-7-0" }],
];

const broken = (trace: readonly TraceEvent[], keyed = false): readonly Law[] =>
  verdict(trace, { keyed }).map(({ law }) => law);

describe("the laws of schedules", () => {
  it("find nothing in a good day", () => {
    expect(verdict(good, { keyed: true })).toEqual([]);
  });

  it.each(insertions)("%s sees %s", (law, _what, at, event) => {
    expect(broken([...good.slice(0, at), event, ...good.slice(at)])).toContain(law);
  });

  it("L2 sees messages that change places", () => {
    const swapped = [stored("m1"), stored("m2"), delivered("m2"), delivered("m1")];
    expect(broken(swapped)).toContain("L2");
  });

  it("L5 sees a final that lacks what Codex said, L12 one that lost what was shown", () => {
    const empty = good.map((event) => (event === final ? sent({ ...final, text: "Done." }) : event));
    expect(broken(empty)).toEqual(expect.arrayContaining(["L5", "L12"]));
  });

  it("L5 excuses a second copy of what was on the wire when its sender lost the lease, and no third", () => {
    const late = good.map((event) => (event === final ? sent({ ...final, stale: true }) : event));
    expect(broken([...late, final])).toEqual([]);
    expect(broken([...late, final, final])).toEqual(["L5"]);
  });

  it("L5 excuses a second copy only where nobody knew and the platform knows no key", () => {
    const doubtful: readonly TraceEvent[] = [...good, { kind: "unsure", chat, key: "c-1-0" }, final];
    expect(broken(doubtful)).toEqual([]);
    expect(broken(doubtful, true)).toContain("L5");
  });

  it("L6 excuses a frame that was on the wire when its sender lost the lease", () => {
    expect(broken([...good, sent({ as: "frame", key: undefined, text: "working w1", stale: true })])).toEqual([]);
  });

  it("L9 sees what a stranger is told beyond the one sentence", () => {
    const told: TraceEvent = { kind: "told", chat, id: "tap3", who: "stranger", text: "Only @ada can approve here." };
    expect(broken([...good, told])).toContain("L9");
  });

  it("L12 sees a turn without a final", () => {
    expect(broken(good.filter((event) => event !== final))).toContain("L12");
  });
});
