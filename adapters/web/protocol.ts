import type { Content, Mark } from "../../src/model/delivery.ts";
import type { MessageId, Nonce } from "../../src/model/ids.ts";
import type { Action, PlanStep } from "../../src/model/turn.ts";
import type { Language, TurnView } from "../../src/model/view.ts";

/**
 * What page and server say to each other: JSON, one message per WebSocket frame, on `/ws`. Every change of what a chat
 * shows has a number (`seq`), growing through all chats. A page that comes back names the last number it saw and gets
 * what changed since, as it stands now; taking a message twice changes nothing, for it is known by its id.
 */

/** A file of a message, served on `/files/<id>`. */
export interface WebFile {
  readonly id: string;
  readonly name: string;
  readonly bytes: number;
  /** Media type by content; pictures are shown. */
  readonly type: string;
}

/** A message as it stands now. */
export interface WebMessage {
  readonly chat: string;
  /** Decimal; messages of a chat stand in the order of their ids, as numbers. */
  readonly id: MessageId;
  /** Number of its last change. */
  readonly seq: number;
  /** When it was written, ms since the epoch. */
  readonly at: number;
  readonly from: "person" | "bot";
  readonly content: Content;
  readonly replyTo?: MessageId;
  /** What became of a person's message; absent: nothing to show. */
  readonly mark?: Mark;
  readonly files?: readonly WebFile[];
  /** Id the page gave a person's message, see `say`. */
  readonly sayId?: string;
  /** Slot of the turn it ends: no live frame of that slot follows. */
  readonly endsLive?: string;
  /** False: without a sound or notification. Default true. */
  readonly ring?: boolean;
}

/** A chat in the list. */
export interface WebChat {
  /** Id, `[a-z0-9]{1,32}`; made by the page for a new chat. */
  readonly chat: string;
  /** First line of its first message, at most 80 characters. */
  readonly title: string;
  /** Number of its last change: newest first in the list. */
  readonly seq: number;
  /** ms since the epoch. */
  readonly at: number;
  /** Last words, one line, at most 120 characters. */
  readonly preview: string;
  /** A turn runs. */
  readonly running: boolean;
}

/** The running turn of a chat, as it stands now. */
export interface LiveFrame {
  readonly slot: string;
  readonly phase: TurnView["phase"];
  /** Set while Codex reconnects to the model. */
  readonly retrying?: string;
  /** ms since the epoch, of the service's clock (see `welcome.now`). */
  readonly startedAt: number;
  /** Set while no machine works on it: since when, of the same clock. */
  readonly silentSince?: number;
  readonly plan: readonly PlanStep[];
  readonly actions: readonly Action[];
  /** Latest reasoning headline. */
  readonly thinking?: string;
  /** The answer so far, Markdown. On the wire: what follows the first `keep` UTF-16 units of the text sent before. */
  readonly text: string;
  readonly keep: number;
  /** Tapping it (with an empty message id) stops the turn. */
  readonly stop?: Nonce;
}

/** What the page says. */
export type FromPage =
  /** First. `after`: last number seen; absent on a fresh page. `build`: of the page. `chat`: the chat that is open. */
  | { readonly type: "hello"; readonly build: string; readonly after?: number; readonly chat?: string }
  /** Shows a chat: answered by `messages` with its newest. Live frames come for the chat opened last. */
  | { readonly type: "open"; readonly chat: string }
  /** Answered by `messages` with those before the id. */
  | { readonly type: "older"; readonly chat: string; readonly before: MessageId }
  /** `id`: unique, kept by the page until it is told `taken` or `refused`, and said again after a reconnect. `files`: ids of uploads. */
  | {
      readonly type: "say";
      readonly id: string;
      readonly chat: string;
      readonly text: string;
      readonly files: readonly string[];
      readonly replyTo?: MessageId;
    }
  | {
      readonly type: "tap";
      readonly id: string;
      readonly chat: string;
      readonly message: MessageId | "";
      readonly nonce: Nonce;
    }
  /** From now on the operations view is sent every second, or no more. */
  | { readonly type: "watch"; readonly on: boolean }
  /** Stops the turn of any chat (its full key) that began then, from the operations view. Answered by `told`. */
  | { readonly type: "stopTurn"; readonly id: string; readonly chat: string; readonly startedAt: number };

