import type {
  CallResult,
  Capabilities,
  Content,
  OutboundCall,
  OutboxBody,
  OutboxOp,
  Screen,
} from "../model/delivery.ts";
import type { Finding } from "../model/finding.ts";
import type { ChatKey, MessageId, Nonce, PersonId, RequestNumber } from "../model/ids.ts";
import type { Attachment, InboundMessage, Mail, Person } from "../model/message.ts";
import type { ButtonRecord, RequestAnswer, RequestRecord } from "../model/request.ts";
import type { Language, TurnView } from "../model/view.ts";

/** Facts of a chat the adapter knows with each inbound event. */
export interface ChatFacts {
  readonly chat: ChatKey;
  readonly private: boolean;
  /** The message this is about; where a topic can only be written to by a reply, the service replies to it. */
  readonly anchor?: MessageId;
  /** Group title or person's name. */
  readonly title: string;
}

/** What an adapter hands to ingress. `dedupe` is unique per platform event of the account and survives redelivery. */
export type InboundEvent =
  | {
      readonly kind: "message";
      readonly dedupe: string;
      readonly at: ChatFacts;
      readonly message: InboundMessage;
      /** Bot is addressed: private chat, mention, reply to it, command. */
      readonly addressed: boolean;
    }
  | { readonly kind: "edit"; readonly dedupe: string; readonly at: ChatFacts; readonly message: InboundMessage }
  | {
      readonly kind: "tap";
      readonly dedupe: string;
      readonly at: ChatFacts;
      readonly person: Person;
      readonly nonce: Nonce;
      readonly messageId?: MessageId;
    }
  | {
      readonly kind: "stop";
      readonly dedupe: string;
      readonly at: ChatFacts;
      readonly person: Person;
      readonly draftId: number;
    }
  /** A person took a message back. */
  | {
      readonly kind: "recall";
      readonly dedupe: string;
      readonly at: ChatFacts;
      readonly messageId: MessageId;
      /** `dedupe` of the message itself. */
      readonly of: string;
    }
  /** A person put an OK on a message. */
  | {
      readonly kind: "ok";
      readonly dedupe: string;
      readonly at: ChatFacts;
      readonly person: Person;
      readonly messageId: MessageId;
    }
  /** The bot can no longer write there. */
  | { readonly kind: "gone"; readonly dedupe: string; readonly at: ChatFacts }
  | { readonly kind: "moved"; readonly dedupe: string; readonly at: ChatFacts; readonly to: ChatKey };

/** What to tell the tapper at once (toast). Absent text: just stop the spinner. */
export interface TapReply {
  readonly text?: string;
  /** Show as a dialog that must be dismissed. */
  readonly alert?: boolean;
  /** What the tapped message shows from now on, for platforms that take it with the acknowledgement. */
  readonly content?: Content;
}

/** What a platform that knows idempotency keys, or can look up what was sent, needs to send nothing twice. */
export interface Attempt {
  /** The same on every repetition of this call of this durable operation, and of no other. */
  readonly key: string;
  /** An earlier attempt was begun then (ms since the epoch) and its outcome never learned. */
  readonly unsureSince?: number;
}

/**
 * The edge. Resolves only after the event is durable in Redis (L1); the adapter acknowledges to the platform after
 * that. Rejects when it could not be stored: do not acknowledge, hand it over again. One call at a time per chat.
 */
export interface InboundSink {
  accept(event: InboundEvent): Promise<TapReply>;
}

/** Health of one account, for `/readyz` and `status`. */
export interface ChannelHealth {
  readonly state: "starting" | "ready" | "degraded" | "failed";
  /** One sentence for the operator; absent when ready. */
  readonly reason?: string;
  /** Last successful exchange, ms since the epoch. */
  readonly lastOkAt?: number;
  /** While it receives, the platform is heard again within this long, ms; absent: nothing is promised. */
  readonly okWithinMs?: number;
}

/** Who the account is on its platform. */
export interface ChannelIdentity {
  /** `@my_bot`. */
  readonly name: string;
  /** Link that opens a chat and sends `/start CODE`; absent where the platform has none. */
  claimLink?(code: string): string;
  /** Link that opens a chat with the bot; absent where the platform has none. */
  readonly chatLink?: string;
}

