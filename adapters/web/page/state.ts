import type { MessageId, Nonce } from "../../../src/model/ids.ts";
import type { FromPage, OperationsView, ToPage, WebChat, WebFile } from "../protocol.ts";
import type { ChatPage } from "./chat-page.ts";

/** A message the server has not confirmed; it outlives a reload. */
export interface Unsent {
  /** Unique for ever: said again under the same id, it is taken once. */
  readonly id: string;
  readonly chat: string;
  readonly text: string;
  readonly files: readonly WebFile[];
  readonly replyTo?: MessageId;
  /** ms since the epoch, of the browser's clock. */
  readonly at: number;
  /** The server will never take it, and why. */
  readonly refused?: string;
}

/** A button that was pressed and not answered yet. `message`: absent for the operations view. */
export interface Pending {
  readonly frame: Extract<FromPage, { readonly type: "tap" | "stopTurn" }>;
}

/** `denied`: the server does not know this browser. `outdated`: it runs another build than this page. */
export type Connection = "connecting" | "open" | "offline" | "denied" | "outdated";

type Welcome = Extract<ToPage, { type: "welcome" }>;

/** Everything the page shows, but what a person is typing. */
export interface State {
  readonly connection: Connection;
  /** Build of this page. */
  readonly build: string;
  /** What the server said of itself last. */
  readonly welcome?: Welcome;
  /** Service's clock minus the browser's, ms. */
  readonly clockAhead: number;
  /** Last number seen; absent until everything before it is here. */
  readonly after?: number;
  /** Chat list as the server has it; absent until it said so. */
  readonly chats?: readonly WebChat[];
  readonly pages: Readonly<Record<string, ChatPage>>;
  /** The open chat; absent until one is chosen. */
  readonly chat?: string;
  /** The chat the server was told of when this connection began: the one it follows. */
  readonly greeted?: string;
  readonly view: "chat" | "operations";
  readonly unsent: readonly Unsent[];
  readonly pending: readonly Pending[];
  /** Answers to taps, shown for a moment. */
  readonly toasts: readonly { readonly id: string; readonly text: string }[];
  /** An answer that stays until it is dismissed. */
  readonly alert?: string;
  /** Per chat the number up to which a person has seen it. */
  readonly seen: Readonly<Record<string, number>>;
  /** Per chat the ids of the bot's new messages nobody looked at yet. */
  readonly unread: Readonly<Record<string, readonly MessageId[]>>;
  /** A person looks at the page. */
  readonly visible: boolean;
  readonly operations?: OperationsView;
}

/** Something that happened: on the connection, or a person did it. */
export type PageEvent =
  | { readonly type: "connected" }
  | { readonly type: "disconnected"; readonly denied: boolean; readonly offline: boolean }
  /** `now`: the browser's clock, ms since the epoch. */
  | { readonly type: "received"; readonly message: ToPage; readonly now: number }
  | {
      readonly type: "say";
      readonly id: string;
      readonly chat: string;
      readonly text: string;
      readonly files: readonly WebFile[];
      readonly replyTo?: MessageId;
      readonly now: number;
    }
  /** Forgets a message the server refused. */
  | { readonly type: "discard"; readonly id: string }
  | { readonly type: "tap"; readonly id: string; readonly message: MessageId | ""; readonly nonce: Nonce }
  | { readonly type: "stopTurn"; readonly id: string; readonly chat: string; readonly startedAt: number }
  | { readonly type: "openChat"; readonly chat: string }
  /** `chat`: an id nobody used. */
  | { readonly type: "newChat"; readonly chat: string }
  | { readonly type: "older" }
  | { readonly type: "showOperations" }
  | { readonly type: "visible"; readonly visible: boolean }
  | { readonly type: "toast"; readonly id: string; readonly text: string }
  | { readonly type: "dismissToast"; readonly id: string }
  | { readonly type: "dismissAlert" };

/** The state after an event, and what the page says to the server because of it. */
export interface Step {
  readonly state: State;
  readonly say: readonly FromPage[];
}

/** What outlives a reload. */
export interface Remembered {
  readonly unsent: readonly Unsent[];
  readonly seen: Readonly<Record<string, number>>;
  readonly chat?: string;
  readonly view: State["view"];
}

/** State of a page that was just loaded. */
export function initialState(build: string, remembered: Remembered): State {
  return {
    connection: "connecting",
    build,
    clockAhead: 0,
    pages: {},
    view: remembered.view,
    unsent: remembered.unsent,
    pending: [],
    toasts: [],
    seen: remembered.seen,
    unread: {},
    visible: true,
    ...(remembered.chat === undefined ? {} : { chat: remembered.chat }),
  };
}

/** A step that says nothing. */
export function silent(state: State): Step {
  return { state, say: [] };
}

/** Frame of a message, as often as it takes. */
export function sayFrame(unsent: Unsent): FromPage {
  return {
    type: "say",
    id: unsent.id,
    chat: unsent.chat,
    text: unsent.text,
    files: unsent.files.map((file) => file.id),
    ...(unsent.replyTo === undefined ? {} : { replyTo: unsent.replyTo }),
  };
}
