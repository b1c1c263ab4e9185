import type { Chat, ChatMessage, FileKind } from "./chats.ts";
import { detect } from "./entities.ts";
import type { Context } from "./methods/context.ts";
import { chatWire, messageWire } from "./to-wire.ts";
import type { Update } from "./updates.ts";
import type { Button, Entity, Wire, WireUser } from "./wire.ts";

/** How a person sends something. */
export interface SayOptions {
  readonly replyTo?: ChatMessage;
  /** Part of the answered message. */
  readonly quote?: string;
  /** Absent: commands, mentions and links are found as a client finds them. */
  readonly entities?: readonly Entity[];
  /** Topic. */
  readonly thread?: number;
  /** `forward_origin` as on the wire. */
  readonly forwardOrigin?: Wire;
  /** Platform date, ms since the epoch; absent: now. */
  readonly date?: number;
  /** Further fields on the wire: `sender_chat`, `via_bot`, `location`, … */
  readonly extra?: Wire;
}

/** A file a person sends. Without `bytes` only its `size` is known and it cannot be downloaded. */
export interface FileInput {
  readonly kind?: FileKind;
  readonly name?: string;
  readonly mime?: string;
  readonly bytes?: Buffer;
  readonly size?: number;
  readonly caption?: string;
}

/** The toast of a tap. */
export interface TapAnswer {
  readonly text?: string;
  readonly alert: boolean;
}

/** A pressed button. */
export interface Tap {
  readonly id: string;
  readonly data: string;
  readonly message: ChatMessage | undefined;
  /** Resolves when the bot answers the query; stays pending if it never does. */
  readonly answer: Promise<TapAnswer>;
}

/** What people do. Every act queues the update Telegram would send, if the bot asked for it and may see it. */
export class Phone {
  readonly #context: Context;
  #count = 0;

  constructor(context: Context) {
    this.#context = context;
  }

  say(chat: Chat, user: WireUser, text: string, options: SayOptions = {}): ChatMessage {
    return this.#send(chat, user, { text, entities: options.entities ?? detect(text) }, options);
  }

