import { signal } from "../fixtures/signal.ts";
import type { Outages } from "./outages.ts";
import type { FaultKind, PlannedFault } from "./plan.ts";
import type { Note, Unit } from "./unit.ts";
import { firstUpdateId, type World } from "./world.ts";

const clockJumpMs = 120_000;
const patienceMs = 20_000;

/** Makes the planned things go wrong, and right again. */
export class Striker {
  readonly #world: World;
  readonly #note: Note;
  readonly #outages: Outages;
  /** What is to be undone, each at its time. */
  readonly #undo = new Map<NodeJS.Timeout, () => void>();

  constructor(world: World, note: Note, outages: Outages) {
    this.#world = world;
    this.#note = note;
    this.#outages = outages;
  }

  /** Kinds this world cannot have, each with the reason. */
  static absent(world: World): ReadonlyMap<FaultKind, string> {
    const split = world.units.length > 1;
    return new Map<FaultKind, string>([
      ...(split ? [["kill service", "gateway and worker are killed apart"] as const] : []),
      ...(split ? [] : [["kill gateway", "one process has both roles"] as const]),
      ...(split ? [] : [["kill worker", "one process has both roles"] as const]),
      ...(world.store.noDisk === undefined ? [] : [["fill disk", world.store.noDisk] as const]),
    ]);
  }

  /** Does it; resolves once it is done (not once it is over). */
  async strike(fault: PlannedFault): Promise<void> {
    const told = await this.#does(fault);
    this.#note(told === undefined ? `${fault.kind}: nothing there to strike` : `${fault.kind}: ${told}`);
  }

  /** Everything is undone now: nothing goes wrong any more. */
  calm(): void {
    for (const [timer, undo] of this.#undo) {
      clearTimeout(timer);
      undo();
    }
    this.#undo.clear();
    this.#world.telegram.faults.clear();
    this.#world.feishu.faults.clear();
    this.#world.feishu.connections.losesAcks = 0;
  }

