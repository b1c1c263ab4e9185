import { type Application, completeApplication } from "./application.ts";
import { cardButtons, cardText, readable } from "./card-text.ts";
import { type ConnectionOptions, Connections } from "./connection.ts";
import type { Context } from "./context.ts";
import { Faults, Rates } from "./faults.ts";
import { Phone } from "./phone.ts";
import { Registration } from "./registration.ts";
import { type CallRecord, OpenApiServer } from "./server.ts";
import { type CardEntity, type Chat, type ChatKind, type Message, newId, type Person, World } from "./state.ts";

/** Settings; everything has a default. */
export interface FeishuEmulatorOptions extends ConnectionOptions {
  readonly appId?: string;
  readonly appSecret?: string;
  /** Scopes granted; default: all the service asks for. */
  readonly scopes?: readonly string[];
  /** False: no rates. */
  readonly rates?: boolean;
  /** ms since the epoch. */
  readonly now?: () => number;
}

/** The scopes of docs/how-to/feishu-setup.md. */
const allScopes = [
  "im:message",
  "im:message:send_as_bot",
  "im:message:readonly",
  "im:message.p2p_msg:readonly",
  "im:message.group_at_msg:readonly",
  "im:message.group_msg",
  "im:resource",
  "im:message.reactions:write_only",
  "im:message.reactions:read",
  "im:chat:read",
  "cardkit:card:write",
  "contact:user.base:readonly",
  "application:application:self_manage",
];

/**
 * The open platform of Feishu and Lark on 127.0.0.1, with the people on the other side. Stricter than the platform:
 * what it refuses is refused in its words; unknown interfaces and fields are recorded in `violations`.
 */
export class FeishuEmulator {
  readonly appId: string;
  appSecret: string;
  readonly botId = "ou_bot0000000000000000000000000000";
  readonly world = new World();
  readonly faults = new Faults();
  readonly rates: Rates;
  readonly connections: Connections;
  /** What people do. */
  readonly phone: Phone;
  /** Making an app by a link. */
  readonly registration: Registration;
  readonly #context: Context;
  readonly #server: OpenApiServer;

  constructor(options: FeishuEmulatorOptions = {}) {
    const now = options.now ?? Date.now;
    this.appId = options.appId ?? "cli_0123456789abcdef";
    this.appSecret = options.appSecret ?? "EmulatorSecretEmulatorSecret0000";
    this.rates = new Rates(now);
    this.rates.enabled = options.rates ?? true;
    this.connections = new Connections(options);
    this.#context = {
      world: this.world,
      rates: this.rates,
      now,
      appId: this.appId,
      botId: this.botId,
      scopes: new Set(options.scopes ?? allScopes),
      application: completeApplication(),
      violations: [],
      cardTokens: new Map(),
    };
    const { appId, appSecret } = this;
    this.registration = new Registration({ appId, appSecret }, this.#context.violations);
    this.#server = new OpenApiServer(
      this.#context,
      this.faults,
      this.connections,
      this.registration,
      () => this.appSecret,
    );
    this.phone = new Phone(this.#context, this.connections);
  }

  start(): Promise<void> {
    return this.#server.listen();
  }

  async stop(): Promise<void> {
    this.connections.stop();
    await this.#server.close();
  }

  /** For the `domain` of the SDK, without trailing slash. */
  get url(): string {
    return `http://127.0.0.1:${this.#server.port}`;
  }

  /** Every call of the OpenAPI, oldest first. */
  get calls(): readonly CallRecord[] {
    return this.#server.calls;
  }

  get violations(): readonly string[] {
    return [...this.#context.violations, ...this.connections.violations];
  }

  get scopes(): Set<string> {
    return this.#context.scopes;
  }

  /** How the app stands in the console. */
  get application(): Application {
    return this.#context.application;
  }

  expireTokens(): void {
    this.#server.expireTokens();
  }

  person(name: string): Person {
    const person = { id: newId("ou"), name };
    this.world.people.set(person.id, person);
    return person;
  }

  /** The person's chat with the bot. */
  privateChat(person: Person): Chat {
    return this.#chat("p2p", person.name, [person]);
  }

  group(name: string, members: readonly Person[], kind: ChatKind = "group"): Chat {
    return this.#chat(kind, name, members);
  }

  /** What the bot wrote there and not took back, oldest first. */
  fromBot(chat: Chat): readonly Message[] {
    return chat.messages.filter((message) => message.from === undefined && !message.recalled);
  }

  /** The streaming cards shown in a chat, oldest first. */
  cards(chat: Chat): readonly CardEntity[] {
    return [...this.world.cards.values()].filter((card) => card.message?.chat === chat);
  }

  /** What can be read on a message now. */
  text(message: Message): string {
    return textOf(this.world, message);
  }

  buttons(message: Message): readonly string[] {
    return message.type === "interactive" ? cardButtons(cardOf(this.world, message)).map((button) => button.label) : [];
  }

  #chat(kind: ChatKind, name: string, members: readonly Person[]): Chat {
    const chat: Chat = { id: newId("oc"), kind, name, members, messages: [], botInside: true };
    this.world.chats.set(chat.id, chat);
    return chat;
  }
}

function cardOf(world: World, message: Message): unknown {
  return message.cardId === undefined ? JSON.parse(message.content) : world.cards.get(message.cardId)?.card;
}

function textOf(world: World, message: Message): string {
  const content = JSON.parse(message.content) as {
    readonly text?: string;
    readonly zh_cn?: { readonly content?: readonly (readonly { readonly text?: string }[])[] };
  };
  if (message.type === "text") return content.text ?? "";
  if (message.type === "post")
    return readable(
      (content.zh_cn?.content ?? []).map((line) => line.map((one) => one.text ?? "").join("")).join("\n"),
    );
  return message.type === "interactive" ? cardText(cardOf(world, message)) : "";
}
