import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { gate, shell, text } from "../emulators/model/steps.ts";
import type { ArmedFault, FaultTarget } from "../emulators/telegram/faults.ts";
import { ServiceWorld } from "./harness.ts";

/** When the service is told where to die: before the first message, once the card is there, in the running turn, at its end. */
type Phase = "start" | "card" | "turn" | "end";

/** One durable step, and how it is known; see test/fixtures/kill-point.mjs. */
interface Step {
  readonly law: string;
  readonly name: string;
  readonly phase: Phase;
  /** Where it is seen: a command to Redis, a frame to Codex, or a call the platform holds (`before`: takes no effect). */
  readonly at: "redis" | "codex" | "telegram";
  readonly match: string;
  /** Not before a command with this pattern was answered. */
  readonly since?: string;
  /** What may come twice, killed right then: Telegram has it, gave no answer we could note, and knows no key. */
  readonly unclear?: readonly ["before" | "after", string];
}

const final = '^commit .*All done.*"endsLive"';

const steps: readonly Step[] = [
  { law: "L1", name: "ingest of a message", phase: "start", at: "redis", match: '^ingest .*"work"' },
  { law: "L1", name: "wake of its chat", phase: "start", at: "redis", match: '^eval(?:sha)? .*\\{"chat":' },
  { law: "L3", name: "claim of the chat", phase: "start", at: "redis", match: "^claim " },
  { law: "L4", name: "record of the turn to start", phase: "start", at: "redis", match: '^commit .*"delivered":false' },
  { law: "L2", name: "turn/start", phase: "start", at: "codex", match: '"method":"turn/start"' },
  {
    law: "L2",
    name: "ack of the delivered message",
    phase: "start",
    at: "redis",
    match: '^commit .*"delivered":true.* ack ',
  },
  { law: "L7", name: "record of an approval request", phase: "start", at: "redis", match: "^commit .* ask \\d" },
  {
    law: "L5",
    name: "note that its card was sent",
    phase: "start",
    at: "redis",
    match: "^outbox-progress .* done ",
    unclear: ["before", "Codex asks to run"],
  },
  { law: "L7", name: "settling of a tap", phase: "card", at: "redis", match: "^settle " },
  { law: "L7", name: "answer to Codex", phase: "card", at: "codex", match: '"result":\\{"decision"' },
  { law: "L8", name: "write of the running view", phase: "turn", at: "redis", match: "^update-view " },
  { law: "L4", name: "record of a steer", phase: "turn", at: "redis", match: '^commit .*"steers":\\[\\{' },
  { law: "L2", name: "turn/steer", phase: "turn", at: "codex", match: '"method":"turn/steer"' },
  { law: "L5", name: "outbox write of the final", phase: "end", at: "redis", match: final },
  {
    law: "L5",
    name: "note that the final is being sent",
    phase: "end",
    at: "redis",
    match: "^outbox-progress .* begin ",
    since: final,
  },
  {
    law: "L5",
    name: "sending of the final",
    phase: "end",
    at: "telegram",
    match: "All done",
    unclear: ["after", "done."],
  },
  {
    law: "L5",
    name: "confirmation of the sent final",
    phase: "end",
    at: "redis",
    match: "^outbox-complete ",
    since: final,
    unclear: ["before", "done."],
  },
];

const preload = new URL("../fixtures/kill-point.mjs", import.meta.url).href;

/** One story with an approval and a steer, in which the service dies once. */
class Story {
  readonly #dir: string;
  readonly #step: Step;
  readonly #when: "before" | "after";
  readonly world: ServiceWorld;
  readonly #end = gate();
  /** It died where it should, and runs again. */
  #revived = false;
  #held: ArmedFault | undefined;

  private constructor(dir: string, world: ServiceWorld, step: Step, when: "before" | "after") {
    this.#dir = dir;
    this.world = world;
    this.#step = step;
    this.#when = when;
  }

