import { expect, it } from "vitest";
import { ActorBench } from "../../fixtures/actor-bench.ts";

it("the checkout is looked at only once Codex has the turn: forking git must not hold the message up", async () => {
  const plain = new ActorBench();
  const seen: number[] = [];
  const workspace = {
    ...plain.parts.workspace,
    clean: async () => {
      seen.push(bench.codex.last.started.length);
      return true;
    },
  };
  const bench = new ActorBench({}, { workspace });
  await bench.claim();
  bench.say("add a health endpoint");
  await bench.until(() => bench.store.record.turn?.cleanBefore === true, "the turn that can be taken back");
  expect(seen).toEqual([1]);
});

it("a checkout that cannot be looked at does not hold the turn up", async () => {
  const { workspace } = new ActorBench().parts;
  const clean = (): Promise<boolean> => Promise.reject(new Error("no folder"));
  const bench = new ActorBench({}, { workspace: { ...workspace, clean } });
  await bench.claim();
  bench.say("go");
  await bench.until(() => bench.codex.processes.at(-1)?.started.length === 1, "turn/start");
  expect(bench.store.record.turn?.cleanBefore).toBeUndefined();
});
