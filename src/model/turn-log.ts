import type { ChatKey, RequestNumber, ThreadId, TurnId } from "./ids.ts";
import type { Decision, RequestBody } from "./request.ts";
import type { ApprovalPolicyName, EffortName, SandboxName } from "./settings.ts";
import type { Action, PlanStep, TokenCounts } from "./turn.ts";

/** A person as the record names them: `telegram:1001`, and the name others read. */
export interface NamedPerson {
  readonly id: string;
  readonly name: string;
}

/** With what rights and model a turn ran. */
export interface TurnPolicy {
  /** As Codex names it; absent when it never said so. */
  readonly model?: string;
  readonly effort?: EffortName | string;
  readonly approvalPolicy: ApprovalPolicyName;
  readonly sandbox: SandboxName;
  /** Network inside workspace-write. */
  readonly network: boolean;
}

/** A message handed to the running turn. `at`: when Codex had it, ms since the epoch. */
export interface SteerNote {
  readonly by?: NamedPerson;
  readonly at: number;
}

/** A request of Codex and what became of it. `ended`: the turn ended, or app-server took it back, before an answer counted. */
export interface ApprovalNote {
  readonly number: RequestNumber;
  readonly kind: RequestBody["kind"];
  readonly decision: Decision | "answered" | "ended";
  /** Who answered; absent when nobody did. */
  readonly by?: NamedPerson;
  /** ms since the epoch. */
  readonly askedAt: number;
  readonly at?: number;
}

/** What a running turn remembers for its record, beside its view. */
export interface TurnNotes {
  /** The platform's date of the message, else when the turn was taken; ms since the epoch. */
  readonly askedAt: number;
  /** Who asked; absent where the service went on by itself. */
  readonly by?: NamedPerson;
  readonly project?: string;
  readonly policy?: TurnPolicy;
  /** The newest {@link keptNotes}; `leftOut` counts the others. */
  readonly steers: readonly SteerNote[];
  readonly approvals: readonly ApprovalNote[];
  readonly leftOut?: Partial<Record<"steers" | "approvals", number>>;
}

/** Steers and approvals a running turn remembers, each. */
export const keptNotes = 100;

/** The notes with one more. Pure. */
export function noted(
  notes: TurnNotes,
  more: { readonly steers?: readonly SteerNote[]; readonly approvals?: readonly ApprovalNote[] },
): TurnNotes {
  const steers = [...notes.steers, ...(more.steers ?? [])];
  const approvals = [...notes.approvals, ...(more.approvals ?? [])];
  const over = {
    steers: (notes.leftOut?.steers ?? 0) + Math.max(0, steers.length - keptNotes),
    approvals: (notes.leftOut?.approvals ?? 0) + Math.max(0, approvals.length - keptNotes),
  };
  return {
    ...notes,
    steers: steers.slice(-keptNotes),
    approvals: approvals.slice(-keptNotes),
    ...(over.steers + over.approvals === 0 ? {} : { leftOut: over }),
  };
}

/** How a turn ended. `code`: why it failed, was stopped or interrupted, see `docs/reference/turn-record.md`. */
export interface TurnOutcome {
  readonly outcome: "completed" | "failed" | "stopped" | "interrupted";
  readonly code?: string;
  readonly httpStatus?: number;
  /** The reference the chat was told and the log has. */
  readonly ref?: string;
}

/** A command of a turn. */
export interface LoggedCommand {
  /** One line, at most 300 characters; `…` marks a cut. */
  readonly command: string;
  readonly state: Action["state"];
  readonly exitCode?: number;
  readonly durationMs?: number;
}

/** Tokens of one turn. */
export interface TurnUsage extends TokenCounts {
  /** Tokens of the last model request: what the context holds. */
  readonly context: number;
  readonly contextWindow?: number;
}

/** Parts of a record that are lists, and bounded. */
export type LoggedList = "commands" | "plan" | "approvals" | "steers";

/**
 * The durable record of one turn, written in the step that ends it; kept 30 days, at most 16 KB of JSON. No message text
 * of people or of the model, no output of commands. Times in ms since the epoch.
 */
export interface TurnLogEntry extends TurnOutcome {
  readonly version: 1;
  readonly chat: ChatKey;
  /** Names the turn in the service's log. */
  readonly slot: string;
  readonly by?: NamedPerson;
  readonly project?: string;
  readonly threadId?: ThreadId;
  /** Absent: Codex never began it. */
  readonly turnId?: TurnId;
  /** The demo model answered. */
  readonly demo?: true;
  readonly policy?: TurnPolicy;
  readonly steers: readonly SteerNote[];
  /** As it stood at the end. */
  readonly plan: readonly PlanStep[];
  readonly commands: readonly LoggedCommand[];
  readonly approvals: readonly ApprovalNote[];
  /** `sha256` of the turn's unified diff (absent when only its files are known). */
  readonly diff?: {
    readonly sha256?: string;
    readonly files: number;
    readonly added: number;
    readonly removed: number;
  };
  readonly usage?: TurnUsage;
  readonly times: {
    readonly asked: number;
    /** The turn was opened. */
    readonly taken: number;
    /** Codex began it. */
    readonly started?: number;
    /** First character of the model's text. */
    readonly firstText?: number;
    readonly ended: number;
  };
  /** How many entries of a list were left out to keep the record small; the oldest go first. */
  readonly truncated?: Partial<Record<LoggedList, number>>;
}

/** Largest record, bytes of JSON. */
export const turnLogBytes = 16_384;

const lists: readonly LoggedList[] = ["commands", "plan", "approvals", "steers"];

/** The entry, its lists shortened (the longest first, the oldest of it) until it fits {@link turnLogBytes}. Pure. */
export function bounded(entry: TurnLogEntry): TurnLogEntry {
  let next = entry;
  while (bytesOf(next) > turnLogBytes) {
    const longest = lists.reduce((a, b) => (bytesOf(next[b]) > bytesOf(next[a]) ? b : a));
    const list = next[longest];
    if (list.length === 0) return next;
    const drop = Math.ceil(list.length / 4);
    next = {
      ...next,
      [longest]: list.slice(drop),
      truncated: { ...next.truncated, [longest]: (next.truncated?.[longest] ?? 0) + drop },
    };
  }
  return next;
}

function bytesOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}
