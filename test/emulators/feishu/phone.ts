import { cardButtons } from "./card-text.ts";
import type { Connections } from "./connection.ts";
import type { Context } from "./context.ts";
import { type Chat, type Mention, type Message, newId, type Person } from "./state.ts";

/** How a person sends something. */
export interface SayOptions {
  /** The bot is mentioned, at the start. */
  readonly mention?: boolean;
  readonly replyTo?: Message;
  /** What a merged forward holds. */
  readonly children?: readonly Message[];
  /** Opens a topic below the answered message, or writes in its topic. */
  readonly inThread?: boolean;
}

/** What the person saw after a tap. */
export interface TapSeen {
  readonly toast?: { readonly type: string; readonly content: string };
  /** The card of the acknowledgement, if it had one. */
  readonly card?: unknown;
  /** Nothing, or nothing usable, came in time: the client shows an error. */
  readonly failed: boolean;
  readonly afterMs: number;
}

/** What people do. Each act is delivered as the event the platform would send, if the app may see it. */
export class Phone {
  readonly #context: Context;
  readonly #connections: Connections;
  #last: { readonly type: string; readonly id: string; readonly event: unknown } | undefined;

  constructor(context: Context, connections: Connections) {
    this.#context = context;
    this.#connections = connections;
  }

  say(chat: Chat, person: Person, text: string, options: SayOptions = {}): Message {
    const mention = options.mention === true ? [{ key: "@_user_1", id: this.#context.botId, name: "Hotline" }] : [];
    const written = options.mention === true ? `@_user_1 ${text}` : text;
    return this.send(chat, person, "text", { text: written }, options, mention);
  }

  file(chat: Chat, person: Person, name: string, bytes: Buffer, options: SayOptions = {}): Message {
    const key = newId("file_v3");
    this.#context.world.files.set(key, { key, name, kind: "file", bytes, own: false });
    return this.send(chat, person, "file", { file_key: key, file_name: name }, options);
  }

  image(chat: Chat, person: Person, bytes: Buffer, options: SayOptions = {}): Message {
    const key = newId("img_v3");
    this.#context.world.files.set(key, { key, name: "image.png", kind: "image", bytes, own: false });
    return this.send(chat, person, "image", { image_key: key }, options);
  }

  /** Any message type with any content. */
  send(
    chat: Chat,
    person: Person,
    type: string,
    content: object,
    options: SayOptions = {},
    mentions: readonly Mention[] = [],
  ): Message {
    const { replyTo } = options;
    const thread =
      replyTo?.threadId ??
      (options.inThread === true || (chat.kind === "topic" && replyTo === undefined) ? newId("omt") : undefined);
    const root = replyTo?.root ?? replyTo;
    const message: Message = {
      id: newId("om"),
      chat,
      at: this.#context.now(),
      from: person,
      type,
      content: JSON.stringify(content),
      versions: [],
      ...(replyTo === undefined ? {} : { parent: replyTo }),
      ...(root === undefined ? {} : { root }),
      ...(thread === undefined ? {} : { threadId: thread }),
      mentions,
      children: options.children ?? [],
      reactions: [],
      recalled: false,
    };
    this.#context.world.add(chat, message);
    if (this.#sees(message)) this.#emit("im.message.receive_v1", this.#received(message));
    return message;
  }

  /** The person takes a message back. */
  recall(message: Message): void {
    message.recalled = true;
    if (this.#sees(message))
      this.#emit("im.message.recalled_v1", {
        message_id: message.id,
        chat_id: message.chat.id,
        recall_time: String(this.#context.now()),
        recall_type: "message_owner",
      });
  }

  react(message: Message, person: Person, emoji: string): void {
    message.reactions.push({ id: newId("r"), emoji, by: person.id });
    this.#emit("im.message.reaction.created_v1", {
      message_id: message.id,
      reaction_type: { emoji_type: emoji },
      operator_type: "user",
      user_id: ids(person.id),
      action_time: String(this.#context.now()),
    });
  }

  /** The bot is taken out of a group. */
  removeBot(chat: Chat): void {
    chat.botInside = false;
    this.#emit("im.chat.member.bot.deleted_v1", {
      chat_id: chat.id,
      operator_id: ids("ou_admin"),
      external: false,
      name: chat.name,
    });
  }

