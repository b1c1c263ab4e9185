import type { Content } from "../../src/model/delivery.ts";

/** Something that happened in a schedule and that a law speaks about, in the order of time. */
export type TraceEvent =
  /** A person wrote a message, or tapped; the platform hands it over until it is acknowledged. */
  | { readonly kind: "written"; readonly chat: string; readonly id: string; readonly who: string }
  /** Mail of this event stands in the mailbox (`dedupe` as the platform named it). */
  | { readonly kind: "stored"; readonly chat: string; readonly id: string; readonly mail: string; readonly who: string }
  | { readonly kind: "acked"; readonly chat: string; readonly id: string; readonly who: string }
  /** What a tap was told. */
  | { readonly kind: "told"; readonly chat: string; readonly id: string; readonly who: string; readonly text: string }
  /** Codex has the message in its conversation. */
  | { readonly kind: "delivered"; readonly chat: string; readonly text: string; readonly clientId: string }
  /** A conversation with these messages is gone from the disk. */
  /** No Codex starts for this chat. */
  | { readonly kind: "noCodex"; readonly chat: string }
  | { readonly kind: "erased"; readonly chat: string; readonly clientIds: readonly string[] }
  /** An owner wrote down that Codex has these, and removed them from the mailbox. */
  | { readonly kind: "removed"; readonly chat: string; readonly mails: readonly string[] }
  /** `over`: who held the lease, alive, at that moment. */
  | { readonly kind: "claimed"; readonly lease: string; readonly node: string; readonly over: string | undefined }
  /** A fenced write that happened; `current` is the epoch the lease had. */
  | { readonly kind: "wrote"; readonly script: string; readonly epoch: number; readonly current: number }
  /** An effect was asked of Codex or the platform; `stale`: the lease had been another's by then. */
  | { readonly kind: "asked"; readonly of: string; readonly what: string; readonly stale: boolean }
  /** `said`: all words of its answer so far. */
  | {
      readonly kind: "turn";
      readonly chat: string;
      readonly clientId: string;
      readonly state: TurnState;
      readonly said: string;
    }
  /** A text was handed to a running turn. */
  | { readonly kind: "steered"; readonly chat: string; readonly text: string; readonly allowed: boolean }
  /** A process was ended by us while its turn ran; `excused`: our patience was over. */
  | { readonly kind: "ended"; readonly chat: string; readonly excused: boolean }
  /** The gateway settled a request. */
  | { readonly kind: "settled"; readonly request: number; readonly who: string; readonly decision: string }
  /** Codex asks (a person sees it as `request` later), and takes one answer. */
  | { readonly kind: "applied"; readonly chat: string; readonly item: string; readonly decision: string }
  | { readonly kind: "answerWritten"; readonly chat: string; readonly item: string; readonly decision: string }
  /** A call of the platform happened. */
  | Sent
  /** A durable call went out and nobody knows whether it happened; or it was refused for good. */
  | { readonly kind: "unsure"; readonly chat: string; readonly key: string }
  | { readonly kind: "refused"; readonly chat: string; readonly key: string }
  /** The program itself says that it failed. */
  | { readonly kind: "failed"; readonly what: string }
  /** How it stands at the very end. */
  | { readonly kind: "left"; readonly what: string };

/** A turn as Codex lives it. */
export type TurnState = "started" | "overlaps" | "completed" | "interrupted" | "failed" | "died";

/** What stands on a person's screen because of a call. */
export interface Sent {
  readonly kind: "sent";
  readonly chat: string;
  /** Names the durable operation and its part; absent for frames. */
  readonly key: string | undefined;
  readonly as: "message" | "card" | "edit" | "frame" | "mark";
  /** Turn slot of a final or a frame, slot of a card or an edit. */
  readonly slot: string | undefined;
  readonly final: boolean;
  readonly text: string;
  readonly replyTo: string | undefined;
  readonly buttons: readonly { readonly label: string; readonly nonce: string }[];
  /** It was on its way when its sender lost the lease. */
  readonly stale: boolean;
}

/** Everything a content says, in one string. */
export function textOf(content: Content | undefined): string {
  return [...(content?.pieces.map((piece) => piece.text) ?? []), content?.footer ?? ""].join("\n").trim();
}
