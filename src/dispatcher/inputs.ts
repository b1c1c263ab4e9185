import type { CodexError, CodexSession, SessionSpec, SteerResult } from "../codex/port.ts";
import type { PendingSteer } from "../model/chat.ts";
import type { MailId, RequestNumber } from "../model/ids.ts";
import type { InboundCommand, InboundMessage, Person } from "../model/message.ts";
import type { CodexEvent } from "../model/turn.ts";
import type { Group } from "./mailbox.ts";
import type { BuiltInput } from "./prompt.ts";
import type { Holding } from "./runtime-state.ts";

/** A command that waits for the end of the turn, and the message it was written in. */
export interface AfterTurn {
  readonly ids: readonly MailId[];
  readonly command: InboundCommand;
  readonly person: Person;
  readonly message?: InboundMessage;
}

/** What the actor's loop works through, one at a time. */
export type Input =
  | { readonly kind: "doorbell" }
  | { readonly kind: "codex"; readonly session: CodexSession; readonly event: CodexEvent }
  /** `attempt`: which preparation this is the outcome of; only the latest counts. */
  | {
      readonly kind: "prepared";
      readonly slot: string;
      readonly attempt: number;
      readonly built: BuiltInput;
      readonly spec: SessionSpec;
      readonly project: string;
    }
  | { readonly kind: "prepareFailed"; readonly slot: string; readonly attempt: number; readonly error: unknown }
  /** `turn/start` was refused, or not answered in time. */
  | { readonly kind: "startFailed"; readonly slot: string; readonly error: CodexError }
  /** What app-server said of a steer. */
  | {
      readonly kind: "steerAnswered";
      readonly steer: PendingSteer;
      readonly answer: SteerResult | CodexError;
    }
  /** What app-server said of a reason, or that it said nothing for a while: the decline follows. */
  | {
      readonly kind: "reasonAnswered";
      readonly request: RequestNumber;
      readonly answer: SteerResult | CodexError | "late";
    }
  /** `built` is absent when it failed; the mail is free again. */
  | {
      readonly kind: "steerBuilt";
      readonly slot: string;
      readonly group: Group;
      readonly built: BuiltInput | undefined;
    }
  | { readonly kind: "clean"; readonly slot: string }
  | { readonly kind: "queuedForSlot"; readonly before: number }
  | { readonly kind: "tick" }
  /** The time for requests that this connection replays is over. */
  | { readonly kind: "settleUnasked"; readonly session: CodexSession | undefined }
  /** Stop the running turn, if any. */
  | { readonly kind: "interrupt" }
  /** The service goes: the chat of a running turn is told. */
  | { readonly kind: "pause"; readonly why: Holding }
  /** Give up process and chat, if nothing runs. */
  | { readonly kind: "park" }
  | { readonly kind: "abandon" }
  | { readonly kind: "close" };