/** One account of a channel. Implementations: `adapters/<channel>/index.ts`. Contract: `test/contract/channel.contract.ts`. */
export interface Channel {
  /** `telegram~main`. */
  readonly account: string;
  readonly capabilities: Capabilities;
  health(): ChannelHealth;
  /** Checks the token and says who we are. Rejects with BridgeError `channelUnauthorized` / `channelUnreachable`. */
  identify(signal: AbortSignal): Promise<ChannelIdentity>;
  /** Receives until aborted; never ends by itself on platform errors (backs off, reports through health). */
  receive(sink: InboundSink, signal: AbortSignal): Promise<void>;
  /** Pure. The requests, in order, that put a durable operation on the screen. Empty when the platform has no way to show it. */
  render(op: OutboxOp, screen: Screen): readonly OutboundCall[];
  /** Pure. The request for a live frame; undefined when there is nothing to show. `now` in ms, for elapsed time. */
  renderLive(chat: ChatKey, view: TurnView, screen: Screen, now: number): OutboundCall | undefined;
  /** True when live frames are a message of their own there (they count against budgets and are edited at the end). */
  isGroup(chat: ChatKey): boolean;
  /** Never throws; aborting gives `unknown`. `attempt` is absent for live frames. */
  perform(chat: ChatKey, call: OutboundCall, signal: AbortSignal, attempt?: Attempt): Promise<CallResult>;
  /** Shows that the bot is busy (typing), for about 5 s. Best effort. */
  busy(chat: ChatKey, signal: AbortSignal): Promise<void>;
  /** Stores an attachment's bytes at `path` (absolute). BridgeError `fileTooLarge`, `fileGone`, `diskFull`, `channelUnreachable`. */
  download(attachment: Attachment, path: string, signal: AbortSignal): Promise<void>;
  /** Publishes the command menu where the platform has one. */
  publishCommands(
    commands: Readonly<Record<"en" | "zh-CN", readonly { readonly name: string; readonly description: string }[]>>,
    signal: AbortSignal,
  ): Promise<void>;
}

/** What an adapter is told when it looks at its account for `hotline doctor`. */
export interface ExamineOptions {
  readonly language: Language;
  /** The service runs on this account: nothing may be asked that takes its messages away. */
  readonly running: boolean;
  /** Groups of this channel that are on, by the platform's own ids. */
  readonly groups: readonly { readonly id: string; readonly mode: "mention" | "all" }[];
  /** Where a key of the account stands, as an operator reads it: `token` → "channels.telegram.0.token in …". */
  readonly place: (key: string) => string;
}

/** Looks at one account. Implementations: `adapters/<channel>/examine.ts`. */
export interface Examiner {
  /** `telegram~main`. */
  readonly account: string;
  /** Root address of the platform. */
  readonly address: string;
  /** What is right and wrong with it, in a fixed order; changes nothing. Rejects only when aborted, or by a fault of ours. */
  examine(options: ExamineOptions, signal: AbortSignal): Promise<readonly Finding[]>;
}

/** Result of a durable ingest. `full`: the chat's mailbox has no room for mail of its kind, nothing was stored. */
export type IngestResult = "taken" | "duplicate" | "full";

/** Verdict of settling a request; what the tapper is told follows from it. */
export type Settled =
  | { readonly verdict: "taken" }
  /** Already answered, or its turn is over. */
  | { readonly verdict: "late"; readonly record: RequestRecord }
  /** Someone is writing the reason for a decline. */
  | { readonly verdict: "reserved"; readonly by: string }
  /** The event that answers was dealt with before. */
  | { readonly verdict: "seen" }
  | { readonly verdict: "unknown" };

