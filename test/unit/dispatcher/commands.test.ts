import { describe, expect, it } from "vitest";
import type { ActorParts } from "../../../src/dispatcher/context.ts";
import { BridgeError } from "../../../src/model/errors.ts";
import type { ClientId } from "../../../src/model/ids.ts";
import type { InboundMessage } from "../../../src/model/message.ts";
import { ActorBench } from "../../fixtures/actor-bench.ts";

/** `/new …` as it comes in. */
function asNew(bench: ActorBench, args: string, more: Partial<InboundMessage> = {}): void {
  const message = bench.message(`/new ${args}`, more);
  bench.store.put({ kind: "command", message, command: { name: "new", args } });
}

/** Waits for this turn, and says what Codex was told and in which conversation. */
async function turn(bench: ActorBench, nth: number): Promise<readonly [text: string, threads: number]> {
  await bench.until(() => bench.codex.last.started.length === nth, `turn ${nth}`);
  const { clientId, input } = bench.codex.last.started[nth - 1] ?? { clientId: "" as ClientId, input: [] };
  bench.codex.last.begin(`u${nth}`, clientId);
  await bench.until(() => bench.store.record.turn?.delivered === true, "delivery");
  return [input.map((i) => (i.type === "text" ? i.text : i.type)).join("|"), bench.codex.last.threads.length];
}

async function working(bench: ActorBench): Promise<void> {
  await bench.claim();
  bench.say("work");
  await bench.until(() => bench.codex.processes.length === 1, "codex");
  await turn(bench, 1);
}

describe("a command that was put off", () => {
  it("L2: [After this turn] runs the files of its message too", async () => {
    const bench = new ActorBench();
    await working(bench);
    asNew(bench, "read this log", { attachments: [{ kind: "file", ref: "f1", name: "log.txt" }] });
    await bench.until(() => bench.texts().includes("A turn is running."), "the question");
    bench.tap("After this turn");
    await bench.until(() => bench.texts().includes("Will do, after this turn."), "the note");
    bench.codex.last.complete("u1", "done");
    expect(await turn(bench, 2)).toEqual(["read this log\n[File log.txt is at /app/.hotline/log.txt]", 2]);
    expect(bench.store.mail).toEqual([]);
  });

  it("L2: its words are kept where its turn cannot start, and [Try now] runs them", async () => {
    let away = false;
    const bench = new ActorBench();
    const resolve: ActorParts["workspace"]["resolve"] = async (binding) => {
      if (away) throw new BridgeError("projectMissing", "/app");
      return bench.parts.workspace.resolve(binding);
    };
    const torn = new ActorBench({}, { workspace: { ...bench.parts.workspace, resolve } });
    await working(torn);
    asNew(torn, "fix the login");
    await torn.until(() => torn.texts().includes("A turn is running."), "the question");
    torn.tap("After this turn");
    await torn.until(() => torn.texts().includes("Will do, after this turn."), "the note");
    away = true;
    torn.codex.last.complete("u1", "done");
    await torn.until(() => torn.store.record.waiting.length === 1, "kept");
    expect(torn.store.mail).toHaveLength(1);
    await torn.kill();
    await torn.claim();
    away = false;
    torn.tap("Try now");
    expect(await turn(torn, 2)).toEqual(["fix the login", 2]);
    expect(torn.store.mail).toEqual([]);
  });
});
