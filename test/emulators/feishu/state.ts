import { randomBytes } from "node:crypto";

/** A person. `id` is the open id this app sees. */
export interface Person {
  readonly id: string;
  readonly name: string;
}

/** `topic`: every message opens or belongs to a topic. */
export type ChatKind = "p2p" | "group" | "topic";

export interface Chat {
  readonly id: string;
  readonly kind: ChatKind;
  readonly name: string;
  readonly members: readonly Person[];
  readonly messages: Message[];
  /** The bot is in it. */
  botInside: boolean;
}

/** A reaction; `by` is `app` or a person's id. */
export interface Reaction {
  readonly id: string;
  readonly emoji: string;
  readonly by: string;
}

export interface Message {
  readonly id: string;
  readonly chat: Chat;
  /** ms since the epoch. */
  readonly at: number;
  /** Undefined: sent by the bot. */
  readonly from: Person | undefined;
  readonly type: string;
  /** JSON, as sent. */
  content: string;
  /** Earlier contents, oldest first. */
  readonly versions: string[];
  readonly parent?: Message;
  readonly root?: Message;
  readonly threadId?: string;
  /** Of a message that shows a card entity. */
  readonly cardId?: string;
  readonly mentions: readonly Mention[];
  /** Of a merged forward. */
  readonly children: readonly Message[];
  readonly reactions: Reaction[];
  recalled: boolean;
}

export interface Mention {
  readonly key: string;
  readonly id: string;
  readonly name: string;
}

/** A streaming card. */
export interface CardEntity {
  readonly id: string;
  readonly createdAt: number;
  card: Record<string, unknown>;
  sequence: number;
  streaming: boolean;
  /** When streaming was opened last, and the last change, ms since the epoch. */
  openedAt: number;
  changedAt: number;
  message: Message | undefined;
  /** Contents of each text element, oldest first. */
  readonly contents: Map<string, string[]>;
  /** Every streaming change of a text that was no continuation. */
  readonly redraws: { readonly element: string; readonly from: string; readonly to: string }[];
  readonly uuids: Set<string>;
  /** Times of changes, for the rate. */
  readonly changes: number[];
}

export interface StoredFile {
  readonly key: string;
  readonly name: string;
  readonly kind: "file" | "image";
  readonly bytes: Buffer;
  /** The app uploaded it itself. */
  readonly own: boolean;
}

/** Everything the platform knows. */
export class World {
  readonly people = new Map<string, Person>();
  readonly chats = new Map<string, Chat>();
  readonly messages = new Map<string, Message>();
  readonly cards = new Map<string, CardEntity>();
  readonly files = new Map<string, StoredFile>();
  /** `uuid` → message, with its time. */
  readonly uuids = new Map<string, { readonly message: Message; readonly at: number }>();

  add(chat: Chat, message: Message): Message {
    chat.messages.push(message);
    this.messages.set(message.id, message);
    return message;
  }
}

/** `om_…`, `oc_…`: prefix and 32 random hex digits. */
export function newId(prefix: string): string {
  return `${prefix}_${randomBytes(16).toString("hex")}`;
}
