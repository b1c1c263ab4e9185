declare const brand: unique symbol;
type Brand<Name extends string> = string & { readonly [brand]: Name };

/** `channel~account~chat[~topic]`, e.g. `telegram~main~1001` or `telegram~main~-100123~45`. Never contains `:`. */
export type ChatKey = Brand<"ChatKey">;
/** A person as configured: `telegram:1001`, `feishu:ou_…`. */
export type PersonId = Brand<"PersonId">;
/** Whoever holds the token of the web chat: they read dataDir, or were let in by somebody who does. */
export const webOwner = "web:owner" as PersonId;
/** The platform's own message id, as text. */
export type MessageId = Brand<"MessageId">;
/** Place of an item in its chat's mailbox (Redis stream id, `ms-seq`); order of arrival. */
export type MailId = Brand<"MailId">;
/** Place of an operation in its chat's outbox (Redis stream id). */
export type OpId = Brand<"OpId">;
/** Codex thread id. */
export type ThreadId = Brand<"ThreadId">;
/** Codex turn id; believed only from `turn/started`. */
export type TurnId = Brand<"TurnId">;
/** `clientUserMessageId` we give Codex: correlates a delivered message with its mail. */
export type ClientId = Brand<"ClientId">;
/** Opaque button payload, ≤ 64 bytes, meaningless without the service. */
export type Nonce = Brand<"Nonce">;
/** Service-wide number of an approval or question, as people type it. */
export type RequestNumber = number & { readonly [brand]: "RequestNumber" };

/** Parts of a {@link ChatKey}. */
export interface ChatAddress {
  /** Adapter kind: `telegram`, `feishu`, `web`. */
  readonly channel: string;
  /** Account id of the configuration (`main`). */
  readonly account: string;
  /** The platform's chat id. */
  readonly chat: string;
  /** Forum topic or Feishu thread; absent in the main chat. */
  readonly topicId?: string;
}

/** Builds the key of a chat. Throws when a part holds `~` or `:`. */
export function chatKey(address: ChatAddress): ChatKey {
  const parts = [
    address.channel,
    address.account,
    address.chat,
    ...(address.topicId === undefined ? [] : [address.topicId]),
  ];
  for (const part of parts) {
    if (part === "" || /[~:\s]/.test(part)) throw new Error(`not a chat address part: ${JSON.stringify(part)}`);
  }
  return parts.join("~") as ChatKey;
}

/** Reads a key built by {@link chatKey}. */
export function chatAddress(key: ChatKey): ChatAddress {
  const [channel, account, chat, topicId] = key.split("~");
  if (channel === undefined || account === undefined || chat === undefined) throw new Error(`not a chat key: ${key}`);
  return { channel, account, chat, ...(topicId === undefined ? {} : { topicId }) };
}

/** Key of one channel account, `telegram~main`. */
export function accountKey(address: { readonly channel: string; readonly account: string }): string {
  return `${address.channel}~${address.account}`;
}
