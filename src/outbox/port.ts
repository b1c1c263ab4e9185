import type { OutboxOp, Screen, SentMessage } from "../model/delivery.ts";
import type { ChatKey, OpId } from "../model/ids.ts";
import type { TurnView } from "../model/view.ts";

/** How far the first operation of a chat got: `calls` of its calls are done; `inflight`: the next was begun and its outcome never recorded. */
export interface OpProgress {
  readonly op: OpId;
  readonly calls: number;
  readonly inflight: boolean;
  /** When the first attempt whose outcome nobody knows was begun, ms; absent when there is none. */
  readonly begunAt?: number;
  readonly tries: number;
  /** A part was refused for good; the chat is to be told at the end, under this reference. */
  readonly refused?: string;
}

/** What the sender reads of a chat in one step. */
export interface OutboxHead {
  readonly ops: readonly OutboxOp[];
  readonly screen: Screen;
  readonly progress?: OpProgress;
  /** Where the chat is now, when it moved (group → supergroup). */
  readonly address: ChatKey;
}

/** Redis as one account's sender sees it. Writes are fenced by the account's lease: BridgeError `leaseLost`. */
export interface OutboxStore {
  /** Takes the account's sender lease (one sender per account); how long the holder's lease lives otherwise. */
  claim(): Promise<{ readonly epoch: number } | { readonly heldMs: number }>;
  renew(epoch: number): Promise<boolean>;
  release(epoch: number): Promise<void>;
  /** Chats of the account with durable operations waiting. */
  pending(): Promise<readonly ChatKey[]>;
  /** `durable`: operations were appended; `live`: the running view changed. */
  onDirty(listener: (chat: ChatKey, what: "durable" | "live") => void): Promise<void>;
  /** Up to `limit` operations from the head. */
  head(chat: ChatKey, limit: number): Promise<OutboxHead>;
  /** The running view with the text streamed so far; undefined once a final stands in the outbox. Also the slots. */
  live(
    chat: ChatKey,
  ): Promise<{ readonly view: TurnView; readonly screen: Screen; readonly address: ChatKey } | undefined>;
  /** Before a call that is not idempotent. */
  begin(epoch: number, chat: ChatKey, op: OpId, calls: number): Promise<void>;
  /** After a call: `calls` are done; remembers where it ended up, or the reference of its refusal. */
  done(
    epoch: number,
    chat: ChatKey,
    op: OpId,
    calls: number,
    sent?: { readonly slot: string; readonly message: SentMessage },
    refused?: string,
  ): Promise<void>;
  /** The operation is finished: removed. */
  complete(epoch: number, chat: ChatKey, op: OpId): Promise<void>;
  /** Remembers the message of a live frame. */
  remember(epoch: number, chat: ChatKey, slot: string, message: SentMessage): Promise<void>;
  /** Removes everything queued for a chat nobody can write to any more; the reason is kept for status. */
  abandon(epoch: number, chat: ChatKey, reason: string): Promise<void>;
  /** From now on `from` is reached at `to` (and mail from `to` belongs to `from`). */
  move(from: ChatKey, to: ChatKey): Promise<void>;
}
