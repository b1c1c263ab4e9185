import type { CodexRuntime, CodexSession, ProcessRecord, SessionSpec } from "../codex/port.ts";
import { type Clock, elapsedMs, type Moment, momentOf } from "../lib/clock.ts";
import type { Logger } from "../lib/log.ts";
import { turnWords } from "../model/catalog/turn.ts";
import type { Binding, RunningTurn, Waiting } from "../model/chat.ts";
import type { Content, OutboxBody } from "../model/delivery.ts";
import { BridgeError } from "../model/errors.ts";
import type { ChatKey, ClientId, MailId, MessageId, PersonId, RequestNumber, TurnId } from "../model/ids.ts";
import { createMint, type Mint } from "../model/mint.ts";
import type { RequestRecord } from "../model/request.ts";
import type { Language, TurnView } from "../model/view.ts";
import type { AfterTurn, Input } from "./inputs.ts";
import type { Arrived } from "./mailbox.ts";
import {
  type ChatRecord,
  type ChatStore,
  type Command,
  type Commit,
  type Lease,
  leaseMs,
  type Projects,
  type Workspace,
} from "./port.ts";
import { type Holding, move, type RuntimePhase } from "./runtime-state.ts";
import type { ActorSettings } from "./settings.ts";
import type { Slots } from "./slots.ts";
import { createViewWriter, type ViewWriter } from "./view-writer.ts";

/** What an actor is made of. */
export interface ActorParts {
  readonly store: ChatStore;
  readonly codex: CodexRuntime;
  readonly workspace: Workspace;
  readonly slots: Slots;
  readonly projects: Projects;
  readonly settings: ActorSettings;
  readonly commands: ReadonlyMap<string, Command>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly nonce: () => string;
  /** The number a channel gives the draft of a turn slot. */
  readonly draftId: (slot: string) => number;
  /** Short reference for errors people read. */
  readonly ref: () => string;
  /** Why no new turn may begin; undefined, and where it is absent: it may. */
  readonly holding?: () => Holding | undefined;
  /** Whether another worker takes, now that we hold, what waits in the chat. */
  readonly standIn?: (chat: ChatKey) => Promise<boolean>;
}

/** An answered request whose effect is still awaited. */
export interface Answered {
  readonly record: RequestRecord;
  readonly mailId: MailId;
}