  #does(fault: PlannedFault): Promise<string | undefined> | string | undefined {
    switch (fault.kind) {
      case "kill service":
      case "kill gateway":
      case "kill worker":
        return this.#unit(fault)
          .kill()
          .then(() => "SIGKILL");
      case "freeze service":
        return this.#freeze(fault);
      case "block event loop":
        return this.#block(fault);
      case "stop service":
        this.#unit(fault).terminate();
        return "SIGTERM";
      case "jump clock":
        return this.#jump(fault);
      default:
        return this.#around(fault);
    }
  }

  #around(fault: PlannedFault): Promise<string | undefined> | string | undefined {
    const { store } = this.#world;
    switch (fault.kind) {
      case "kill redis":
        return soon(() => store.kill(), "SIGKILL, started again from its append-only file");
      case "cut redis":
        return soon(() => store.cut(), "all connections");
      case "fill disk":
        store.fill();
        this.#outages.unwritable(fault.forMs);
        this.#later(fault.forMs, () => store.free());
        return `full for ${fault.forMs} ms`;
      case "kill codex":
        return this.#killCodex(fault);
      default:
        return this.#platform(fault);
    }
  }

  #platform({ kind, forMs, target }: PlannedFault): Promise<string> | string | undefined {
    const { telegram, feishu } = this.#world;
    const limitSeconds = 1 + Math.floor(target * 3);
    switch (kind) {
      case "cut telegram":
        return telegram.refuseFor(forMs).then(() => `no connection for ${forMs} ms`);
      case "cut feishu":
        feishu.connections.drop();
        return "all long connections";
      case "limit telegram":
        telegram.faults.arm({ kind: "rateLimit", retryAfter: limitSeconds }, { times: 12 });
        telegram.faults.arm({ kind: "rateLimit", retryAfter: limitSeconds, scope: "all" }, { times: 2 });
        return `12 chats and twice all refused for ${limitSeconds} s`;
      case "limit feishu":
        feishu.faults.arm({ kind: "refuse", code: 99991400, status: 429, resetSeconds: limitSeconds }, { times: 12 });
        return `12 calls refused for ${limitSeconds} s`;
      case "lose answers":
        return this.#loseAnswers(target);
      case "lose acks":
        feishu.connections.losesAcks += 3;
        return `3 acknowledgements of Feishu lost${this.#repeatUpdate()}`;
      default:
        return undefined;
    }
  }

  /** Telegram delivers its last confirmed update once more; the ones it still holds come again by themselves. */
  #repeatUpdate(): string {
    const { updates } = this.#world.telegram;
    const [pending] = updates.pending;
    if (pending === undefined && this.#world.record.reached.size > 0) updates.repeatLast();
    else if (pending !== undefined && pending.update_id > firstUpdateId) updates.redeliver(pending.update_id - 1);
    else return "";
    return ", an update of Telegram delivered again";
  }

  #loseAnswers(target: number): string {
    const { telegram, feishu } = this.#world;
    const [onTelegram, onFeishu] = (
      [
        [
          { kind: "badGateway", applied: true },
          { kind: "badGateway", applied: true },
        ],
        [{ kind: "lostAfterApply" }, { kind: "cut", applied: true }],
        [
          { kind: "hang", ms: 3_000, applied: true },
          { kind: "hang", ms: 3_000, applied: true },
        ],
        [{ kind: "lostBeforeApply" }, { kind: "badGateway", applied: false }],
      ] as const
    )[Math.floor(target * 4)] ?? [{ kind: "serverError" }, { kind: "cut", applied: false }];
    telegram.faults.arm(onTelegram, { method: ["sendMessage", "editMessageText"], times: 3 });
    feishu.faults.arm(onFeishu, { method: ["im.message.reply", "im.message.create", "im.message.patch"], times: 3 });
    return `3 calls each: ${JSON.stringify(onTelegram)}, ${JSON.stringify(onFeishu)}`;
  }

  async #killCodex({ target }: PlannedFault): Promise<string | undefined> {
    const pids = await this.#world.codexPids();
    const pid = pids[Math.floor(target * pids.length)];
    return pid !== undefined && signal(pid, "SIGKILL") ? `SIGKILL of ${pid}` : undefined;
  }

  #freeze(fault: PlannedFault): string {
    const unit = this.#unit(fault);
    unit.freeze(true);
    this.#later(fault.forMs, () => unit.freeze(false));
    return `SIGSTOP for ${fault.forMs} ms`;
  }

  async #block(fault: PlannedFault): Promise<string | undefined> {
    const unit = this.#unit(fault);
    if (!(await unit.getsReady())) return undefined;
    unit.disturb({ shiftMs: 0, blockMs: fault.forMs });
    return `for ${fault.forMs} ms`;
  }

  async #jump(fault: PlannedFault): Promise<string | undefined> {
    const unit = this.#unit(fault);
    if (!(await unit.getsReady())) return undefined;
    const shiftMs = fault.target < 0.5 ? clockJumpMs : -clockJumpMs;
    unit.disturb({ shiftMs, blockMs: 0 });
    this.#later(fault.forMs, () => unit.disturb({ shiftMs: 0, blockMs: 0 }));
    return `${shiftMs} ms for ${fault.forMs} ms`;
  }

  #unit({ kind, target }: PlannedFault): Unit {
    const { units } = this.#world;
    const named = units.find((unit) => kind === `kill ${unit.name}`);
    const found = named ?? units[Math.floor(target * units.length)];
    if (found === undefined) throw new Error(`no process for ${kind}`);
    return found;
  }

  #later(ms: number, undo: () => void): void {
    const timer = setTimeout(() => {
      this.#undo.delete(timer);
      undo();
    }, ms);
    this.#undo.set(timer, undo);
  }
}

/** What is just being started is struck once it is there; undefined when it takes too long. */
async function soon(strike: () => boolean | Promise<boolean>, told: string): Promise<string | undefined> {
  const ends = Date.now() + patienceMs;
  while (!(await strike())) {
    if (Date.now() > ends) return undefined;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return told;
}
