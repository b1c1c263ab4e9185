import type { ProcessRecord } from "../codex/port.ts";
import type { Binding, RunningTurn, Waiting } from "../model/chat.ts";
import type { OutboxBody } from "../model/delivery.ts";
import type { ChatKey, MailId, RequestNumber } from "../model/ids.ts";
import type { MailItem } from "../model/message.ts";
import type { ButtonRecord, RequestRecord } from "../model/request.ts";
import type { TurnView } from "../model/view.ts";

/** Ownership of a chat. Every write carries its epoch; Redis refuses a stale one. */
export interface Lease {
  readonly chat: ChatKey;
  readonly epoch: number;
}

/** Everything durable about a chat that its owner reads when it claims it. */
export interface ChatRecord {
  readonly binding: Binding;
  readonly process?: ProcessRecord;
  readonly turn?: RunningTurn;
  readonly waiting: readonly Waiting[];
  /** View of the running turn with the text streamed so far. */
  readonly view?: TurnView;
  /** Requests of this chat that are pending or answering. */
  readonly requests: readonly RequestRecord[];
}

/** The atomic step of an owner: all of it, or (stale epoch) nothing. */
export interface Commit {
  /** Mail done with: removed from the mailbox. */
  readonly ack?: readonly MailId[];
  /** `null` removes the field. */
  readonly binding?: Binding;
  readonly process?: ProcessRecord | null;
  readonly turn?: RunningTurn | null;
  readonly waiting?: readonly Waiting[];
  /** Appended to the outbox, in order; the account's sender is told. */
  readonly ops?: readonly OutboxBody[];
  readonly buttons?: readonly ButtonRecord[];
  /** New request records (state pending). */
  readonly asked?: readonly RequestRecord[];
  /** Ends requests: pending and answering ones move to this state; others stay as they are. */
  readonly settled?: readonly { readonly number: RequestNumber; readonly state: "resolved" | "ended" }[];
  /** Keeps the finished view under its slot for [Details] and [Diff], 30 days. */
  readonly archive?: TurnView;
  /** Removes the running view: no live frame of it can be rendered from now on (L6). */
  readonly endView?: boolean;
  /** Replaces the running view. */
  readonly view?: TurnView;
}

/** What is new in a running view since the last write. */
export interface ViewUpdate {
  /** The view, with the text of the open message left out (empty). Absent: unchanged since the last update. */
  readonly view?: TurnView;
  /** Message that is being streamed; the text below belongs to it. Changing it starts a new text. */
  readonly openItemId?: string;
  readonly append?: string;
}

/** Redis as the dispatcher sees it. All methods but the reads reject with BridgeError `leaseLost` on a stale epoch. */
export interface ChatStore {
  /** The lease, or how long another node's lease still lives. A node may reclaim its own at once. */
  claim(chat: ChatKey): Promise<{ readonly lease: Lease; readonly record: ChatRecord } | { readonly heldMs: number }>;
  /** Extends leases; answers unread mail per chat (a lost doorbell is covered), or `lost`. Order of the input. */
  renew(leases: readonly Lease[]): Promise<readonly (number | "lost")[]>;
  /** False while mail is unread: stay. */
  release(lease: Lease): Promise<boolean>;
  /** Mail after `after` (exclusive), oldest first; everything unacked when absent. */
  readMail(chat: ChatKey, after?: MailId, limit?: number): Promise<readonly MailItem[]>;
  commit(lease: Lease, commit: Commit): Promise<void>;
  /** Best effort, fenced; tells the sender that there is a new frame. */
  updateView(lease: Lease, update: ViewUpdate): Promise<void>;
  /** Next service-wide request number. */
  nextRequestNumber(): Promise<RequestNumber>;
  request(number: RequestNumber): Promise<RequestRecord | undefined>;
  archived(chat: ChatKey, slot: string): Promise<TurnView | undefined>;
  /** Calls back for every chat of this node whose mailbox got new mail. */
  onDoorbell(listener: (chat: ChatKey) => void): Promise<void>;
  /** Chats flagged as needing an owner that have none for `olderThanMs`. */
  unowned(olderThanMs: number): Promise<readonly ChatKey[]>;
  /** Chats this node recorded a codex process for. */
  chatsWithProcess(): Promise<readonly { readonly chat: ChatKey; readonly process: ProcessRecord }[]>;
}