/** Everything one chat's runtime knows. Only its own loop changes it. */
export class ActorContext {
  readonly parts: ActorParts;
  readonly chat: ChatKey;
  readonly post: (input: Input) => void;
  readonly log: Logger;
  lease: Lease;
  /** When the lease was last asked for; for `leaseMs` nobody else can have taken the chat. */
  leasedAt: Moment;
  phase: RuntimePhase = "claiming";
  binding: Binding;
  process: ProcessRecord | undefined;
  turn: RunningTurn | undefined;
  /** The turn that ended last by its record: what this connection still tells of it belongs to none that runs. */
  over: TurnId | undefined;
  waiting: readonly Waiting[];
  view: TurnView | undefined;
  requests = new Map<RequestNumber, RequestRecord>();
  mail: Arrived[] = [];
  lastRead: MailId | undefined;
  session: CodexSession | undefined;
  spec: SessionSpec | undefined;
  /** Name of the project behind `spec`. */
  project: string | undefined;
  writer: ViewWriter | undefined;
  /** Model of the open thread, as Codex names it. */
  model: string | undefined;
  effort: string | undefined;
  /** The session whose events count. */
  listening: CodexSession | undefined;
  /** Control mail seen to; some of it is acked only later. */
  readonly handled = new Set<MailId>();
  /** Mail being turned into a steer right now. */
  readonly building = new Set<MailId>();
  /** Steers app-server has not answered yet; the next one waits for them, so that their order holds. */
  readonly steering = new Set<ClientId>();
  /** Steers of the running turn app-server said it took; of another one that is not delivered nobody knows. */
  readonly steered = new Set<ClientId>();
  /** The running turn takes no more steers: it said so, or it is ending. */
  closing = false;
  /** Requests app-server has open on this connection. */
  readonly open = new Set<RequestNumber>();
  /** Written to app-server, not confirmed. */
  readonly answered = new Map<RequestNumber, Answered>();
  /** Decided requests whose command has not ended yet, by item. */
  readonly decided = new Map<string, RequestRecord>();
  /** Options chosen so far of questions with several parts. */
  readonly chosen = new Map<RequestNumber, Record<string, readonly string[]>>();
  /** Who began the running turn, and when; forwards that follow belong to it. */
  comment: { readonly person: PersonId; readonly sentAt: number } | undefined;
  /** `turn/start` of the running turn was written. */
  sent = false;
  /** Since when the running turn is to stop, ms; undefined once the chat was asked what to do about it. */
  stopAskedAt: number | undefined;
  /** Requests whose reason was handed over, or given up, in the running turn. */
  readonly reasoned = new Set<RequestNumber>();
  /** The running turn waits, or waited, for a slot, and the chat was told. */
  queued = false;
  /** Number of the latest preparation. */
  attempt = 0;
  /** Ends the preparation of the running turn. */
  preparing = new AbortController();
  /** A start of Codex under way; one at a time. */
  starting: Promise<CodexSession> | undefined;
  /** A [Try again at …] that waits for its time. */
  later: { readonly at: number; readonly mailId: MailId } | undefined;
  /** Commands that wait for the end of the turn; their mail stays unacked until they run. */
  readonly afterTurn: AfterTurn[] = [];
  /** Commands that keep their place behind the running turn, and the chat was told. */
  readonly behind = new Set<MailId>();
  readonly abort = new AbortController();
  lastProgressAt: number;
  lastBusyAt: number;
  stallAsked = false;
  readonly reminded = new Map<RequestNumber, number>();
  private writes: Promise<unknown> = Promise.resolve();
  /** Another model answers than the one that began the running turn. */
  modelChanged = false;
  /** Codex deaths without a completed turn in between. */
  deaths = 0;

  constructor(parts: ActorParts, lease: Lease, record: ChatRecord, leasedAt: Moment, post: (input: Input) => void) {
    this.parts = parts;
    this.lease = lease;
    this.leasedAt = leasedAt;
    this.chat = lease.chat;
    this.post = post;
    this.log = parts.log.child({ chat: lease.chat });
    this.binding = record.binding;
    this.process = record.process;
    this.turn = record.turn;
    this.waiting = record.waiting;
    this.view = record.view;
    for (const request of record.requests) this.requests.set(request.number, request);
    this.lastProgressAt = parts.clock.now();
    this.lastBusyAt = this.lastProgressAt;
  }

  get now(): number {
    return this.parts.clock.now();
  }

  get language(): Language {
    return this.binding.language ?? this.parts.settings.language;
  }

  get words(): (typeof turnWords)["en"] {
    return turnWords[this.language];
  }

  mint(): Mint {
    return createMint(this.chat, this.parts.nonce);
  }

  move(to: RuntimePhase): void {
    const from = this.phase;
    this.phase = move(from, to);
    if (from !== to) this.log.debug({ from, to }, "runtime moves");
  }

  /** Mail that something has taken already: the turn, its steers, the waiting list. */
  taken(): Set<MailId> {
    const ids = new Set<MailId>(this.building);
    for (const id of this.turn?.mailIds ?? []) ids.add(id);
    for (const steer of this.turn?.steers ?? []) for (const id of steer.mailIds) ids.add(id);
    for (const waiting of this.waiting) for (const id of waiting.mailIds) ids.add(id);
    return ids;
  }

