import type { MailId, MessageId, PersonId, RequestNumber } from "./ids.ts";
import type { ButtonAct, RequestAnswer } from "./request.ts";

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

/** One durable entry of a chat's mailbox. */
export type Mail =
  | {
      readonly kind: "prompt";
      readonly message: InboundMessage;
      readonly late?: boolean;
      readonly waitedWhileDown?: boolean;
    }
  /** `command`: what the new text is, if it is one. */
  | { readonly kind: "edit"; readonly message: InboundMessage; readonly command?: InboundCommand }
  | { readonly kind: "command"; readonly message: InboundMessage; readonly command: InboundCommand }
  | { readonly kind: "stop"; readonly person: Person; readonly draftId?: number }
  | { readonly kind: "button"; readonly person: Person; readonly act: ButtonAct }
  /** The sender took the message back. */
  | { readonly kind: "recall"; readonly messageId: MessageId }
  /** An OK on a message: short for [Steer now]. */
  | { readonly kind: "ok"; readonly person: Person; readonly messageId: MessageId }
  | {
      readonly kind: "answer";
      readonly person: Person;
      readonly request: RequestNumber;
      readonly answer: RequestAnswer;
      readonly at: number;
    };

/** A mailbox entry with its place. */
export interface MailItem {
  readonly id: MailId;
  readonly mail: Mail;
}
