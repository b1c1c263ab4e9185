import type { ChatKey, MailId, MessageId, Nonce, RequestNumber, ThreadId, TurnId } from "./ids.ts";
import type { InboundMessage } from "./inbound.ts";

/** One changed file of a patch. `diff` is a unified diff, or the content of an added file. */
export interface FileChange {
  readonly path: string;
  readonly kind: "add" | "delete" | "update";
  readonly diff: string;
  readonly movedTo?: string;
}

/** One question of the model. */
export interface Question {
  readonly id: string;
  readonly header: string;
  readonly question: string;
  readonly options: readonly { readonly label: string; readonly description?: string }[];
  /** Free text is allowed as well. */
  readonly other: boolean;
  /** The answer must not be shown again. */
  readonly secret: boolean;
}

/** What Codex asks a person. */
export type RequestBody =
  | {
      readonly kind: "command";
      /** Full command line as Codex will run it. */
      readonly command: string;
      readonly cwd?: string;
      readonly reason?: string;
      /** argv prefix app-server proposes to allow for ever; absent when it proposes none. */
      readonly proposedRule?: readonly string[];
    }
  | {
      readonly kind: "files";
      readonly changes: readonly FileChange[];
      readonly reason?: string;
      readonly grantRoot?: string;
    }
  | { readonly kind: "permissions"; readonly summary: string; readonly reason?: string; readonly raw: unknown }
  | { readonly kind: "question"; readonly questions: readonly Question[] }
  | { readonly kind: "elicitation"; readonly server: string; readonly message: string; readonly raw: unknown };

/** Identity of a server request: rpc ids restart per process, so the rest is part of the key. */
export interface RequestIdentity {
  readonly rpcId: number | string;
  readonly threadId: ThreadId;
  readonly turnId: TurnId;
  readonly itemId: string;
  readonly approvalId?: string;
}

/** A server request of app-server, read and typed. */
export interface CodexRequest extends RequestIdentity {
  readonly body: RequestBody;
}

/** Decisions a person can take on an approval. `always` accepts the proposed rule. */
export type Decision = "accept" | "acceptForSession" | "always" | "decline" | "cancel";

/** A person's answer. */
export type RequestAnswer =
  | {
      readonly kind: "decision";
      readonly decision: Decision /** Told to Codex before the decline. */;
      readonly reason?: string;
    }
  | { readonly kind: "answers"; readonly answers: Readonly<Record<string, readonly string[]>> };

/** Life of a request: pending → (reserved →) answering → resolved | ended. */
export type RequestState = "pending" | "answering" | "resolved" | "ended";

/** The durable record of an approval or question. */
export interface RequestRecord {
  readonly number: RequestNumber;
  readonly chat: ChatKey;
  readonly state: RequestState;
  readonly request: CodexRequest;
  /** ms since the epoch. */
  readonly askedAt: number;
  /** Set from `answering` on. */
  readonly answer?: RequestAnswer;
  readonly answeredBy?: { readonly id: string; readonly name: string };
  readonly answeredAt?: number;
}

/** What a button does; stored behind its nonce. */
export type ButtonAct =
  | { readonly act: "answer"; readonly request: RequestNumber; readonly answer: RequestAnswer }
  | { readonly act: "answerWhy"; readonly request: RequestNumber }
  /** Free text for question `question` of the request ("Other …"). */
  | { readonly act: "answerOther"; readonly request: RequestNumber; readonly question: string }
  /** One option of question number `index`. */
  | { readonly act: "choose"; readonly request: RequestNumber; readonly index: number; readonly option: string }
  /** `slot`: the turn meant; absent for whatever runs. */
  | { readonly act: "stop"; readonly slot?: string }
  | { readonly act: "steerNow" | "runNext" | "drop"; readonly mail: MailId }
  /** Go on with, drop, or repeat the turn of this slot. */
  | {
      readonly act: "continue" | "leave" | "retry";
      readonly slot: string /** Not before, ms since the epoch. */;
      readonly at?: number;
    }
  | { readonly act: "details" | "diff" | "undo"; readonly slot: string }
  | { readonly act: "showRequest" | "askAgain"; readonly request: RequestNumber }
  | { readonly act: "wait" | "restartCodex"; readonly slot: string }
  | {
      readonly act: "command";
      readonly name: string;
      readonly args: string /** How to deal with the running turn. */;
      readonly how?: "stopFirst" | "afterTurn" /** The message it was written in; its text is `args`. */;
      readonly message?: InboundMessage;
    }
  /** A message that was no command of ours goes to Codex after all; `messageId` is the message it came in. */
  | { readonly act: "sendAsText"; readonly text: string; readonly messageId: MessageId }
  | { readonly act: "setting"; readonly key: "whileBusy" | "language"; readonly value: string }
  /** Goes on with a new conversation on another machine, if the chat's own still does not answer. */
  | { readonly act: "rehome" }
  /** Parks the chat and tells how to go on in a terminal. */
  | { readonly act: "terminal" }
  | { readonly act: "endTerminal"; readonly processId: string };

/** A button as stored: bound to its chat, so that a forwarded or forged one is worth nothing. */
export interface ButtonRecord {
  readonly nonce: Nonce;
  readonly chat: ChatKey;
  readonly act: ButtonAct;
}

/** Rights of a person, independent of each other. */
export type Right = "talk" | "approve" | "operate";