  /**
   * Writes one atomic step, then takes it over into memory. Waits out a Redis that is away: nothing that happened may
   * be forgotten. Steps are written in the order of the calls; a function is asked when its step's time has come.
   * Throws BridgeError `leaseLost`, or the abort reason when the actor is closed meanwhile.
   */
  commit(step: Commit | (() => Commit)): Promise<void> {
    const written = this.writes.then(() => this.write(typeof step === "function" ? step() : step));
    this.writes = written.catch(() => undefined);
    return written;
  }

  /** A [Try again at …]: its mail stays unacked until then, so that a restart does not forget it. */
  retryLater(at: number, mailId: MailId): void {
    this.later = { at, mailId };
  }

  private async write(step: Commit): Promise<void> {
    await this.patiently(() => this.parts.store.commit(this.lease, step));
    this.adopt(step);
  }

  /**
   * Comes before every effect that Redis cannot fence: what Codex is told, and its end. A process that stood still for
   * longer than its lease asks first. Throws BridgeError `leaseLost`.
   */
  async assertOwner(): Promise<void> {
    while (elapsedMs(this.parts.clock, this.leasedAt) >= leaseMs) {
      const askedAt = momentOf(this.parts.clock);
      const [unread] = await this.patiently(() => this.parts.store.renew([this.lease]));
      if (unread === undefined || unread === "lost")
        throw new BridgeError("leaseLost", `the lease of ${this.chat} (epoch ${this.lease.epoch}) is lost`);
      this.leasedAt = askedAt;
    }
  }

  /** Repeats a call to the store while Redis is away. Throws BridgeError `leaseLost`, or the reason of the abort. */
  async patiently<T>(call: () => Promise<T>): Promise<T> {
    for (let wait = 100; ; wait = Math.min(wait * 2, 2000)) {
      try {
        return await call();
      } catch (error) {
        if (!(error instanceof BridgeError) || !error.retryable) throw error;
        this.log.warn({ error }, "redis does not answer, trying again");
        await this.parts.clock.sleep(wait, this.abort.signal);
      }
    }
  }

  /** A note to the chat, in the same step as `also`. */
  async say(
    content: Content,
    also: Commit = {},
    options: {
      readonly replyTo?: MessageId;
      readonly slot?: string;
      readonly ring?: boolean;
      readonly mint?: Mint;
    } = {},
  ): Promise<void> {
    const { mint, ...where } = options;
    const op: OutboxBody = { op: "message", content, ...where };
    await this.commit({
      ...also,
      ops: [...(also.ops ?? []), op],
      buttons: [...(also.buttons ?? []), ...(mint?.records ?? [])],
    });
  }

  /** Starts a writer for the running view. */
  openWriter(): void {
    this.writer = createViewWriter({
      store: this.parts.store,
      lease: () => this.lease,
      clock: this.parts.clock,
      log: this.log,
      leaseLost: () => this.post({ kind: "abandon" }),
    });
  }

  /** Changes the running view by itself (not by an event). */
  showView(view: TurnView): void {
    this.view = view;
    this.writer?.write(view, undefined);
  }

  private adopt(step: Commit): void {
    if (step.binding !== undefined) this.binding = step.binding;
    if (step.process !== undefined) this.process = step.process ?? undefined;
    if (step.turn !== undefined) this.turn = step.turn ?? undefined;
    if (step.waiting !== undefined) this.waiting = step.waiting;
    if (step.view !== undefined) this.view = step.view;
    if (step.endView === true) this.view = undefined;
    for (const request of step.asked ?? []) this.requests.set(request.number, request);
    for (const settled of step.settled ?? []) this.requests.delete(settled.number);
    const acked = new Set(step.ack ?? []);
    if (acked.size === 0) return;
    this.mail = this.mail.filter((m) => !acked.has(m.id));
    for (const id of acked) {
      this.handled.delete(id);
      this.behind.delete(id);
    }
  }
}

/** Content of one text. */
export function text(body: string): Content {
  return { pieces: [{ as: "text", text: body }] };
}
