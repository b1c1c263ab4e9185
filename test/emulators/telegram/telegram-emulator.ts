import { type Chat, type ChatMessage, World } from "./chats.ts";
import { type Draft, Drafts } from "./drafts.ts";
import { Faults } from "./faults.ts";
import { defaultRates, RateLimits, type RateOptions } from "./limits.ts";
import type { Context, EmulatorOptions } from "./methods/context.ts";
import { Phone } from "./phone.ts";
import { BotApiServer } from "./server.ts";
import { BotApiService } from "./service.ts";
import { Transcript, type Violation } from "./transcript.ts";
import { UpdateQueue } from "./updates.ts";
import type { WireUser } from "./wire.ts";

/** Settings; everything has a default. */
export interface TelegramEmulatorOptions extends Partial<EmulatorOptions> {
  /** Default `700000001:EmulatorTokenEmulatorTokenEmulator0`. */
  readonly token?: string;
  readonly username?: string;
  /** Default: {@link defaultRates}; single values can be overridden; false switches rates off (429 faults still block). */
  readonly rates?: Partial<RateOptions> | false;
  /** Life of a draft, ms; default 30 s. */
  readonly draftLifeMs?: number;
  /** ms since the epoch: dates, rates, drafts and taps go by it. Long polls and faults use real time. */
  readonly now?: () => number;
  readonly firstUpdateId?: number;
}

/** A person, with what they may leave out. */
export type UserInput = Partial<Omit<WireUser, "id" | "is_bot">>;

/**
 * The Bot API (10.3) on 127.0.0.1, with the people on the other side. Stricter than Telegram: what the platform
 * refuses is refused in its words; unknown methods, parameters and fields, and what it would mend silently, is refused
 * and recorded in `violations`.
 */
export class TelegramEmulator {
  readonly token: string;
  readonly botUser: WireUser;
  readonly faults = new Faults();
  readonly transcript = new Transcript();
  readonly updates: UpdateQueue;
  /** What people do: say, send files, tap, edit, stop drafts. */
  readonly phone: Phone;
  readonly #context: Context;
  readonly #server: BotApiServer;

  constructor(options: TelegramEmulatorOptions = {}) {
    const now = options.now ?? Date.now;
    this.token = options.token ?? "700000001:EmulatorTokenEmulatorTokenEmulator0";
    const id = Number.parseInt(this.token, 10);
    this.botUser = { id, is_bot: true, first_name: "Hotline", username: options.username ?? "hotline_test_bot" };
    this.updates = new UpdateQueue(options.firstUpdateId ?? 1000);
    const rates = options.rates === false ? undefined : { ...defaultRates, ...options.rates };
    this.#context = {
      world: new World(),
      drafts: new Drafts(now, options.draftLifeMs ?? 30_000),
      updates: this.updates,
      limits: new RateLimits(rates, now),
      taps: new Map(),
      commands: new Map(),
      bot: this.botUser,
      now,
      options: {
        privacyMode: options.privacyMode ?? true,
        allowParseMode: options.allowParseMode ?? false,
        tapLifeMs: options.tapLifeMs ?? 15_000,
        privateTopics: options.privateTopics ?? false,
      },
    };
    this.phone = new Phone(this.#context);
    const service = new BotApiService(this.#context, this.faults, this.transcript);
    this.#server = new BotApiServer(this.token, service, this.transcript);
  }

  /** Listens on 127.0.0.1; port 0 (default) picks a free one. */
  async start(options: { readonly port?: number } = {}): Promise<void> {
    await this.#server.listen(options.port ?? 0);
  }

  async stop(): Promise<void> {
    this.updates.stop();
    await this.#server.close();
  }

  /** The API root, without trailing slash. */
  get url(): string {
    return `http://127.0.0.1:${this.#server.port}`;
  }

  /** Refuses connections for `ms`, then listens on the same port again. */
  async refuseFor(ms: number): Promise<void> {
    this.updates.stop();
    await this.#server.refuseFor(ms);
  }

  /** 401 from now on, or no longer. */
  revokeToken(revoked = true): void {
    this.#server.revoked = revoked;
  }

  /** Its clock runs ahead of (or, below zero, behind) this machine's. */
  shiftClock(ms: number): void {
    this.#server.clockOffsetMs = ms;
  }

  /** A person; the same id again changes them. */
  user(id: number, about: UserInput = {}): WireUser {
    const user = { id, is_bot: false, first_name: `Person ${id}`, ...about };
    this.#context.world.users.set(id, user);
    return user;
  }

  /** The person's chat with the bot. `started: false`: the bot may not write before the person does. */
  privateChat(user: WireUser, options: { readonly started?: boolean } = {}): Chat {
    const state = options.started === false ? "notStarted" : "open";
    return (
      this.#context.world.chats.get(user.id) ??
      this.#context.world.addChat({ id: user.id, type: "private", forum: false, user, state })
    );
  }

  /** A group; ids below -1000000000000 (and forums) are supergroups. */
  group(
    id: number,
    options: {
      readonly title?: string;
      readonly forum?: boolean;
      readonly admin?: boolean;
      readonly members?: readonly WireUser[];
    } = {},
  ): Chat {
    const forum = options.forum ?? false;
    const type = forum || id <= -1_000_000_000_000 ? "supergroup" : "group";
    const members = new Map((options.members ?? []).map((user) => [user.id, { user, status: "member" }]));
    return this.#context.world.addChat({
      id,
      type,
      forum,
      title: options.title ?? `Group ${id}`,
      botIsAdmin: options.admin ?? false,
      members,
    });
  }

  /** What the chat shows, oldest first: live objects, edits change them. */
  messages(chat: Chat): readonly ChatMessage[] {
    return [...chat.messages.values()].filter((message) => !message.deleted);
  }

  /** What the bot has written there and not deleted, oldest first. */
  fromBot(chat: Chat): readonly ChatMessage[] {
    return this.messages(chat).filter((message) => message.fromBot);
  }

  /** Every draft the chat has seen, oldest first, with all its frames. */
  drafts(chat: Chat): readonly Draft[] {
    return this.#context.drafts.history(chat.id);
  }

  /** The bot's commands of a scope: `["default", null, null, "de"]` is scope type, chat, user, language. */
  commands(scope = "default", language = ""): readonly unknown[] {
    return this.#context.commands.get(JSON.stringify([scope, undefined, undefined, language])) ?? [];
  }

  /** Everything no correct bot does, in order. */
  get violations(): readonly Violation[] {
    return this.transcript.violations;
  }

  /** See {@link Transcript.waitFor}: asked at once and after every request. */
  waitFor<T>(probe: () => T | undefined | null | false, timeoutMs?: number): Promise<T> {
    return this.transcript.waitFor(probe, timeoutMs);
  }
}
