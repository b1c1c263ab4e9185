import type { ProcessRecord, SessionSpec, Terminal } from "../codex/port.ts";
import type { Binding, RunningTurn, Waiting, WhileBusy } from "../model/chat.ts";
import type { Content, OutboxBody } from "../model/delivery.ts";
import type { ChatKey, MailId, RequestNumber } from "../model/ids.ts";
import type { Attachment, MailItem, Person } from "../model/message.ts";
import type { Mint } from "../model/mint.ts";
import type { ButtonRecord, RequestRecord } from "../model/request.ts";
import type { TurnLogEntry } from "../model/turn-log.ts";
import type { Language, TurnView } from "../model/view.ts";

/** Ownership of a chat. Every write carries its epoch; Redis refuses a stale one. */
export interface Lease {
  readonly chat: ChatKey;
  readonly epoch: number;
}

/** Life of a lease that is not renewed, ms. */
export const leaseMs = 5000;

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

/** A chat that is ours now. */
export interface Claimed {
  readonly lease: Lease;
  readonly record: ChatRecord;
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
  /** The record of the turn that ends in this step, 30 days. */
  readonly log?: TurnLogEntry;
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
  /** `append` replaces what was appended before (an earlier write may or may not have happened). */
  readonly reset?: true;
}

/** Redis as the dispatcher sees it. All methods but the reads reject with BridgeError `leaseLost` on a stale epoch. */
export interface ChatStore {
  /**
   * The lease, how long another node's lease still lives, or that the chat's conversation lies in another Codex home. A
   * node may reclaim its own at once.
   */
  claim(chat: ChatKey): Promise<Claimed | { readonly heldMs: number } | { readonly elsewhere: true }>;
  /** Extends leases; answers unread mail per chat (a lost doorbell is covered), or `lost`. Order of the input. */
  renew(leases: readonly Lease[]): Promise<readonly (number | "lost")[]>;
  /** False while mail is unread: stay. */
  release(lease: Lease): Promise<boolean>;
  /** Gives the chat up, mail or not: another worker is to have it. */
  handOver(lease: Lease): Promise<void>;
  /** Mail after `after` (exclusive), oldest first; everything unacked when absent. */
  readMail(chat: ChatKey, after?: MailId, limit?: number): Promise<readonly MailItem[]>;
  /** One atomic step. The same object once more is the same step: after a call that failed, be it written or not, it happens once. */
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

/** The machine's side of a chat: its project folder, its inbox, git. */
export interface Workspace {
  /** The project a chat works in, as Codex needs it. BridgeError `projectMissing`. */
  resolve(binding: Binding): Promise<{ readonly project: string; readonly spec: SessionSpec }>;
  /** Saves an attachment into the chat's inbox inside the project. BridgeError `fileTooLarge`, `fileGone`, `diskFull`, `channelUnreachable`. */
  fetch(chat: ChatKey, attachment: Attachment, cwd: string): Promise<{ readonly path: string; readonly name: string }>;
  branch(cwd: string): Promise<string | undefined>;
  /** A git checkout without changes, not even untracked files. */
  clean(cwd: string): Promise<boolean>;
  /** Uncommitted changes against HEAD; undefined without git. */
  diff(cwd: string): Promise<string | undefined>;
  /** Puts back exactly what a turn changed in a checkout that was clean before it. False: no longer exact, nothing touched. */
  undo(cwd: string, turnDiff: string): Promise<boolean>;
}

/** Projects of all workers. */
export interface Projects {
  /** Names, the one of an unbound chat first. */
  names(): Promise<readonly string[]>;
  /** Whether workers of a pool that this one does not serve have it. */
  elsewhere(name: string): Promise<boolean>;
}

/** What a command may read of its chat. */
export interface ChatFacts {
  readonly binding: Binding;
  readonly turn?: RunningTurn;
  readonly view?: TurnView;
  readonly waiting: readonly Waiting[];
  /** Texts of messages that wait, oldest first, one line each. */
  readonly waitingTexts: readonly string[];
  readonly requests: readonly RequestRecord[];
  readonly project: string;
  readonly spec: SessionSpec;
  readonly branch?: string;
  /** What a message during a turn does here. */
  readonly whileBusy: WhileBusy;
  /** Model the thread runs with; absent until Codex said so. */
  readonly model?: string;
  /** The demo model answers. */
  readonly demo: boolean;
  /** Background terminals of the thread; empty when no Codex runs. */
  readonly terminals: readonly Terminal[];
}

/** What a command may do. Each command calls one of the acting methods exactly once; it acks the command with its effect. */
export interface CommandHost {
  readonly chat: ChatKey;
  readonly person: Person;
  readonly language: Language;
  /** ms since the epoch. */
  readonly now: number;
  facts(): Promise<ChatFacts>;
  mint(): Mint;
  /** Answers in the chat, without sound. `slot`: {@link set} can change the message later. */
  reply(content: Content, mint?: Mint, slot?: string): Promise<void>;
  /** Stops the running turn; says so when there is none. */
  stop(): Promise<void>;
  /** Leaves the thread behind; `prompt` starts the next one at once. */
  newThread(prompt: string): Promise<void>;
  /** Projects to choose from, the one of an unbound chat first; and the chat's own. */
  projects(): Promise<{ readonly names: readonly string[]; readonly current: string | undefined }>;
  /** Leaves the thread behind and works in another project; `content` says so. */
  bind(project: string, content: Content): Promise<void>;
  /** Does the last request again. False: there is none (nothing was acked). */
  retry(): Promise<boolean>;
  /** Changes how the chat works, and the message in `slot` with it (sent anew where there is none). */
  set(change: Partial<Binding>, content: Content, mint: Mint, slot: string): Promise<void>;
  /** Uncommitted changes of the project. */
  diff(): Promise<string | undefined>;
}

/** A chat command. Registry: `src/commands/registry.ts`. */
export interface Command {
  readonly name: string;
  /** `now`: fine while a turn runs. `ask`: offers to stop the turn first, or to wait for its end. */
  readonly duringTurn: "now" | "ask";
  run(host: CommandHost, args: string): Promise<void>;
}
