import type { ChatKey, MessageId, Nonce, OpId } from "./ids.ts";

/** A stretch of a message the service sends; each adapter formats it its own way. */
export type Piece =
  /** The model's Markdown (or ours). */
  | { readonly as: "markdown"; readonly text: string }
  /** Literal text; nothing in it is markup. */
  | { readonly as: "text"; readonly text: string }
  | { readonly as: "bold"; readonly text: string }
  | { readonly as: "code"; readonly text: string /** Fence language; absent for plain. */; readonly language?: string }
  /** Foldable quotation (a diff, a log); adapters without folding show a plain block. */
  | { readonly as: "fold"; readonly text: string };

/** A button. `label` is final text in the reader's language. */
export interface Button {
  readonly label: string;
  readonly nonce: Nonce;
  readonly style?: "primary" | "danger";
}

/** What a message holds. Pieces stand on lines of their own. */
export interface Content {
  readonly pieces: readonly Piece[];
  /** One line below the last piece, small where the platform can. */
  readonly footer?: string;
  /** Rows of buttons, on the last part. */
  readonly buttons?: readonly (readonly Button[])[];
  /** Ask the addressee for a text reply where the platform can (groups hide plain text from bots). */
  readonly forceReply?: boolean;
}

/** States a message of a person can be marked with (a reaction, where the platform has them). */
export type Mark = "taken" | "steered" | "waiting" | "dropped" | "none";

/** A durable operation, in chat order. A `slot` names a message of ours for later edits. */
export type OutboxBody =
  | {
      readonly op: "message";
      readonly content: Content;
      readonly replyTo?: MessageId;
      readonly slot?: string;
      /** False: no sound. Default true. */
      readonly ring?: boolean;
      /** Finals end the live frame of this turn slot: none of its frames may follow. */
      readonly endsLive?: string;
    }
  /** Edits the message in `slot`. `orSend`: sends it anew when there is none or it can no longer be edited. */
  | { readonly op: "edit"; readonly slot: string; readonly content: Content; readonly orSend: boolean }
  | { readonly op: "mark"; readonly messageId: MessageId; readonly mark: Mark }
  | {
      readonly op: "file";
      readonly path: string;
      readonly name: string;
      readonly caption?: string;
      readonly replyTo?: MessageId;
    }
  /** Ends a turn's live frame without a final of its own; `content` replaces the status message where there is one. */
  | { readonly op: "endLive"; readonly slot: string; readonly content?: Content };

/** An operation as it stands in the outbox. */
export interface OutboxOp {
  readonly id: OpId;
  readonly chat: ChatKey;
  readonly body: OutboxBody;
}

/** Where a sent message ended up; kept per slot. */
export interface SentMessage {
  readonly messageId: MessageId;
  /** Adapter's own data (card id, sequence…), opaque to the sender. */
  readonly extra?: string;
}

/** What the screen of a chat holds, as far as rendering needs it. */
export interface Screen {
  /** The last message a person wrote there, where the channel tells it; see `ChatFacts`. */
  readonly anchor?: MessageId;
  readonly slots: Readonly<Record<string, SentMessage>>;
}

/** One platform request. `request` is the adapter's own; everything else is for the scheduler. */
export interface OutboundCall {
  readonly method: string;
  readonly request: unknown;
  /** Remember the resulting message under this slot. */
  readonly slot?: string;
  /** Repeating it is harmless (edits, reactions, drafts). A send is not. */
  readonly idempotent: boolean;
  /** Budget it is charged to; `none` for drafts, typing and the like. */
  readonly cost: "message" | "edit" | "none";
  /** On these results, do this other call instead (send instead of edit, without the reply, without buttons). */
  readonly fallback?: OutboundCall;
}

/** What became of a call. */
export type CallResult =
  /** `again`: a step on the way to a live frame; the next one is due at once. */
  | { readonly outcome: "done"; readonly message?: SentMessage; readonly again?: true }
  /** Blocks the chat, or the whole account, until then. */
  | { readonly outcome: "rateLimited"; readonly scope: "chat" | "account"; readonly retryAfterMs: number }
  /** The platform gave no answer: it may have happened. */
  | { readonly outcome: "unknown"; readonly reason: string }
  /** It certainly did not happen; trying again may help. */
  | { readonly outcome: "retry"; readonly reason: string }
  /** The chat moved; everything of it goes on under the new address. */
  | { readonly outcome: "moved"; readonly to: ChatKey }
  /** Bot blocked, kicked, chat or topic deleted: nothing can be sent there. */
  | { readonly outcome: "gone"; readonly reason: string }
  /** The platform refuses this request for good; `fallback` is tried, else it is reported. */
  | { readonly outcome: "refused"; readonly reason: string }
  /** The account itself is refused (token revoked). */
  | { readonly outcome: "unauthorized"; readonly reason: string };

/** Limits of a channel, as data with their source in the adapter's `capabilities.ts`. */
export interface Capabilities {
  readonly channel: string;
  /** Longest message, UTF-16 units. */
  readonly maxTextLength: number;
  /** More parts than this become the first part and a document. */
  readonly maxParts: number;
  readonly maxUploadBytes: number;
  readonly maxDownloadBytes: number;
  readonly forceReply: boolean;
  /** A send repeated under the same key shows one message; else one whose outcome nobody knows may show two. */
  readonly idempotentSends: boolean;
  /** Several people write there: there are groups, and strangers. False: whoever gets in owns the service. */
  readonly shared: boolean;
  /** Budgets of the sender. */
  readonly rate: {
    /** Calls per second for the whole account. */
    readonly accountPerSecond: number;
    /** Per chat: tokens per second and burst. */
    readonly chatPerSecond: number;
    readonly chatBurst: number;
    /** Sliding minute per group; absent where groups have no limit of their own. */
    readonly groupPerMinute?: number;
    /** Least ms between two live frames of a private chat and of a group. */
    readonly liveSpacingMs: number;
    readonly liveSpacingGroupMs: number;
    /** A live frame must be repeated after this long or it disappears; absent: never. */
    readonly liveKeepAliveMs?: number;
  };
}
