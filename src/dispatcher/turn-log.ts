import { createHash } from "node:crypto";
import type { RunningTurn } from "../model/chat.ts";
import type { Person } from "../model/message.ts";
import { type Ending, touchedFiles } from "../model/present/final.ts";
import type { RequestRecord } from "../model/request.ts";
import {
  type ApprovalNote,
  bounded,
  type LoggedCommand,
  type NamedPerson,
  noted,
  type TurnLogEntry,
  type TurnNotes,
  type TurnOutcome,
  type TurnPolicy,
  type TurnUsage,
} from "../model/turn-log.ts";
import { type TurnView, tokensSpent } from "../model/view.ts";
import type { ActorContext } from "./context.ts";
import type { Commit } from "./port.ts";

/** Longest command line and plan step of a record, characters. */
const lineLength = 300;

/** Notes of a turn that begins; `by` is absent where the service goes on by itself. */
export function freshNotes(askedAt: number, by: Person | undefined): TurnNotes {
  return { askedAt, ...(by === undefined ? {} : { by: named(by) }), steers: [], approvals: [] };
}

/** Id and name of a person: all of them that a record keeps. */
export function named({ id, name }: Person): NamedPerson {
  return { id, name };
}

/** The turn with what is known of project and policy once Codex began it. */
export function withPolicy(a: ActorContext, turn: RunningTurn): RunningTurn {
  const policy = policyOf(a);
  return {
    ...turn,
    notes: {
      ...notesOf(turn),
      ...(policy === undefined ? {} : { policy }),
      ...(a.project === undefined ? {} : { project: a.project }),
    },
  };
}

/** The turn with something more in its notes. */
export function withNotes(turn: RunningTurn, more: Parameters<typeof noted>[1]): RunningTurn {
  return { ...turn, notes: noted(notesOf(turn), more) };
}

/** Part of the step that settles a request: the running turn, if any, remembers what became of it. */
export function settledIn(a: ActorContext, record: RequestRecord, state: "resolved" | "ended"): Pick<Commit, "turn"> {
  return a.turn === undefined ? {} : { turn: withNotes(a.turn, { approvals: [approvalNote(record, state)] }) };
}

/** What became of a request. Pure. */
function approvalNote(record: RequestRecord, state: "resolved" | "ended"): ApprovalNote {
  const { answer, answeredBy, answeredAt } = record;
  const decision = answer?.kind === "decision" ? answer.decision : "answered";
  return {
    number: record.number,
    kind: record.request.body.kind,
    decision: state === "resolved" ? decision : "ended",
    ...(answeredBy === undefined ? {} : { by: answeredBy }),
    askedAt: record.askedAt,
    ...(answeredAt === undefined ? {} : { at: answeredAt }),
  };
}

/** An ending as records name it. Pure. */
export function outcomeOf(ending: Ending): TurnOutcome {
  switch (ending.kind) {
    case "completed":
      return { outcome: "completed" };
    case "failed": {
      const { reason: code, httpStatus } = ending.failure;
      return { outcome: "failed", code, ...(httpStatus === undefined ? {} : { httpStatus }), ref: ending.ref };
    }
    case "stopped":
      return { outcome: "stopped", code: "stop" };
    case "interruptedForMessage":
      return { outcome: "stopped", code: "message" };
    case "tooLong":
      return { outcome: "stopped", code: "tooLong" };
    case "died":
      return { outcome: "interrupted", code: ending.cause };
  }
}

/** The record of the running turn, as the step that ends it writes it; `settled`: requests that end with it. */
export function turnLogEntry(
  a: ActorContext,
  turn: RunningTurn,
  outcome: TurnOutcome,
  settled: NonNullable<Commit["settled"]>,
): TurnLogEntry {
  const last = settled.flatMap(({ number, state }) => {
    const record = a.requests.get(number);
    return record === undefined ? [] : [approvalNote(record, state)];
  });
  const notes = noted(notesOf(turn), { approvals: last });
  const project = notes.project ?? a.project ?? a.binding.project;
  const policy = notes.policy ?? policyOf(a);
  const { threadId } = a.binding;
  return bounded({
    version: 1,
    chat: a.chat,
    slot: turn.slot,
    ...(notes.by === undefined ? {} : { by: notes.by }),
    ...(project === undefined ? {} : { project }),
    ...(threadId === undefined ? {} : { threadId }),
    ...(turn.turnId === undefined ? {} : { turnId: turn.turnId }),
    ...(a.parts.settings.demo ? { demo: true } : {}),
    ...(policy === undefined ? {} : { policy }),
    steers: notes.steers,
    approvals: notes.approvals,
    ...shownOf(a.view),
    ...outcome,
    times: timesOf(a, turn, notes),
    ...(notes.leftOut === undefined ? {} : { truncated: notes.leftOut }),
  });
}

function notesOf(turn: RunningTurn): TurnNotes {
  return turn.notes ?? freshNotes(turn.startedAt, undefined);
}

function policyOf(a: ActorContext): TurnPolicy | undefined {
  if (a.spec === undefined) return undefined;
  const { approvalPolicy, sandbox, network } = a.spec;
  const model = a.spec.model ?? a.model;
  const effort = a.spec.effort ?? a.effort;
  return {
    ...(model === undefined ? {} : { model }),
    ...(effort === undefined ? {} : { effort }),
    approvalPolicy,
    sandbox,
    network,
  };
}

type Shown = Pick<TurnLogEntry, "plan" | "commands" | "diff" | "usage">;

function shownOf(view: TurnView | undefined): Shown {
  if (view === undefined) return { plan: [], commands: [] };
  const usage = usageOf(view);
  const diff = diffOf(view);
  return {
    plan: view.plan.map(({ step, status }) => ({ step: short(step), status })),
    commands: view.actions.filter((action) => action.kind === "command").map(commandOf),
    ...(diff === undefined ? {} : { diff }),
    ...(usage === undefined ? {} : { usage }),
  };
}

function commandOf({ label, state, exitCode, durationMs }: TurnView["actions"][number]): LoggedCommand {
  return {
    command: short(label),
    state,
    ...(exitCode === undefined ? {} : { exitCode }),
    ...(durationMs === undefined ? {} : { durationMs }),
  };
}

function diffOf(view: TurnView): Shown["diff"] {
  const touched = touchedFiles(view);
  const { diff = "" } = view;
  if (diff === "" && touched.files === 0) return undefined;
  return { ...(diff === "" ? {} : { sha256: createHash("sha256").update(diff).digest("hex") }), ...touched };
}

function usageOf(view: TurnView): TurnUsage | undefined {
  const spent = tokensSpent(view);
  if (spent === undefined || view.usage === undefined) return undefined;
  const { lastTotalTokens: context, contextWindow } = view.usage;
  return { ...spent, context, ...(contextWindow === undefined ? {} : { contextWindow }) };
}

function timesOf(a: ActorContext, turn: RunningTurn, notes: TurnNotes): TurnLogEntry["times"] {
  const { started, firstText, ended } = a.view?.times ?? {};
  return {
    asked: notes.askedAt,
    taken: turn.startedAt,
    ...(started === undefined ? {} : { started }),
    ...(firstText === undefined ? {} : { firstText }),
    ended: ended ?? a.now,
  };
}

function short(line: string): string {
  return line.length > lineLength ? `${line.slice(0, lineLength - 1)}…` : line;
}
