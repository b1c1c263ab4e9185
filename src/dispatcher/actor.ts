import { CodexError } from "../codex/port.ts";
import { assertNever } from "../lib/assert-never.ts";
import { type Moment, momentOf } from "../lib/clock.ts";
import { createInbox } from "../lib/inbox.ts";
import { BridgeError } from "../model/errors.ts";
import type { ChatKey } from "../model/ids.ts";
import { relativeAction } from "../model/relative.ts";
import type { CodexEvent, TurnEvent } from "../model/turn.ts";
import { afterReason, endRequests, onActionEnded, onRequest, onResolved, settleUnasked } from "./approvals.ts";
import { ActorContext, type ActorParts, text } from "./context.ts";
import { endingOf } from "./ending.ts";
import { giveUp } from "./give-up.ts";
import type { Input } from "./inputs.ts";
import { postIn } from "./later.ts";
import { meetModel } from "./model-switch.ts";
import { couldNotStart, onStartFailed } from "./not-started.ts";
import { tellBack, tellPause } from "./pause.ts";
import type { ChatRecord, Lease } from "./port.ts";
import { isElsewhere, pump, readMail } from "./pump.ts";
import { type Cause, recover } from "./recovery.ts";
import { endProcess, endSession } from "./session.ts";
import { type RuntimeSnapshot, snapshotOf } from "./snapshot.ts";
import { onSteerAnswered, onSteerBuilt } from "./steer.ts";
import { endTerminalsOf, interrupt } from "./stop.ts";
import { endTurn, onTurnEvent } from "./turn.ts";
import { sendPrepared, tellQueued } from "./turn-start.ts";
import { watch } from "./watch.ts";

/** How often a recovery is tried before the turn is given up visibly, and the first pause, ms. */
const recoveries = 4;
const recoveryPauseMs = 500;
/** Replayed requests arrive right after the resume; what is missing after this long was settled elsewhere, ms. */
const replayGraceMs = 1000;

/**
 * The runtime of one chat while this node owns it: one loop, one input at a time; see `runtime-state.ts` for its life.
 * Whatever takes long (spawning, downloading) runs beside the loop and comes back as an input, so a stop is never held up.
 */
export class ChatActor {
  readonly chat: ChatKey;
  private readonly a: ActorContext;
  private readonly inbox = createInbox<Input>();
  private joining: AbortController | undefined;
  private ended = false;
  /** Given up in favour of another worker, which is to be woken. */
  handedOver = false;

  /** `claimedAt`: when the lease was asked for; the lease lives from there. */
  constructor(parts: ActorParts, lease: Lease, record: ChatRecord, claimedAt = momentOf(parts.clock)) {
    this.chat = lease.chat;
    this.a = new ActorContext(parts, lease, record, claimedAt, (input) => this.inbox.push(input));
  }

  /** The lease was renewed by a call that was made at `askedAt`. */
  renewed(askedAt: Moment): void {
    this.a.leasedAt = askedAt;
  }

  get lease(): Lease {
    return this.a.lease;
  }

  /** A turn is asked for or running. */
  get busy(): boolean {
    return this.a.turn !== undefined;
  }

  /** Its turn goes on only once a person has answered. */
  get asking(): boolean {
    return this.a.turn !== undefined && this.a.requests.size > this.a.answered.size;
  }

  /** Since when nothing happens (ms since the epoch), with a process that could be given up; undefined otherwise. */
  get idleSince(): number | undefined {
    return this.a.turn === undefined && this.a.session !== undefined ? this.a.lastBusyAt : undefined;
  }

  snapshot(): RuntimeSnapshot {
    return snapshotOf(this.a);
  }

  /** Something happened outside; see {@link Input}. */
  post(input: Input): void {
    this.inbox.push(input);
  }

  /** Leaves the chat as it is, even while Redis is away. */
  close(): void {
    this.a.abort.abort(new Error("the runtime is closed"));
    this.inbox.push({ kind: "close" });
  }

  /** Until the chat is parked, closed, or another node's. Never rejects. */
  async run(): Promise<void> {
    try {
      if (await isElsewhere(this.a)) return await this.handOver();
      await readMail(this.a);
      await meetModel(this.a);
      await tellBack(this.a);
      await this.restore("restart");
      this.a.modelChanged = false;
      await this.afterInput();
      while (!this.ended) {
        await this.handle(await this.inbox.next());
        if (!this.ended) await this.afterInput();
      }
    } catch (error) {
      const lost = error instanceof BridgeError && error.code === "leaseLost";
      if (!this.a.abort.signal.aborted && !lost) this.a.log.error({ error }, "actor fails");
      await this.leave();
    } finally {
      this.joining?.abort();
    }
  }

  private async handle(input: Input): Promise<void> {
    const a = this.a;
    switch (input.kind) {
      case "doorbell":
        return;
      case "tick":
        return this.tick();
      case "codex":
        if (input.session === a.listening) await this.onCodex(input.event);
        return;
      case "prepared":
        return sendPrepared(a, input);
      case "prepareFailed":
        if (a.turn?.slot === input.slot && a.attempt === input.attempt) await couldNotStart(a, input.error);
        return;
      case "startFailed":
        return onStartFailed(a, input);
      case "steerAnswered":
        return onSteerAnswered(a, input);
      case "reasonAnswered":
        return afterReason(a, input);
      case "clean":
        if (a.turn?.slot === input.slot) await a.commit({ turn: { ...a.turn, cleanBefore: true } });
        return;
      case "steerBuilt":
        return onSteerBuilt(a, input);
      case "queuedForSlot":
        return tellQueued(a, input.before);
      case "settleUnasked":
        // Of a connection that broke since, it says nothing about what the next one will be asked.
        if (input.session === a.session) await settleUnasked(a);
        return;
      case "interrupt":
        if (a.turn !== undefined) await interrupt(a, a.turn, "service");
        return;
      case "pause":
        return tellPause(a, input.why);
      case "park":
        return this.park();
      case "abandon":
      case "close":
        return this.leave();
      default:
        return assertNever(input);
    }
  }