/** What the server says. */
export type ToPage =
  | {
      readonly type: "welcome";
      /** Build of the service; a page of another build loads itself anew. */
      readonly build: string;
      /** Newest number. */
      readonly seq: number;
      /** Service's clock, ms since the epoch. */
      readonly now: number;
      readonly language: Language;
      /** The model is the built-in demo. */
      readonly demo: boolean;
      readonly commands: readonly { readonly name: string; readonly description: string }[];
      readonly maxFileBytes: number;
      /** Longest text of a message, UTF-16 units, and most files of one. */
      readonly maxTextLength: number;
      readonly maxFiles: number;
      /** Too much happened since `after`: forget what is on the screen; `chats` and `messages` follow. */
      readonly reset: boolean;
    }
  /** All chats. */
  | { readonly type: "chats"; readonly chats: readonly WebChat[] }
  /** One chat is new or changed. */
  | { readonly type: "chat"; readonly chat: WebChat }
  /** A page of messages, oldest first; `more`: there are older ones. */
  | {
      readonly type: "messages";
      readonly chat: string;
      readonly messages: readonly WebMessage[];
      readonly more: boolean;
    }
  /** A message is new or changed, in any chat. */
  | { readonly type: "message"; readonly message: WebMessage }
  /** Only of the chat opened last; absent frame: nothing runs. */
  | { readonly type: "live"; readonly chat: string; readonly frame?: LiveFrame }
  /** A `say` is durable. */
  | { readonly type: "taken"; readonly id: string; readonly message: WebMessage }
  /** A `say` cannot be taken, ever; nothing was stored. */
  | { readonly type: "refused"; readonly id: string; readonly reason: string }
  /** Answer to a `tap` or `stopTurn`, to be shown for a moment, or until dismissed (`alert`). */
  | { readonly type: "told"; readonly id: string; readonly text?: string; readonly alert?: boolean }
  | { readonly type: "operations"; readonly view: OperationsView };

/** Answer of `POST /files?name=<name>` (body: the bytes). A refusal has `{error}` and a 4xx status. */
export type Uploaded = WebFile;

/** What an owner sees of the running service. Times in ms since the epoch, memory in bytes. */
export interface OperationsView {
  readonly now: number;
  readonly version: string;
  readonly pid: number;
  readonly startedAt: number;
  readonly memory: number;
  readonly ready: boolean;
  /** Channels, their senders, Redis, worker. */
  readonly parts: readonly { readonly name: string; readonly state: string; readonly reason?: string }[];
  readonly owners: readonly string[];
  readonly chats: readonly {
    readonly chat: string;
    readonly title?: string;
    readonly project?: string;
    /** `parked`, `ready`, `running`, … */
    readonly state: string;
  }[];
  readonly turns: readonly {
    readonly chat: string;
    readonly project: string;
    readonly startedAt: number;
    readonly doing?: string;
  }[];
  readonly requests: readonly {
    readonly number: number;
    readonly chat: string;
    readonly summary: string;
    readonly askedAt: number;
  }[];
  /** Activations. */
  readonly queue: { readonly waiting: number; readonly active: number };
  /** Per account: operations waiting to be sent, and calls it may make at once. */
  readonly outbox: readonly {
    readonly account: string;
    readonly waiting: number;
    readonly budget: number;
    /** Set while the platform told us to wait. */
    readonly blockedUntil?: number;
  }[];
  readonly processes: readonly {
    readonly chat: string;
    readonly pid: number;
    readonly working: boolean;
    readonly memory?: number;
  }[];
  /** Newest first: who decided what, where. */
  readonly audit: readonly {
    readonly at: number;
    readonly who: string;
    readonly what: string;
    readonly chat: string;
    readonly result: string;
  }[];
}
