import type { OutboundCall } from "../../src/model/delivery.ts";

/**
 * One request to the platform's OpenAPI, e.g. `PATCH /open-apis/im/v1/messages/om_1`. Resolves with the `data` of the
 * answer; rejects with an `ApiFailure` (also for HTTP 200 with a code other than 0).
 */
export type FeishuCall = (
  request: {
    readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
    readonly path: string;
    readonly query?: Readonly<Record<string, string>>;
    readonly body?: unknown;
  },
  signal: AbortSignal,
) => Promise<unknown>;

/** Uploads a file (`im.file.create`, `im.image.create`) and resolves with its key; rejects with an `ApiFailure`. */
export type FeishuUpload = (as: "file" | "image", file: FileSource, signal: AbortSignal) => Promise<string>;

/** A file to send: from disk (absolute path), or text the adapter made itself. */
export type FileSource =
  | { readonly path: string; readonly name: string }
  | { readonly text: string; readonly name: string };

/** A message as `im.v1` takes it; `content` is JSON text. */
export interface Wire {
  readonly type: "interactive" | "post" | "text" | "file" | "image";
  readonly content: string;
}

/** Where a new message goes: below `replyTo` where there is one, else into the chat. */
export interface Place {
  readonly replyTo?: string;
  /** In its place when that is gone. */
  readonly orReplyTo?: string;
  /** Reply inside the topic: a bare message would open a new one. */
  readonly inThread?: true;
}

/** One change of a streaming card, without its sequence. */
export type CardAction = Readonly<Record<string, unknown>>;

/** `OutboundCall.request` of this adapter. */
export type FeishuRequest =
  | { readonly kind: "send"; readonly wire: Wire; readonly place: Place; readonly language?: "en" | "zh-CN" }
  | {
      readonly kind: "upload";
      readonly as: "file" | "image";
      readonly file: FileSource;
      readonly maxBytes: number;
      readonly place: Place;
    }
  /** `optional`: a card that can no longer be changed stays as it is. */
  | { readonly kind: "patch"; readonly messageId: string; readonly content: string; readonly optional?: true }
  | { readonly kind: "react"; readonly messageId: string; readonly emoji?: string }
  /** Makes the entity of a streaming card; `extra` names it once its id is known. */
  | { readonly kind: "createCard"; readonly card: object; readonly extra: LiveExtra }
  | { readonly kind: "sendCard"; readonly extra: LiveExtra; readonly place: Place }
  /** `actions` in one batch, then `text` into the answer element; `extra` as it stands after both. */
  | {
      readonly kind: "frame";
      readonly messageId: string;
      readonly actions: readonly CardAction[];
      readonly text?: { readonly element: string; readonly content: string };
      readonly before: LiveExtra;
      readonly extra: LiveExtra;
    }
  /** Replaces the whole card and ends its streaming; without `card` only the mode ends. */
  | {
      readonly kind: "closeCard";
      readonly messageId: string;
      readonly card?: object;
      readonly summary: string;
      readonly extra: LiveExtra;
      /** The next card follows at once: the slot forgets this one. */
      readonly rotate?: true;
    };

/** What is known about the streaming card of a slot; JSON in `SentMessage.extra`. */
export interface LiveExtra {
  /** Empty until the entity exists. */
  readonly card: string;
  /** Last sequence used. */
  readonly sequence: number;
  /** When streaming was opened, ms since the epoch. */
  readonly openedAt: number;
  readonly sent: boolean;
  readonly language: "en" | "zh-CN";
  /** Counts the answer elements of this card; the current one is `answer_<n>`. */
  readonly element: number;
  /** Where in the shown answer this card's text begins, UTF-16 units. */
  readonly from: number;
  /** How much is in the answer element, UTF-16 units, and a digest of the answer up to there. */
  readonly shown: number;
  readonly digest: string;
  /** Fence of the code block this card's text begins in; empty for none. */
  readonly fence: string;
  /** Digests of the other elements as last drawn. */
  readonly drawn: Readonly<Record<string, string>>;
  /** Frames of this turn the platform refused. */
  readonly failures: number;
  /** Streaming has ended for this card: a new one is opened, from `from + shown` on. */
  readonly closed?: true;
}

/** An {@link OutboundCall} whose request is known to be ours. */
export interface FeishuOutbound extends OutboundCall {
  readonly request: FeishuRequest;
  readonly fallback?: FeishuOutbound;
}

/** Reads a call back that went through the sender as `unknown`. Throws on a foreign one. */
export function feishuRequest(call: OutboundCall): FeishuRequest {
  const { request } = call;
  if (typeof request === "object" && request !== null && "kind" in request) return request as FeishuRequest;
  throw new Error(`not a Feishu request: ${call.method}`);
}