  sendFile(chat: Chat, user: WireUser, file: FileInput, options: SayOptions = {}): ChatMessage {
    const { kind = "document", caption = "", bytes } = file;
    const stored = this.#context.world.addFile({
      kind,
      name: file.name ?? (kind === "photo" ? "photo.jpg" : `${kind}.bin`),
      mime: file.mime ?? (kind === "photo" ? "image/jpeg" : "application/octet-stream"),
      size: file.size ?? bytes?.length ?? 0,
      ...(bytes === undefined ? {} : { bytes }),
    });
    return this.#send(
      chat,
      user,
      { text: caption, entities: options.entities ?? detect(caption), file: stored },
      options,
    );
  }

  /** Several files as one album; captions stay with their files. */
  album(chat: Chat, user: WireUser, files: readonly FileInput[], options: SayOptions = {}): readonly ChatMessage[] {
    this.#count += 1;
    const extra = { ...options.extra, media_group_id: `album${this.#count}` };
    return files.map((file) => this.sendFile(chat, user, { kind: "photo", ...file }, { ...options, extra }));
  }

  /** A person edits what they wrote. */
  edit(message: ChatMessage, text: string): void {
    if (message.fromBot) throw new Error("people edit their own messages only");
    message.edits.push({
      at: this.#context.now(),
      text: message.text,
      entities: message.entities,
      markup: message.markup,
    });
    message.text = text;
    message.entities = detect(text);
    message.editedAt = this.#context.now();
    if (this.#seen(message)) this.#context.updates.push("edited_message", messageWire(message));
  }

  /** Presses a button by its label or data. Throws when the message shows no such button. */
  tap(message: ChatMessage, button: string, user: WireUser): Tap {
    const buttons = (message.markup?.inline_keyboard ?? []).flat();
    const named = (one: Button): boolean => one.text === button || one.callback_data === button;
    const found = message.deleted ? undefined : buttons.find(named);
    if (found?.callback_data === undefined) {
      const shown = buttons.map((one) => `[${one.text}]`).join(" ");
      throw new Error(
        `message ${message.id} has no button ${JSON.stringify(button)} to tap; it shows ${shown === "" ? "none" : shown}`,
      );
    }
    return this.#query(found.callback_data, user, message, messageWire(message));
  }

  /** A tap with any data, as a modified client can send it. Without `message` it hangs on one that is gone. */
  forgeTap(data: string, user: WireUser, message?: ChatMessage): Tap {
    const chat = this.#context.world.chats.get(user.id);
    const gone = {
      chat: chat === undefined ? { id: user.id, type: "private" } : chatWire(chat),
      message_id: 1_000_000,
      date: 0,
    };
    return this.#query(data, user, message, message === undefined ? gone : messageWire(message));
  }

  /** Presses the stop button of a visible draft (the latest without `draftId`). Throws when there is none. */
  stopDraft(chat: Chat, draftId?: number): void {
    const draft = this.#context.drafts.stop(chat.id, draftId);
    this.#context.updates.push("stopped_message_generation", {
      chat: chatWire(chat),
      ...(draft.threadId === undefined ? {} : { message_thread_id: draft.threadId }),
      draft_id: draft.draftId,
    });
  }

  /** A person reacts; seen only by administrators that asked for `message_reaction`. */
  react(message: ChatMessage, user: WireUser, emoji: string): void {
    if (message.chat.type !== "private" && !message.chat.botIsAdmin) return;
    this.#context.updates.push("message_reaction", {
      chat: chatWire(message.chat),
      message_id: message.id,
      user,
      date: this.#seconds(),
      old_reaction: [],
      new_reaction: [{ type: "emoji", emoji }],
    });
  }

  /** A person opens a topic; the id is its `message_thread_id`. */
  openTopic(chat: Chat, user: WireUser, name: string): number {
    const topic = { forum_topic_created: { name, icon_color: 7_322_096 } };
    const message = this.#post(chat, user, { text: "", entities: [] }, { extra: topic });
    chat.topics.set(message.id, { id: message.id, name, state: "open" });
    this.#context.updates.push("message", messageWire(message));
    return message.id;
  }

  /** The bot's place in a chat changes: `kicked` in a private chat is "blocked". */
  setBotStatus(chat: Chat, by: WireUser, status: "member" | "administrator" | "kicked" | "left"): void {
    const was = chat.botIsAdmin ? "administrator" : chat.state === "open" ? "member" : "left";
    const gone = status === "kicked" ? (chat.type === "private" ? "blocked" : "kicked") : "left";
    chat.botIsAdmin = status === "administrator";
    chat.state = status === "member" || status === "administrator" ? "open" : gone;
    const user = this.#context.bot;
    this.#context.updates.push("my_chat_member", {
      chat: chatWire(chat),
      from: by,
      date: this.#seconds(),
      old_chat_member: { user, status: was },
      new_chat_member: { user, status, ...(status === "kicked" ? { until_date: 0 } : {}) },
    });
  }

  /** A group becomes a supergroup with a new id. The old one answers with `migrate_to_chat_id`. */
  migrate(chat: Chat, by: WireUser, newId: number): Chat {
    const made = this.#context.world.addChat({
      ...chat,
      id: newId,
      type: "supergroup",
      messages: new Map(),
      actions: [],
    });
    const note = (where: Chat, extra: Wire): void => {
      const message = this.#post(where, by, { text: "", entities: [] }, { extra });
      this.#context.updates.push("message", messageWire(message));
    };
    note(chat, { migrate_to_chat_id: newId });
    chat.state = { migratedTo: newId };
    note(made, { migrate_from_chat_id: chat.id });
    return made;
  }

  /** Any update; its id is added. */
  rawUpdate(fields: Wire): Update {
    return this.#context.updates.raw(fields);
  }

  #send(
    chat: Chat,
    user: WireUser,
    content: Pick<ChatMessage, "text" | "entities" | "file">,
    options: SayOptions,
  ): ChatMessage {
    if (chat.state === "notStarted") chat.state = "open";
    if (chat.state !== "open")
      throw new Error(`nobody can write to the bot in chat ${chat.id}: ${JSON.stringify(chat.state)}`);
    if (chat.type !== "private" && !chat.members.has(user.id)) chat.members.set(user.id, { user, status: "member" });
    const message = this.#post(chat, user, content, options);
    if (this.#seen(message)) this.#context.updates.push("message", messageWire(message));
    return message;
  }

  #post(
    chat: Chat,
    user: WireUser,
    content: Pick<ChatMessage, "text" | "entities" | "file">,
    options: SayOptions,
  ): ChatMessage {
    const { replyTo, quote, thread, forwardOrigin, date, extra } = options;
    return this.#context.world.post({
      chat,
      at: date ?? this.#context.now(),
      fromBot: false,
      from: user,
      ...(thread === undefined ? {} : { threadId: thread }),
      ...(replyTo === undefined ? {} : { replyTo }),
      ...(quote === undefined ? {} : { quote }),
      ...content,
      markup: undefined,
      silent: false,
      extra: { ...extra, ...(forwardOrigin === undefined ? {} : { forward_origin: forwardOrigin }) },
    });
  }

  /** Privacy mode: in a group the bot sees what is meant for it. */
  #seen(message: ChatMessage): boolean {
    const { chat, text, entities, replyTo } = message;
    const { bot, options } = this.#context;
    if (chat.type === "private" || chat.botIsAdmin || !options.privacyMode || replyTo?.fromBot === true) return true;
    const own = `@${bot.username ?? ""}`.toLowerCase();
    return entities.some(({ type, offset, length, user }) => {
      const part = text.slice(offset, offset + length).toLowerCase();
      if (type === "bot_command") return !part.includes("@") || part.endsWith(own);
      return type === "mention" ? part === own : type === "text_mention" && user?.id === bot.id;
    });
  }

  #query(data: string, user: WireUser, message: ChatMessage | undefined, wire: Wire): Tap {
    this.#count += 1;
    const id = `${4_000_000_000 + this.#count}`;
    const answer = new Promise<TapAnswer>((resolve) => {
      this.#context.taps.set(id, {
        at: this.#context.now(),
        answer: ({ text, show_alert }) =>
          resolve({ ...(typeof text === "string" ? { text } : {}), alert: show_alert === true }),
      });
    });
    this.#context.updates.push("callback_query", {
      id,
      from: user,
      message: wire,
      chat_instance: String(user.id),
      data,
    });
    return { id, data, message, answer };
  }

  #seconds(): number {
    return Math.floor(this.#context.now() / 1000);
  }
}