/** Redis as ingress sees it. Every write is one atomic, durable step. */
export interface IngressStore {
  /** Stores mail once per `dedupe` (48 h) and rings or flags its owner; adds the wake-up when nobody owns the chat. */
  ingest(chat: ChatKey, dedupe: string, mail: Mail, facts: ChatFacts): Promise<IngestResult>;
  /** Marks an event as seen that needs no mail. False: seen before. */
  once(chat: ChatKey, dedupe: string): Promise<boolean>;
  /** Whether an event was stored, or dealt with, before. */
  seen(chat: ChatKey, dedupe: string): Promise<boolean>;
  /** The chat an inbound address belongs to (a moved group keeps its old key). */
  resolve(chat: ChatKey): Promise<ChatKey>;
  move(from: ChatKey, to: ChatKey): Promise<void>;
  button(nonce: Nonce): Promise<ButtonRecord | undefined>;
  request(number: RequestNumber): Promise<RequestRecord | undefined>;
  /** Open requests of a chat, oldest first. */
  openRequests(chat: ChatKey): Promise<readonly RequestRecord[]>;
  /**
   * pending → answering, and the answer as mail, in one step (L7), which also ends the reservation it was typed for.
   * `event`: the message that answers, marked as dealt with in the same step.
   */
  settle(
    request: RequestRecord,
    person: Person,
    answer: RequestAnswer,
    event?: { readonly chat: ChatKey; readonly dedupe: string },
  ): Promise<Settled>;
  /** Holds a request for `person`'s typed reason (or free-text answer to `question`) for 10 min. */
  reserve(request: RequestRecord, person: Person, question?: string): Promise<Settled>;
  /** What `person` was asked to type in this chat. */
  reserved(
    chat: ChatKey,
    person: PersonId,
  ): Promise<{ readonly request: RequestNumber; readonly question?: string } | undefined>;
  /** Asks `person` for nothing any more. */
  unreserve(chat: ChatKey, person: PersonId): Promise<void>;
  /** Owners by claim. */
  owners(): Promise<readonly PersonId[]>;
  /** The open claim code of an account, made on first call; undefined when the service has an owner. */
  claimCode(account: string): Promise<string | undefined>;
  /** True once for the right code: the person owns the service from now on. At most 10 wrong codes an hour. */
  claim(account: string, code: string, person: Person): Promise<boolean>;
  /** What was known of a chat when a message of it was stored last. */
  facts(chat: ChatKey): Promise<{ readonly private: boolean; readonly title: string } | undefined>;
  /** Language set for the chat, if any. */
  language(chat: ChatKey): Promise<Language | undefined>;
  /** Service notes to a chat (refusals, greetings), in the outbox like everything else; `buttons` are stored in the same step. */
  say(chat: ChatKey, body: OutboxBody, buttons?: readonly ButtonRecord[]): Promise<void>;
  /** Frees a chat from the machine its conversation lies on, and wakes it for another. False: its owner lives. */
  rehome(chat: ChatKey): Promise<boolean>;
}

/** An entry of a chat whose messages we keep ourselves, as it stands now. `body` is the channel's own, plain JSON. */
export interface TranscriptEntry {
  readonly chat: ChatKey;
  /** Decimal; entries of a chat stand in the order of their ids, as numbers. */
  readonly id: MessageId;
  /** Number of its last change; grows through all chats of the account. */
  readonly seq: number;
  readonly body: unknown;
}

/** A chat in the list, newest change first. `at` in ms since the epoch. */
export interface TranscriptChat {
  readonly chat: ChatKey;
  readonly seq: number;
  readonly at: number;
  readonly title: string;
  readonly preview: string;
  /** It has a live frame. */
  readonly running: boolean;
}

/** What is heard of a transcript. An absent frame: nothing runs any more. */
export type TranscriptChange =
  | { readonly kind: "entry"; readonly entry: TranscriptEntry }
  | { readonly kind: "frame"; readonly chat: ChatKey; readonly slot: string; readonly frame?: unknown };

/** How an entry is written. */
export interface TranscriptWrite {
  readonly body: unknown;
  /** Names the chat if it has no name yet. */
  readonly title?: string;
  /** Last words for the list. */
  readonly preview?: string;
  /** Slot whose live frame it ends, in the same step. */
  readonly endsLive?: string;
  /** Kept as pending until {@link TranscriptStore.taken}. */
  readonly pending?: boolean;
}

/** Redis as the memory of a channel that is its own platform. Every write is one atomic, durable step. */
export interface TranscriptStore {
  /** Adds an entry, once per `key` (30 days): a repetition answers the entry that is there. */
  add(chat: ChatKey, key: string, write: TranscriptWrite): Promise<TranscriptEntry>;
  /** Changes an entry; undefined when there is none any more. */
  change(chat: ChatKey, id: MessageId, write: TranscriptWrite): Promise<TranscriptEntry | undefined>;
  entry(chat: ChatKey, id: MessageId): Promise<TranscriptEntry | undefined>;
  /** Up to `limit` entries before `before` (the newest without it), oldest first; `more`: there are older ones. */
  page(
    chat: ChatKey,
    limit: number,
    before?: MessageId,
  ): Promise<{ readonly entries: readonly TranscriptEntry[]; readonly more: boolean }>;
  /** Entries changed after number `after`, by number; undefined when that is too long ago, or there are more than `limit`. */
  changes(after: number, limit: number): Promise<readonly TranscriptEntry[] | undefined>;
  /** Newest number. */
  seq(): Promise<number>;
  chats(): Promise<readonly TranscriptChat[]>;
  pending(): Promise<readonly TranscriptEntry[]>;
  taken(chat: ChatKey, id: MessageId): Promise<void>;
  /** Shows a frame of `slot`, or ends it (absent). */
  show(chat: ChatKey, slot: string, frame?: unknown): Promise<void>;
  frame(chat: ChatKey): Promise<unknown>;
  /** Changes as they come, by every node; `missed`: some may have been lost, read again. */
  onChange(listener: (change: TranscriptChange) => void, missed: () => void): Promise<void>;
}
