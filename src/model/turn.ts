import type { ClientId, ThreadId, TurnId } from "./ids.ts";
import type { CodexRequest } from "./request.ts";

/** Why a turn failed, in our words; the actor says it to people by the catalogue. */
export type FailureReason =
  | "usageLimit"
  | "rateLimited"
  | "overloaded"
  | "contextFull"
  | "unauthorized"
  | "network"
  | "badRequest"
  | "providerError"
  | "codexDied"
  | "projectMissing"
  | "other";

/** A failed turn is data, not a throw. */
export interface TurnFailure {
  readonly reason: FailureReason;
  /** app-server's own words, for the details. */
  readonly message: string;
  readonly httpStatus?: number;
  /** ms since the epoch, when the provider said so. */
  readonly retryAt?: number;
}

/** Something Codex did in a turn, as a line of the work log. */
export interface Action {
  readonly id: string;
  readonly kind: "command" | "files" | "search" | "tool" | "review" | "compaction" | "other";
  /** What a person reads: the command line, the files, the tool. One line, unbounded. */
  readonly label: string;
  readonly state: "running" | "done" | "failed" | "declined";
  readonly exitCode?: number;
  readonly durationMs?: number;
  /** Last part of the output, ≤ 4,000 characters; only at the end. */
  readonly output?: string;
  /** Files touched (kind `files`). */
  readonly files?: readonly { readonly path: string; readonly added: number; readonly removed: number }[];
  /** Terminal id (kind `command`), to end it when its turn is stopped. */
  readonly processId?: string;
}

export interface PlanStep {
  readonly step: string;
  readonly status: "pending" | "inProgress" | "completed";
}

/** Tokens by kind; `cachedInput` is part of `input`, `reasoning` of `output`. */
export interface TokenCounts {
  readonly input: number;
  readonly cachedInput: number;
  readonly output: number;
  readonly reasoning: number;
  readonly total: number;
}

/** Tokens as app-server reports them, once per model request. */
export interface Usage {
  /** Of the whole thread. */
  readonly totalTokens: number;
  /** Of the last model request. */
  readonly lastTotalTokens: number;
  readonly contextWindow?: number;
  /** The same by kind; absent where app-server does not say. */
  readonly counts?: { readonly thread: TokenCounts; readonly last: TokenCounts };
}

export type MessagePhase = "commentary" | "final" | undefined;

/** What one turn does, in order: one started, one ended, ended last. */
export type TurnEvent =
  | { readonly kind: "turnStarted"; readonly turnId: TurnId }
  /** `item/completed{userMessage}`: the message with this client id is delivered. */
  | { readonly kind: "delivered"; readonly turnId: TurnId; readonly clientId: ClientId | undefined }
  | { readonly kind: "messageStarted"; readonly turnId: TurnId; readonly itemId: string; readonly phase: MessagePhase }
  | { readonly kind: "messageDelta"; readonly turnId: TurnId; readonly itemId: string; readonly delta: string }
  | {
      readonly kind: "messageCompleted";
      readonly turnId: TurnId;
      readonly itemId: string;
      readonly text: string;
      readonly phase: MessagePhase;
    }
  | { readonly kind: "action"; readonly turnId: TurnId; readonly action: Action }
  | { readonly kind: "thinking"; readonly turnId: TurnId; readonly text: string }
  | { readonly kind: "plan"; readonly turnId: TurnId; readonly steps: readonly PlanStep[] }
  | { readonly kind: "diff"; readonly turnId: TurnId; readonly diff: string }
  | { readonly kind: "usage"; readonly turnId: TurnId; readonly usage: Usage }
  /** app-server retries by itself; messages open now will never complete. */
  | { readonly kind: "retrying"; readonly turnId: TurnId; readonly message: string }
  | {
      readonly kind: "turnEnded";
      readonly turnId: TurnId;
      readonly outcome: "completed" | "interrupted" | "failed";
      readonly failure?: TurnFailure;
      readonly durationMs?: number;
    };

/** Everything a codex session tells its owner. */
export type CodexEvent =
  | TurnEvent
  | { readonly kind: "request"; readonly request: CodexRequest }
  /** Carries no decision: what was decided is known from what we answered. */
  | { readonly kind: "requestResolved"; readonly threadId: ThreadId; readonly rpcId: number | string }
  /** A request we cannot serve: answered -32601 already, to be shown. */
  | { readonly kind: "requestRefused"; readonly method: string }
  | { readonly kind: "warning"; readonly message: string }
  /** The connection is gone; the process may live. Always the last event. */
  | { readonly kind: "disconnected"; readonly reason: string };

/** A turn as `thread/turns/list` has it, for recovery. */
export interface TurnRecord {
  readonly turnId: TurnId;
  readonly status: "inProgress" | "completed" | "interrupted" | "failed";
  readonly clientIds: readonly ClientId[];
  readonly messages: readonly { readonly itemId: string; readonly text: string; readonly phase: MessagePhase }[];
  readonly actions: readonly Action[];
  readonly failure?: TurnFailure;
  /** ms since the epoch. */
  readonly startedAt?: number;
  readonly endedAt?: number;
}
