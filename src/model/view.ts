import type { Nonce, TurnId } from "./ids.ts";
import type { Action, MessagePhase, PlanStep, TokenCounts, TurnEvent, TurnFailure, Usage } from "./turn.ts";

/** One agent message of a turn. An uncompleted one disappears when app-server streams it again. */
export interface ViewMessage {
  readonly itemId: string;
  readonly phase: MessagePhase;
  readonly text: string;
  readonly complete: boolean;
  /** Completed, then app-server retried: the same text again is a repetition. */
  readonly retried?: true;
}

/** What a person sees of a turn; a pure reduction of its events. */
export interface TurnView {
  /** Slot of the turn: stable from the moment the prompt was taken, before app-server named a turn. */
  readonly slot: string;
  readonly turnId?: TurnId;
  readonly phase: "starting" | "working" | "waitingApproval" | "waitingInput" | "stopping" | "ended";
  /** ms since the epoch. */
  readonly startedAt: number;
  readonly plan: readonly PlanStep[];
  readonly actions: readonly Action[];
  readonly messages: readonly ViewMessage[];
  /** Latest reasoning headline, one line. */
  readonly thinking?: string;
  /** Set while app-server reconnects to the model. */
  readonly retrying?: string;
  readonly usage?: Usage;
  /** Tokens of the thread before this turn's first model request. */
  readonly spentBefore?: TokenCounts;
  /** Whole-turn unified diff. */
  readonly diff?: string;
  readonly outcome?: "completed" | "interrupted" | "failed";
  readonly failure?: TurnFailure;
  readonly durationMs?: number;
  /** When Codex began it, wrote its first text, and ended it; ms since the epoch, each once known. */
  readonly times?: { readonly started?: number; readonly firstText?: number; readonly ended?: number };
  /** Nobody works on it since, ms since the epoch; only in what the sender reads, never stored. */
  readonly silentSince?: number;
  /** Nonce of the live frame's [Stop] button. */
  readonly stopNonce?: Nonce;
  /** Language of the service's own words. */
  readonly language: Language;
}

/** Languages the service speaks. */
export type Language = "en" | "zh-CN";

/** A view before anything happened. */
export function emptyView(slot: string, startedAt: number, language: Language): TurnView {
  return { slot, phase: "starting", startedAt, plan: [], actions: [], messages: [], language };
}

/** Applies one event. Pure; an event of an unknown item creates it. */
export function reduceView(view: TurnView, event: TurnEvent): TurnView {
  switch (event.kind) {
    case "turnStarted":
      return { ...view, turnId: event.turnId, phase: view.phase === "starting" ? "working" : view.phase };
    case "delivered":
      return view;
    case "messageStarted":
      return withMessage(
        resumed(view),
        event.itemId,
        (old) => old ?? { itemId: event.itemId, phase: event.phase, text: "", complete: false },
      );
    case "messageDelta":
      return withMessage(resumed(view), event.itemId, (old) => ({
        itemId: event.itemId,
        phase: old?.phase,
        text: (old?.text ?? "") + event.delta,
        complete: false,
      }));
    case "messageCompleted":
      return completeMessage(view, event);
    case "action":
      return { ...view, actions: replaced(view.actions, event.action) };
    case "thinking":
      return { ...view, thinking: event.text };
    case "plan":
      return { ...view, plan: event.steps };
    case "diff":
      return { ...view, diff: event.diff };
    case "usage":
      return used(view, event.usage);
    case "retrying":
      return {
        ...view,
        retrying: event.message,
        messages: view.messages.filter((m) => m.complete).map((m) => ({ ...m, retried: true })),
      };
    case "turnEnded":
      return ended(view, event);
  }
}

/** Tokens this turn used so far, whatever was missed in between; undefined while nothing is known. */
export function tokensSpent({ usage, spentBefore }: TurnView): TokenCounts | undefined {
  const { counts } = usage ?? {};
  return counts === undefined || spentBefore === undefined ? undefined : minus(counts.thread, spentBefore);
}

/** The view with the time of an event, where it is the first of its kind. Pure. */
export function timed(view: TurnView, event: TurnEvent, now: number): TurnView {
  const { started, firstText } = view.times ?? {};
  if (event.kind === "turnStarted" && started === undefined) return { ...view, times: { ...view.times, started: now } };
  const text = event.kind === "messageDelta" ? event.delta : event.kind === "messageCompleted" ? event.text : "";
  return text === "" || firstText !== undefined ? view : { ...view, times: { ...view.times, firstText: now } };
}

/** Answer messages of a turn in order: not commentary; a text repeated after a retry counts once. Open ones only if asked. */
function answerMessages(view: TurnView, open: boolean): readonly ViewMessage[] {
  return view.messages.filter((m) => m.phase !== "commentary" && (open || m.complete) && m.text.trim() !== "");
}

/** The answer as Markdown: {@link answerMessages} joined by a blank line. */
export function answerText(view: TurnView, open: boolean): string {
  return answerMessages(view, open)
    .map((m) => m.text)
    .join("\n\n");
}

function used(view: TurnView, usage: Usage): TurnView {
  const before = usage.counts === undefined ? undefined : minus(usage.counts.thread, usage.counts.last);
  const known = view.spentBefore !== undefined || before === undefined;
  return { ...view, usage, ...(known ? {} : { spentBefore: before }) };
}

function minus(x: TokenCounts, y: TokenCounts): TokenCounts {
  const less = (kind: keyof TokenCounts): number => Math.max(0, x[kind] - y[kind]);
  return {
    input: less("input"),
    cachedInput: less("cachedInput"),
    output: less("output"),
    reasoning: less("reasoning"),
    total: less("total"),
  };
}

function resumed(view: TurnView): TurnView {
  const { retrying: _gone, ...rest } = view;
  return rest;
}

function withMessage(view: TurnView, itemId: string, make: (old: ViewMessage | undefined) => ViewMessage): TurnView {
  const at = view.messages.findIndex((m) => m.itemId === itemId);
  const next = make(view.messages[at]);
  if (at < 0) return { ...view, messages: [...view.messages, next] };
  return { ...view, messages: view.messages.with(at, next) };
}

function completeMessage(view: TurnView, event: Extract<TurnEvent, { kind: "messageCompleted" }>): TurnView {
  const repeated = view.messages.some(
    (m) => m.complete && m.itemId !== event.itemId && m.text === event.text && m.retried === true,
  );
  const without = view.messages.filter((m) => !(repeated && m.itemId === event.itemId));
  if (repeated) return { ...resumed(view), messages: without };
  return withMessage(resumed(view), event.itemId, (old) => ({
    itemId: event.itemId,
    phase: event.phase ?? old?.phase,
    text: event.text,
    complete: true,
  }));
}

function replaced(actions: readonly Action[], action: Action): readonly Action[] {
  const at = actions.findIndex((a) => a.id === action.id);
  return at < 0 ? [...actions, action] : actions.with(at, action);
}

function ended(view: TurnView, event: Extract<TurnEvent, { kind: "turnEnded" }>): TurnView {
  return {
    ...resumed(view),
    phase: "ended",
    outcome: event.outcome,
    ...(event.failure === undefined ? {} : { failure: event.failure }),
    ...(event.durationMs === undefined ? {} : { durationMs: event.durationMs }),
  };
}