  static async create(step: Step, when: "before" | "after"): Promise<Story> {
    const dir = await mkdtemp(join(tmpdir(), "hotline-kill-"));
    const world = await ServiceWorld.create({
      codex: { approvalPolicy: "untrusted", sandbox: "danger-full-access" },
      env: { NODE_OPTIONS: `--import ${preload}`, KILL_ORDERS: join(dir, "orders") },
    });
    const story = new Story(dir, world, step, when);
    world.model.on(
      () => true,
      (request) => {
        if (request.userTexts.includes("and then")) return [text("Nothing more.")];
        if (request.toolOutputs.length === 0) return [shell(`echo ran >> ${join(dir, "ran")} ;`)];
        if (request.userTexts.includes("also")) return [text("All done.")];
        return [text(["Begun", story.#end, ", half done."])];
      },
    );
    await world.start();
    return story;
  }

  /** Tells the whole story; the service is started again when it has died. */
  async tell(): Promise<void> {
    const { world } = this;
    const reviving = this.#revive();
    this.#arm("start");
    world.say("work");
    const card = await world.message(/^Codex asks to run/, 40_000);
    this.#arm("card");
    world.tap(card, "Approve");
    await world.message(/^Approved once by @owner/, 40_000);
    await world.waitFor(() => world.model.requests.length > 1, "the answer begins", 40_000);
    this.#arm("turn");
    const also = world.say("also");
    await world.waitFor(() => also.reactions.includes("✍") || this.#revived, "the steer is taken", 40_000);
    this.#arm("end");
    this.#end.open();
    await world.message("All done.", 40_000);
    await reviving;
    world.say("and then");
    await world.message("Nothing more.", 40_000);
  }

  get ran(): number {
    return readFileSync(join(this.#dir, "ran"), "utf8").split("\n").length - 1;
  }

  /** Bot's messages whose first words hold these. */
  told(words: string): number {
    return this.world.sent.filter((m) => (m.edits[0]?.text ?? m.text).includes(words)).length;
  }

  async dispose(): Promise<void> {
    await this.world.dispose();
    await rm(this.#dir, { recursive: true, force: true });
  }

  #arm(phase: Phase): void {
    const { at, match, since } = this.#step;
    if (phase !== this.#step.phase) return;
    if (at !== "telegram") {
      writeFileSync(join(this.#dir, "orders"), JSON.stringify({ at, match, since, when: this.#when }));
      return;
    }
    const held = { kind: "hang", ms: 120_000, applied: this.#when === "after" } as const;
    const when = ({ params }: FaultTarget): boolean => String(params.text).includes(match);
    this.#held = this.world.telegram.faults.arm(held, { method: "sendMessage", when });
  }

  async #revive(): Promise<void> {
    const { world } = this;
    const struck = (): boolean => existsSync(join(this.#dir, "orders.struck")) || (this.#held?.hits ?? 0) > 0;
    await world.waitFor(struck, "the kill", 60_000);
    // What Telegram holds and takes, it has taken before the service dies.
    if (this.#held !== undefined && this.#when === "after") await world.message("All done.");
    await world.kill();
    await world.start();
    this.#revived = true;
  }
}

describe.concurrent("killed right", () => {
  for (const when of ["before", "after"] as const) {
    for (const step of steps) {
      it(`${step.law}: ${when} the ${step.name}, nothing is lost, doubled or ended`, async () => {
        const story = await Story.create(step, when);
        try {
          await story.tell();
          expect(story.world.model.userTexts()).toEqual(["work", "also", "and then"]);
          expect(story.ran).toBe(1);
          for (const words of ["Codex asks to run", "All done.", "half done."]) {
            const mayRepeat = step.unclear?.[0] === when && words.includes(step.unclear[1]);
            expect(story.told(words)).toBeGreaterThanOrEqual(1);
            expect(story.told(words)).toBeLessThanOrEqual(mayRepeat ? 2 : 1);
          }
          expect(story.told("Nothing more.")).toBe(1);
          expect(story.told("during this turn")).toBe(0);
          expect(story.world.telegram.violations).toEqual([]);
        } finally {
          await story.dispose();
        }
      }, 120_000);
    }
  }
});
