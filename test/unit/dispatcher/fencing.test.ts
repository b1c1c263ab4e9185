import { describe, expect, it } from "vitest";
import type { ClientId } from "../../../src/model/ids.ts";
import { emptyView } from "../../../src/model/view.ts";
import { ActorBench } from "../../fixtures/actor-bench.ts";

describe("an owner that was frozen past its lease", () => {
  it("L3: says nothing to Codex before Redis tells that the chat is still its own", async () => {
    const bench = new ActorBench();
    await bench.claim();
    bench.say("work");
    await bench.until(() => bench.codex.processes.at(-1)?.started.length === 1, "turn/start");
    bench.codex.last.begin("u1", bench.codex.last.started[0]?.clientId ?? ("" as ClientId));
    await bench.until(() => bench.store.record.turn?.delivered === true, "delivery");
    bench.now += 6000;
    bench.store.owner = 99;
    const before = bench.store.commits.length;
    bench.store.put({ kind: "stop", person: { id: "telegram:1001" as never, name: "Ada" } });
    await bench.done;
    expect(bench.codex.last.interrupted).toEqual([]);
    expect(bench.store.commits).toHaveLength(before);
    expect(bench.codex.last.alive).toBe(true);
  });

  it("goes on when the chat is still its own", async () => {
    const bench = new ActorBench();
    await bench.claim();
    bench.now += 60_000;
    bench.say("work");
    await bench.until(() => bench.codex.processes.at(-1)?.started.length === 1, "turn/start");
  });
});

it.each([
  ["ends no background command", { act: "endTerminal", processId: "p1" }],
  ["takes no turn back", { act: "undo", slot: "t-0" }],
] as const)("L3: a tap that an owner reads after it was frozen %s", async (_, act) => {
  let undone = 0;
  const undo = async (): Promise<boolean> => {
    undone += 1;
    return true;
  };
  const { workspace } = new ActorBench().parts;
  const bench = new ActorBench({}, { workspace: { ...workspace, undo } });
  await bench.claim();
  bench.say("work");
  await bench.until(() => bench.codex.processes.at(-1)?.started.length === 1, "turn/start");
  bench.codex.last.begin("u1", bench.codex.last.started[0]?.clientId ?? ("" as ClientId));
  bench.codex.last.complete("u1", "Done.");
  await bench.until(() => bench.texts().includes("Done."), "the final");
  bench.store.archive.set("t-0", { ...emptyView("t-0", 0, "en"), diff: "+ one" });
  bench.now += 6000;
  bench.store.owner = 99;
  bench.press(act);
  await bench.done;
  expect([undone, bench.codex.last.endedTerminals]).toEqual([0, []]);
});

describe("/project", () => {
  const projects = { names: async () => ["app", "lib"], elsewhere: async (name: string) => name === "lib" };
  const command = (bench: ActorBench, args: string): void => {
    const message = bench.message(`/project ${args}`);
    bench.store.put({ kind: "command", message, command: { name: "project", args } });
  };

  it("names the projects, and refuses one nobody has", async () => {
    const bench = new ActorBench({}, { projects });
    await bench.claim();
    command(bench, "");
    await bench.until(() => bench.texts().includes("This chat works in app."), "the list");
    expect(bench.button("lib")).toEqual({ act: "command", name: "project", args: "lib" });
    command(bench, "nope");
    await bench.until(() => bench.texts().includes('There is no project "nope".'), "the refusal");
    command(bench, "app");
    await bench.until(() => bench.texts().includes("This chat works in app already."), "the remark");
    expect(bench.store.record.binding.project).toBeUndefined();
  });

  it("L2: hands the chat, with the mail that waits, to the worker that has the project", async () => {
    const bench = new ActorBench({}, { projects });
    await bench.claim();
    command(bench, "lib");
    bench.say("first of lib");
    await bench.done;
    expect(bench.actor?.handedOver).toBe(true);
    expect(bench.store.owner).toBeUndefined();
    expect(bench.store.record.binding).toEqual({ project: "lib" });
    expect(bench.store.mail.map((m) => m.mail.kind)).toEqual(["prompt"]);
    expect(bench.codex.processes.flatMap((p) => p.started)).toEqual([]);
  });

  it("L8: a running turn of a project that is another worker's is handed over, its Codex untouched", async () => {
    let isOthers = false;
    const bench = new ActorBench({}, { projects: { ...projects, elsewhere: async () => isOthers } });
    bench.store.record = { ...bench.store.record, binding: { project: "lib" } };
    await bench.claim();
    bench.say("work");
    await bench.until(() => bench.codex.processes.at(-1)?.started.length === 1, "turn/start");
    bench.codex.last.begin("u1", bench.codex.last.started[0]?.clientId ?? ("" as ClientId));
    await bench.until(() => bench.store.record.turn?.delivered === true, "delivery");
    await bench.kill();
    isOthers = true;
    await bench.claim();
    await bench.done;
    expect(bench.actor?.handedOver).toBe(true);
    expect([bench.codex.last.alive, bench.store.record.turn?.delivered, bench.texts()]).toEqual([true, true, []]);
  });
});