  /** Presses the button with this label. Throws when the message shows none. */
  tap(message: Message, label: string, person: Person, frame: "event" | "card" = "event"): Promise<TapSeen> {
    const buttons = cardButtons(this.#card(message));
    const found = buttons.find((button) => button.label === label);
    if (found === undefined)
      throw new Error(`no button ${label}; it shows ${buttons.map((b) => `[${b.label}]`).join(" ")}`);
    return this.tapValue(message, found.value, person, frame);
  }

  /** A tap with any value, as a modified or stale client can send it. */
  async tapValue(
    message: Message,
    value: unknown,
    person: Person,
    frame: "event" | "card" = "event",
  ): Promise<TapSeen> {
    const token = newId("c");
    this.#context.cardTokens.set(token, { messageId: message.id, uses: 0, acked: false, at: this.#context.now() });
    const event = {
      operator: { tenant_key: "tenant", ...ids(person.id) },
      token,
      action: { value, tag: "button" },
      host: "im_message",
      context: { open_message_id: message.id, open_chat_id: message.chat.id },
    };
    const at = performance.now();
    const id = newId("ev");
    const answer = await this.#connections.deliver(frame, id, this.#envelope("card.action.trigger", id, event));
    const afterMs = performance.now() - at;
    const known = this.#context.cardTokens.get(token);
    if (known !== undefined) known.acked = true;
    if (typeof answer !== "object" || answer === null) return { failed: true, afterMs };
    const { toast, card } = answer as {
      readonly toast?: TapSeen["toast"];
      readonly card?: { readonly type?: string; readonly data?: unknown };
    };
    if (card !== undefined) this.#change(message, card);
    return {
      failed: false,
      afterMs,
      ...(toast === undefined ? {} : { toast }),
      ...(card === undefined ? {} : { card: card.data }),
    };
  }

  /** Delivers the newest event once more, under the same id. */
  redeliver(): void {
    const last = this.#last;
    if (last !== undefined)
      void this.#connections.deliver("event", last.id, this.#envelope(last.type, last.id, last.event));
  }

  /** Any event. */
  raw(type: string, event: unknown): void {
    this.#emit(type, event);
  }

  #change(message: Message, card: { readonly type?: string; readonly data?: unknown }): void {
    if (card.type !== "raw") this.#context.violations.push(`card of type ${card.type} in an acknowledgement`);
    const entity = message.cardId === undefined ? undefined : this.#context.world.cards.get(message.cardId);
    if (entity !== undefined) {
      this.#context.violations.push("an acknowledgement changes a streaming card");
      return;
    }
    message.versions.push(message.content);
    message.content = JSON.stringify(card.data);
  }

  #card(message: Message): unknown {
    return message.cardId === undefined
      ? JSON.parse(message.content)
      : this.#context.world.cards.get(message.cardId)?.card;
  }

  #sees(message: Message): boolean {
    const { scopes, botId } = this.#context;
    if (message.chat.kind === "p2p") return scopes.has("im:message.p2p_msg:readonly") || scopes.has("im:message");
    const mentioned = message.mentions.some((mention) => mention.id === botId) || message.content.includes("@_all");
    return scopes.has("im:message.group_msg") || (mentioned && scopes.has("im:message.group_at_msg:readonly"));
  }

  #received(message: Message): unknown {
    return {
      sender: { sender_id: ids(message.from?.id ?? ""), sender_type: "user", tenant_key: "tenant" },
      message: {
        message_id: message.id,
        ...(message.root === undefined ? {} : { root_id: message.root.id }),
        ...(message.parent === undefined ? {} : { parent_id: message.parent.id }),
        ...(message.threadId === undefined ? {} : { thread_id: message.threadId }),
        create_time: String(message.at),
        update_time: String(message.at),
        chat_id: message.chat.id,
        chat_type: message.chat.kind === "p2p" ? "p2p" : "group",
        message_type: message.type,
        content: message.content,
        ...(message.mentions.length === 0
          ? {}
          : {
              mentions: message.mentions.map(({ key, id, name }) => ({ key, id: ids(id), name, tenant_key: "tenant" })),
            }),
      },
    };
  }

  #emit(type: string, event: unknown): void {
    const id = newId("ev");
    this.#last = { type, id, event };
    void this.#connections.deliver("event", id, this.#envelope(type, id, event));
  }

  #envelope(type: string, id: string, event: unknown): unknown {
    const header = {
      event_id: id,
      event_type: type,
      create_time: String(this.#context.now()),
      token: "verification",
      app_id: this.#context.appId,
      tenant_key: "tenant",
    };
    return { schema: "2.0", header, event };
  }
}

function ids(openId: string): Readonly<Record<string, string>> {
  return { open_id: openId, union_id: openId.replace("ou_", "on_"), user_id: "" };
}
