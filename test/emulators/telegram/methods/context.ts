import type { Upload } from "../body.ts";
import type { Chat, World } from "../chats.ts";
import type { Drafts } from "../drafts.ts";
import type { RateLimits } from "../limits.ts";
import { badRequest, strict } from "../refusal.ts";
import type { UpdateQueue } from "../updates.ts";
import { type Entity, isRecord, type WireUser } from "../wire.ts";

/** A tap that waits for its answer. `at`: ms since the epoch. */
export interface PendingTap {
  readonly at: number;
  readonly answer: (params: Readonly<Record<string, unknown>>) => void;
}

/** State and settings every method works on. */
export interface Context {
  readonly world: World;
  readonly drafts: Drafts;
  readonly updates: UpdateQueue;
  readonly limits: RateLimits;
  readonly taps: Map<string, PendingTap>;
  readonly bot: WireUser;
  readonly options: EmulatorOptions;
  /** Lists of commands by scope and language. */
  readonly commands: Map<string, readonly unknown[]>;
  /** ms since the epoch. */
  readonly now: () => number;
}

/** Settings of the emulator. */
export interface EmulatorOptions {
  /** Groups: the bot sees only commands, mentions of it and replies to it, unless it is an administrator. */
  readonly privacyMode: boolean;
  /** `parse_mode` is a violation unless allowed; it is then ignored, the text shows as it is. */
  readonly allowParseMode: boolean;
  /** A tap not answered within this time is too old, ms. */
  readonly tapLifeMs: number;
  /** `getMe.has_topics_enabled`. */
  readonly privateTopics: boolean;
}

/** One call: parameters have passed the schema. */
export interface Call {
  readonly method: string;
  readonly params: Params;
  readonly files: ReadonlyMap<string, Upload>;
  /** Aborted when the client goes away. */
  readonly signal: AbortSignal;
}

export type Handler = (call: Call, context: Context) => unknown;

/** Typed reading of checked parameters. */
export class Params {
  readonly all: Readonly<Record<string, unknown>>;

  constructor(all: Readonly<Record<string, unknown>>) {
    this.all = all;
  }

  text(name: string): string | undefined {
    const value = this.all[name];
    return typeof value === "string" ? value : undefined;
  }

  number(name: string): number | undefined {
    const value = this.all[name];
    return typeof value === "number" ? value : undefined;
  }

  flag(name: string): boolean {
    return this.all[name] === true;
  }

  list(name: string): readonly unknown[] {
    const value = this.all[name];
    return Array.isArray(value) ? value : [];
  }

  object(name: string): Readonly<Record<string, unknown>> | undefined {
    const value = this.all[name];
    return isRecord(value) ? value : undefined;
  }

  /** Entities: the schema has read their shape. */
  entities(name: string): readonly Entity[] {
    return this.list(name) as readonly Entity[];
  }
}

/** The chat a call writes to, if it may; throws while it is blocked by flood control. */
export function targetChat(call: Call, context: Context): Chat {
  const chat = context.world.writable(call.params.all.chat_id);
  context.limits.checkBlocked(chat.id);
  return chat;
}

/** Features the emulator has no behaviour for are refused, so that nobody relies on them. */
export function refuseUnsupported(call: Call, context: Context, names: readonly string[]): void {
  for (const name of names) if (call.params.all[name] !== undefined) throw strict(`${name} is not emulated`);
  const mode = call.params.text("parse_mode");
  if (mode === undefined || context.options.allowParseMode) return;
  throw strict("parse_mode: text goes as entities");
}

/** Ids of messages are positive integers. */
export function messageId(call: Call): number {
  const id = call.params.number("message_id");
  if (id === undefined || !Number.isInteger(id) || id <= 0)
    throw badRequest("message identifier is not specified", "bug");
  return id;
}
