import type { ClientId, MailId, MessageId, RequestNumber, ThreadId, TurnId } from "./ids.ts";
import type { ApprovalPolicyName, EffortName, SandboxName } from "./settings.ts";
import type { NamedPerson, TurnNotes } from "./turn-log.ts";
import type { Language } from "./view.ts";

/** What happens to a message that arrives while a turn runs. */
export type WhileBusy = "steer" | "queue" | "interrupt";

/** What a chat keeps of a conversation while another model answers. */
export type Conversation = Pick<Binding, "threadId" | "threadUsed" | "turns" | "lastTurn" | "contextLeft">;

/** What a chat is bound to and how it likes to work. Absent: the service's default. */
export interface Binding {
  /** Name of a configured project. */
  readonly project?: string;
  readonly threadId?: ThreadId;
  /** The thread had a turn, so losing it must be told. */
  readonly threadUsed?: boolean;
  readonly model?: string;
  readonly effort?: EffortName;
  readonly approvalPolicy?: ApprovalPolicyName;
  readonly sandbox?: SandboxName;
  readonly whileBusy?: WhileBusy;
  readonly language?: Language;
  readonly turns?: number;
  /** The turn that ended last in this conversation; buttons of earlier ones are out of date. */
  readonly lastTurn?: { readonly slot: string; readonly turnId?: TurnId };
  /** Share of the context window still free after the last turn, 0–100. */
  readonly contextLeft?: number;
  /** The demo model answers here, and the chat was told so. */
  readonly demo?: true;
  /** Slot of the note that the service stops; it is edited once the service is back. */
  readonly pausedNote?: string;
  /** The conversation with the real model, while the demo model answers. */
  readonly aside?: Conversation;
}

/** A message handed to a running turn whose delivery is not confirmed yet. */
export interface PendingSteer {
  readonly clientId: ClientId;
  readonly mailIds: readonly MailId[];
  readonly messageId: MessageId;
  /** Who wrote it. */
  readonly by?: NamedPerson;
}

/** The turn a chat has asked for or runs; written before `turn/start` goes out. */
export interface RunningTurn {
  /** `t-<first mail id>`: names view, live frame and status message. */
  readonly slot: string;
  readonly clientId: ClientId;
  /** Unacked mail this turn answers; empty once delivered. */
  readonly mailIds: readonly MailId[];
  /** What the final replies to; absent for a turn nobody's message started ([Continue]). */
  readonly messageId?: MessageId;
  readonly turnId?: TurnId;
  readonly delivered: boolean;
  readonly startedAt: number;
  readonly steers: readonly PendingSteer[];
  /** Reasons of declines handed to the turn, by request; gone once Codex has them. */
  readonly reasons?: readonly { readonly request: RequestNumber; readonly text: string }[];
  /** What we say ourselves where no mail starts the turn ([Continue], [Try now]). */
  readonly text?: string;
  /** The newest mail read when it began: a command up to here was not written into this turn. Absent: none was. */
  readonly readTo?: MailId;
  /** It is to stop: asked by a person, by the service that ends, for a newer message, or as it takes too long. */
  readonly stopping?: "stop" | "service" | "message" | "tooLong";
  /** Review and compaction take no steer. */
  readonly notSteerable?: true;
  /** The project was a clean git checkout before it: undo is exact. */
  readonly cleanBefore?: true;
  /** For its record; absent in turns begun before there was one. */
  readonly notes?: TurnNotes;
}

/** Mail that waits for a later turn on purpose: `queue`, a tap on [Run next], or a start that failed. */
export interface Waiting {
  readonly mailIds: readonly MailId[];
  readonly messageId: MessageId;
  /** Slot of the note with its buttons. */
  readonly slot: string;
  /** Runs only when somebody taps: its start failed. */
  readonly held?: true;
  /** Runs before everything else. */
  readonly first?: true;
}
