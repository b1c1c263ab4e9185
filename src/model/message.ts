import type { MailId, MessageId, RequestNumber } from "./ids.ts";
import type { InboundCommand, InboundMessage, Person } from "./inbound.ts";
import type { ButtonAct, RequestAnswer } from "./request.ts";

export type { Attachment, InboundCommand, InboundMessage, Person } from "./inbound.ts";

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