  private async onCodex(event: CodexEvent): Promise<void> {
    const a = this.a;
    switch (event.kind) {
      case "request":
        return onRequest(a, event.request);
      case "requestResolved":
        return onResolved(a, event.rpcId);
      case "requestRefused":
        return a.say(text(a.words.refused(event.method)), {}, { ring: false });
      case "warning":
        a.log.warn({ message: event.message }, "codex warns");
        return;
      case "disconnected":
        return this.onDisconnected(event.reason);
      default:
        return this.onTurn(event);
    }
  }

  private async onTurn(told: TurnEvent): Promise<void> {
    const a = this.a;
    const event = told.kind === "action" ? { ...told, action: relativeAction(told.action, a.spec?.cwd) } : told;
    const ours = a.turn?.turnId !== undefined && event.turnId === a.turn.turnId;
    await onTurnEvent(a, event);
    if (event.kind === "action" && ours) await onActionEnded(a, event.action);
    if (event.kind === "turnEnded" && ours) await this.finish(event);
  }

  private async finish(event: Extract<TurnEvent, { kind: "turnEnded" }>): Promise<void> {
    const a = this.a;
    a.closing = true;
    const ending = endingOf(a, event);
    const items = new Set(a.view?.actions.map((action) => action.id));
    await endTurn(a, ending, endRequests(a, event.outcome === "completed"));
    a.deaths = 0;
    if (ending.kind !== "completed" && ending.kind !== "failed") await endTerminalsOf(a, items);
  }

  /** The connection to Codex is gone; the process may live. */
  private async onDisconnected(reason: string): Promise<void> {
    const a = this.a;
    a.log.warn({ reason }, "codex disconnects");
    a.session = undefined;
    a.listening = undefined;
    a.open.clear();
    // A start under way deals with its own death, and a turn that is still prepared makes another: never two at once.
    if (a.starting !== undefined) return;
    if (a.turn !== undefined && !a.sent) return endProcess(a);
    if (a.turn !== undefined) {
      await a.writer?.stop();
      a.writer = undefined;
      return this.restore("codex");
    }
    if (a.process !== undefined) await endSession(a);
  }

  /** Recovers, patiently; what cannot be recovered ends visibly (L12). */
  private async restore(cause: Cause): Promise<void> {
    const a = this.a;
    for (let attempt = 1; ; attempt += 1) {
      try {
        await recover(a, cause);
        postIn(a, replayGraceMs, { kind: "settleUnasked", session: a.session }, a.abort.signal);
        return;
      } catch (error) {
        if (error instanceof BridgeError && error.code === "leaseLost") throw error;
        if (!(error instanceof CodexError || error instanceof BridgeError)) throw error;
        a.log.warn({ error, attempt }, "recovery fails");
        if (attempt >= recoveries || error instanceof BridgeError) return giveUp(a, error);
        a.move("failing");
        await a.parts.clock.sleep(recoveryPauseMs * 2 ** attempt, a.abort.signal);
      }
    }
  }

  /** After every input: unread mail is read, and whatever can go on goes on. Aborting is dear: only where there is a wait. */
  private async afterInput(): Promise<void> {
    const waitMs = await pump(this.a);
    this.joining?.abort();
    this.joining = typeof waitMs === "number" ? new AbortController() : undefined;
    if (waitMs === "elsewhere") return this.handOver();
    if (waitMs === undefined || this.joining === undefined) return;
    postIn(this.a, waitMs, { kind: "doorbell" }, this.joining.signal);
  }

  private async tick(): Promise<void> {
    if ((await watch(this.a)) === "park") await this.park();
  }

  /** Gives up the process and the chat; unread mail keeps both. */
  private async park(): Promise<void> {
    const a = this.a;
    if (a.turn !== undefined || a.phase !== "ready") return;
    a.move("parking");
    await endSession(a);
    // A chat that was told of a pause stays flagged: it is to be told of its end.
    if (a.binding.pausedNote !== undefined || !(await a.parts.store.release(a.lease))) {
      a.move("ready");
      return;
    }
    a.move("parked");
    this.ended = true;
  }

  /** The chat's project is worked on elsewhere: whoever serves it takes the mail that waits, and a turn that runs. */
  private async handOver(): Promise<void> {
    const a = this.a;
    a.move("parking");
    if (a.turn === undefined) await endSession(a);
    await a.parts.store.handOver(a.lease);
    a.move("parked");
    this.handedOver = true;
    this.ended = true;
  }

  /** Leaves everything as it is: Codex goes on without us, the record says where we were. */
  private async leave(): Promise<void> {
    const a = this.a;
    this.ended = true;
    a.abort.abort(new Error("the runtime is closed"));
    await a.writer?.stop();
    a.session?.detach();
    a.parts.slots.release(this.chat);
    if (a.phase !== "parked") a.phase = "abandoned";
  }
}
