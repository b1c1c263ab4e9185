import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/log.ts";
import { type IngressWords, ingressWords } from "../model/catalog/ingress.ts";
import type { ChatKey } from "../model/ids.ts";
import type { Trace } from "../model/trace.ts";
import type { Language } from "../model/view.ts";
import type { Absences } from "./absence.ts";
import type { Access } from "./access.ts";
import type { InboundEvent, IngressStore } from "./port.ts";

/** What ingress needs. */
export interface IngressDeps {
  readonly store: IngressStore;
  readonly access: Access;
  readonly log: Logger;
  readonly clock: Clock;
  /** When this process began to receive, ms since the epoch: older messages waited while it was down. */
  readonly startedAt: number;
  /** Names of the commands the actor knows, without `/`. `start`, `approve` and `decline` are settled here. */
  readonly commands: ReadonlySet<string>;
  /** Language of chats that chose none. Default `en`. */
  readonly language?: Language;
  /** IANA zone of times of day; the machine's when absent. */
  readonly timeZone?: string | undefined;
  /** Name of the project an unbound chat works in, for the greeting. */
  readonly project?: string | undefined;
  /** Source of button nonces. */
  readonly nonce: () => string;
  /** Unacked mail from which on a mailbox takes no more work; only for the words. Default 500. */
  readonly mailboxCap?: number;
  /** Told of each message of someone who may not talk. */
  readonly onRefused?: (chat: ChatKey) => void;
  /** Knows chats whose machine is away; absent: none ever is. */
  readonly absences?: Absences | undefined;
  /** Told of events of watched chats. */
  readonly trace?: Trace | undefined;
  /** Ends background notes at shutdown. */
  readonly signal?: AbortSignal;
}

/** A message or edit, its chat already resolved. */
export type MessageEvent = Extract<InboundEvent, { kind: "message" | "edit" }> & { readonly chat: ChatKey };

/** Words in the language of the chat. */
export async function wordsOf(deps: IngressDeps, chat: ChatKey): Promise<IngressWords> {
  return ingressWords[await languageOf(deps, chat)];
}

/** The chat's language, else the service's. */
export async function languageOf(deps: IngressDeps, chat: ChatKey): Promise<Language> {
  return (await deps.store.language(chat)) ?? deps.language ?? "en";
}
