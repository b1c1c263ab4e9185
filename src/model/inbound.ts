import type { MessageId, PersonId } from "./ids.ts";

/** Who wrote or tapped. `name` is what others read (`@owner`, `Ada`). */
export interface Person {
  readonly id: PersonId;
  readonly name: string;
  /** BCP 47 tag the platform reports; absent when unknown. */
  readonly language?: string;
}

/** A file that came with a message, still on the platform. */
export interface Attachment {
  readonly kind: "image" | "file";
  /** What the adapter needs to download it. */
  readonly ref: string;
  /** File name as sent, unsafe; absent for photos. */
  readonly name?: string;
  readonly mime?: string;
  /** Bytes; absent when the platform does not say. */
  readonly size?: number;
}

/** A person's message, normalized: the same on every channel. */
export interface InboundMessage {
  readonly messageId: MessageId;
  readonly person: Person;
  /** Platform's date, ms since the epoch. */
  readonly sentAt: number;
  /** Text or caption; empty when there is only an attachment. */
  readonly text: string;
  readonly attachments: readonly Attachment[];
  /** Same for all parts of an album. */
  readonly albumId?: string;
  /** Text of the message replied to, or the quoted part of it. */
  readonly replyTo?: {
    readonly messageId: MessageId;
    readonly text?: string;
    readonly quote?: string;
    readonly own: boolean;
  };
  /** Others write here too: Codex is told who this is from. */
  readonly named?: true;
  /** Human-readable origin of a forward. */
  readonly forwardedFrom?: string;
}

/** A command of ours, e.g. `/new fix it` → `{name: "new", args: "fix it"}`. */
export interface InboundCommand {
  readonly name: string;
  readonly args: string;
}
