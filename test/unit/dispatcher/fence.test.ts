import { afterEach, describe, expect, it } from "vitest";
import { createDispatcher } from "../../../src/dispatcher/dispatcher.ts";
import type { ChatStore } from "../../../src/dispatcher/port.ts";
import { type Clock, systemClock } from "../../../src/lib/clock.ts";
import type { ChatKey } from "../../../src/model/ids.ts";
import type { RunOutcome } from "../../../src/queue/port.ts";
import { ActorBench } from "../../fixtures/actor-bench.ts";

let bench: ActorBench;
afterEach(() => bench.kill());

const photo = { kind: "image" as const, ref: "r" };

describe("an owner that stood still", () => {
  it.each([
    ["both its clocks tell", 6000, 6000],
    ["its wall clock was set back", -3_600_000, 6000],
    ["its machine slept", 6000, 0],
  ])("starts no turn once another owns the chat: %s (L3)", async (_, wall, up) => {
    const time = { wall: 1_000_000, up: 0 };
    const clock: Clock = { ...systemClock, now: () => time.wall, uptime: () => time.up };
    let arrive: () => void = () => undefined;
    const arriving = new Promise<void>((resolve) => {
      arrive = resolve;
    });
    bench = new ActorBench();
    const { workspace } = bench.parts;
    const fetch: typeof workspace.fetch = async (...call) => {
      await arriving;
      return workspace.fetch(...call);
    };
    bench = new ActorBench({}, { workspace: { ...workspace, fetch }, clock });
    await bench.claim();
    bench.say("look", { attachments: [photo] });
    await bench.until(() => bench.codex.processes[0]?.threads.length === 1, "the thread is open");
    await bench.store.claim();
    time.wall += wall;
    time.up += up;
    arrive();
    await bench.done;
    expect(bench.codex.last.started).toEqual([]);
  });

  it("asks for its lease, and goes on when it still has it", async () => {
    bench = new ActorBench();
    await bench.claim();
    bench.now += 6000;
    bench.say("hello");
    await bench.until(() => bench.codex.processes[0]?.started.length === 1, "the turn starts");
  });
});

describe("a start of Codex", () => {
  it("is made once more when it dies while its thread is written down (L12)", async () => {
    bench = new ActorBench();
    const { store } = bench;
    const commit = store.commit.bind(store);
    store.commit = async (lease, step) => {
      if (step.binding?.threadId === "thread-1" && bench.codex.processes.length === 1) {
        bench.codex.last.die();
        await new Promise((resolve) => setImmediate(resolve));
      }
      return commit(lease, step);
    };
    await bench.claim();
    bench.say("hello");
    await bench.until(() => bench.codex.processes[1]?.started.length === 1, "the turn starts in another process");
  });
});

describe("the dispatcher", () => {
  it("claims a chat once that is activated while its process is looked for", async () => {
    bench = new ActorBench();
    const { chat } = bench;
    let claims = 0;
    let run: ((chat: ChatKey) => Promise<RunOutcome>) | undefined;
    const store: ChatStore = Object.assign(Object.create(bench.store) as ChatStore, {
      chatsWithProcess: async () => [{ chat, process: { pid: 1, startTime: "1", socket: "/s", host: "here" } }],
      claim: () => {
        claims += 1;
        return new Promise<never>(() => undefined);
      },
    });
    const activations = {
      wake: async () => undefined,
      consume: async (taken: (chat: ChatKey, signal: AbortSignal) => Promise<RunOutcome>) => {
        run = (one) => taken(one, new AbortController().signal);
      },
      counts: async () => ({ waiting: 0, active: 0 }),
      forget: async () => undefined,
      hold: async () => undefined,
      holds: async () => false,
      close: async () => undefined,
    };
    const dispatcher = createDispatcher({ ...bench.parts, store, activations, maxProcesses: 4 });
    await dispatcher.start();
    void run?.(chat);
    expect(claims).toBe(1);
    await dispatcher.stop("keep");
  });
});
