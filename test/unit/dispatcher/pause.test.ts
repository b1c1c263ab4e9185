import { describe, expect, it } from "vitest";
import { beginsTurn } from "../../../src/dispatcher/pause.ts";
import type { Holding } from "../../../src/dispatcher/runtime-state.ts";
import type { ClientId, MessageId } from "../../../src/model/ids.ts";
import type { Mail } from "../../../src/model/message.ts";
import { ActorBench } from "../../fixtures/actor-bench.ts";

const held = "The service is about to restart. Your message is kept and answered afterwards.";

async function benchOf(holding: { why?: Holding }, whileBusy: "queue" | "interrupt" = "queue"): Promise<ActorBench> {
  const bench = new ActorBench({ whileBusy }, { holding: () => holding.why });
  await bench.claim();
  return bench;
}

async function running(bench: ActorBench): Promise<void> {
  bench.say("work");
  await bench.until(() => bench.codex.processes.at(-1)?.started.length === 1, "turn/start");
  bench.codex.last.begin("u1", bench.codex.last.started[0]?.clientId ?? ("" as ClientId));
  await bench.until(() => bench.store.record.turn?.delivered === true, "delivery");
}

describe("before a stop", () => {
  it("L1 L2: what comes is kept, told of once, and answered once by the next owner, in order", async () => {
    const holding: { why?: Holding } = { why: "drain" };
    const bench = await benchOf(holding);
    bench.say("one");
    await bench.until(() => bench.texts().includes(held), "the note");
    bench.say("two");
    await bench.until(() => bench.store.mail.length === 2, "both");
    await bench.kill();
    expect(bench.codex.processes).toEqual([]);
    expect(bench.texts()).toEqual([held]);
    delete holding.why;
    await bench.claim();
    await bench.until(() => bench.codex.processes.at(-1)?.started.length === 1, "turn/start");
    expect(bench.codex.last.started[0]?.input).toEqual([{ type: "text", text: "one" }]);
    expect(bench.texts("edit")).toEqual(["The service is back."]);
    expect(bench.store.record.binding.pausedNote).toBeUndefined();
  });

  it("L2: what comes is another worker's where one stands in, untold and unread", async () => {
    const bench = new ActorBench({}, { holding: () => "drain", standIn: async () => true });
    await bench.claim();
    bench.say("one");
    await bench.done;
    expect(bench.actor?.handedOver).toBe(true);
    expect(bench.store.owner).toBeUndefined();
    expect(bench.store.mail).toHaveLength(1);
    expect(bench.texts()).toEqual([]);
  });

  it("a message does not interrupt a turn for one that cannot begin", async () => {
    const holding: { why?: Holding } = {};
    const bench = await benchOf(holding, "interrupt");
    await running(bench);
    holding.why = "drain";
    bench.say("next");
    await bench.until(() => bench.store.record.waiting.length === 1, "waiting");
    expect(bench.store.record.turn?.stopping).toBeUndefined();
    await bench.kill();
  });

  it("a running turn goes to its end, its chat is told once, and what waits for it waits on", async () => {
    const holding: { why?: Holding } = {};
    const bench = await benchOf(holding);
    await running(bench);
    holding.why = "drain";
    bench.actor?.post({ kind: "pause", why: "drain" });
    bench.say("next");
    await bench.until(() => bench.store.record.waiting.length === 1, "waiting");
    bench.codex.last.complete("u1", "Done.");
    await bench.until(() => bench.texts().includes("Done."), "the final");
    bench.actor?.post({ kind: "pause", why: "stop" });
    await bench.kill();
    expect(bench.codex.last.started).toHaveLength(1);
    expect(bench.texts().filter((t) => t.startsWith("The service"))).toEqual([
      "The service restarts once this turn has ended. What you write for later is kept and answered afterwards.",
    ]);
  });

  it("a chat that was told stays flagged when it is given up, so that it hears of the end", async () => {
    const bench = await benchOf({ why: "drain" });
    bench.say("one");
    await bench.until(() => bench.texts().includes(held), "the note");
    bench.store.mail.length = 0;
    bench.actor?.post({ kind: "park" });
    await bench.kill();
    expect(bench.actor?.snapshot().phase).toBe("abandoned");
  });

  it("a chat without anything to tell is told nothing, neither then nor afterwards", async () => {
    const holding: { why?: Holding } = { why: "drain" };
    const bench = await benchOf(holding);
    bench.actor?.post({ kind: "pause", why: "drain" });
    bench.actor?.post({ kind: "park" });
    await bench.done;
    delete holding.why;
    await bench.claim();
    await bench.kill();
    expect(bench.store.ops).toEqual([]);
  });
});

it.each<[string, boolean, Mail]>([
  ["/retry", true, command("retry", "")],
  ["/new with a task", true, command("new", "fix it")],
  ["/new alone", false, command("new", "")],
  ["/status", false, command("status", "")],
  [
    "[Continue]",
    true,
    { kind: "button", person: command("", "").message.person, act: { act: "continue", slot: "t-1" } },
  ],
  ["[Stop]", false, { kind: "button", person: command("", "").message.person, act: { act: "stop" } }],
])("%s begins a turn: %s", (_name, begins, mail) => {
  expect(beginsTurn(mail)).toBe(begins);
});

function command(name: string, args: string): Extract<Mail, { kind: "command" }> {
  const message = new ActorBench().message(`/${name} ${args}`, { messageId: "1" as MessageId });
  return { kind: "command", message, command: { name, args } };
}
