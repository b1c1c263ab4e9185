import { badRequest, forbidden, Refusal } from "./refusal.ts";
import type { Entity, ReplyMarkup, Wire, WireUser } from "./wire.ts";

/** What a file is to its message. Bots send the first two here, people all. */
export type FileKind = "document" | "photo" | "voice" | "audio" | "video";

/** A file of the platform. `bytes` absent: only its size is known. */
export interface StoredFile {
  readonly id: string;
  readonly kind: FileKind;
  readonly name: string;
  readonly mime: string;
  readonly size: number;
  /** What follows `/file/bot<token>/`. */
  readonly path: string;
  readonly bytes?: Buffer;
}

/** What a message was before an edit, or after one. */
export interface Version {
  /** ms since the epoch. */
  readonly at: number;
  readonly text: string;
  readonly entities: readonly Entity[];
  readonly markup: ReplyMarkup | undefined;
}

/** One message of a chat: live, edits change it in place. */
export interface ChatMessage {
  readonly chat: Chat;
  readonly id: number;
  /** ms since the epoch. */
  readonly at: number;
  /** Sent by the bot. */
  readonly fromBot: boolean;
  readonly from: WireUser;
  readonly threadId?: number;
  /** Text or caption as shown; "" without any. */
  text: string;
  entities: readonly Entity[];
  /** `rich_message` as sent, if the message is rich. */
  rich?: unknown;
  readonly replyTo?: ChatMessage;
  readonly quote?: string;
  markup: ReplyMarkup | undefined;
  readonly file?: StoredFile;
  readonly silent: boolean;
  /** Earlier versions, oldest first. */
  readonly edits: Version[];
  editedAt?: number;
  /** Reactions of the bot. */
  reactions: readonly string[];
  deleted: boolean;
  /** Further fields for the wire: service messages, forwards, albums. */
  readonly extra: Wire;
}

/** A forum topic; `id` is its `message_thread_id`. */
export interface Topic {
  readonly id: number;
  readonly name: string;
  state: "open" | "closed" | "deleted";
}

/** Why the bot cannot write, if it cannot. */
export type ChatState =
  | "open"
  | "blocked"
  | "deactivated"
  | "kicked"
  | "left"
  | "notStarted"
  | { readonly migratedTo: number };

export interface Chat {
  readonly id: number;
  readonly type: "private" | "group" | "supergroup";
  readonly title?: string;
  /** The other side of a private chat. */
  readonly user?: WireUser;
  readonly forum: boolean;
  readonly messages: Map<number, ChatMessage>;
  readonly topics: Map<number, Topic>;
  readonly members: Map<number, { readonly user: WireUser; readonly status: string }>;
  /** The bot is an administrator: sees everything, may delete. */
  botIsAdmin: boolean;
  state: ChatState;
  /** `sendChatAction`, oldest first; `at` in ms since the epoch. */
  readonly actions: { readonly at: number; readonly action: string; readonly threadId: number | undefined }[];
}

/** Everything the platform knows: people, chats, messages, files. */
export class World {
  readonly users = new Map<number, WireUser>();
  readonly chats = new Map<number, Chat>();
  readonly files = new Map<string, StoredFile>();
  readonly #lastIds = new Map<number, number>();
  #fileCount = 0;

  addChat(chat: Pick<Chat, "id" | "type" | "forum"> & Partial<Chat>): Chat {
    const made: Chat = {
      messages: new Map(),
      topics: new Map(),
      members: new Map(),
      botIsAdmin: false,
      state: "open",
      actions: [],
      ...chat,
    };
    this.chats.set(made.id, made);
    return made;
  }

  /** Message ids: one row for each supergroup, one for all other chats of the bot. */
  nextMessageId(chat: Chat): number {
    const row = chat.type === "supergroup" ? chat.id : 0;
    const id = (this.#lastIds.get(row) ?? 0) + 1;
    this.#lastIds.set(row, id);
    return id;
  }

  addFile(file: Pick<StoredFile, "kind" | "name" | "mime" | "size"> & { readonly bytes?: Buffer }): StoredFile {
    this.#fileCount += 1;
    const extension = /\.[A-Za-z0-9]+$/u.exec(file.name)?.[0] ?? "";
    const stored: StoredFile = {
      ...file,
      id: `AgADFile${this.#fileCount}`,
      path: `${file.kind}s/file_${this.#fileCount}${extension}`,
    };
    this.files.set(stored.id, stored);
    return stored;
  }

  /** The chat the bot may write to. Throws Refusal. */
  writable(reference: unknown): Chat {
    const chat = this.find(reference);
    if (typeof chat.state === "object") {
      const description = "Bad Request: group chat was upgraded to a supergroup chat";
      throw new Refusal(400, description, undefined, { migrate_to_chat_id: chat.state.migratedTo });
    }
    const place = chat.type === "supergroup" ? "supergroup chat" : "group chat";
    if (chat.state === "blocked") throw forbidden("bot was blocked by the user");
    if (chat.state === "deactivated") throw forbidden("user is deactivated");
    if (chat.state === "notStarted") throw forbidden("bot can't initiate conversation with a user");
    if (chat.state === "kicked") throw forbidden(`bot was kicked from the ${place}`);
    if (chat.state === "left") throw forbidden(`bot is not a member of the ${place}`);
    return chat;
  }

  /** By id, or `@username` of a person who has written. Throws `chat not found`. */
  find(reference: unknown): Chat {
    const id = typeof reference === "number" ? reference : this.#idOf(String(reference));
    const chat = id === undefined ? undefined : this.chats.get(id);
    if (chat !== undefined) return chat;
    if (id !== undefined && this.users.has(id)) throw forbidden("bot can't initiate conversation with a user");
    throw badRequest("chat not found");
  }

  #idOf(text: string): number | undefined {
    if (/^-?\d+$/u.test(text)) return Number(text);
    return [...this.users.values()].find((user) => text === `@${user.username ?? ""}`)?.id;
  }

  /** The topic a message goes to; undefined: the chat itself. Throws Refusal. */
  thread(chat: Chat, threadId: number | undefined): number | undefined {
    if (threadId === undefined) return undefined;
    const topic = chat.topics.get(threadId);
    if (topic === undefined || topic.state === "deleted") throw badRequest("message thread not found");
    if (topic.state === "closed" && !chat.botIsAdmin) throw badRequest("TOPIC_CLOSED");
    return threadId;
  }

  /** Stores a new message. */
  post(message: Omit<ChatMessage, "id" | "edits" | "reactions" | "deleted">): ChatMessage {
    const made: ChatMessage = {
      ...message,
      id: this.nextMessageId(message.chat),
      edits: [],
      reactions: [],
      deleted: false,
    };
    message.chat.messages.set(made.id, made);
    return made;
  }

  /** A message that is still there. */
  message(chat: Chat, id: number | undefined): ChatMessage | undefined {
    const message = id === undefined ? undefined : chat.messages.get(id);
    return message?.deleted === false ? message : undefined;
  }
}
