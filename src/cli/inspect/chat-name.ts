import { type ChatKey, chatAddress, chatKey } from "../../model/ids.ts";

/**
 * Reads a chat's name as people write it: `telegram~main~1001` as `/id` and `hotline status` print it, or
 * `telegram:1001` where the account goes without saying (of a group with topics: all of them). Undefined: no such name.
 */
export function chatMatcher(name: string): ((chat: ChatKey) => boolean) | undefined {
  const key = keyOf(name);
  if (key !== undefined) return (chat) => chat === key;
  const short = shortName(name);
  if (short === undefined) return undefined;
  return (chat) => {
    const address = chatAddress(chat);
    return address.channel === short.channel && address.chat === short.chat;
  };
}

/** The one chat that is meant, or those that may be. `accounts`: `telegram~main`, of the configuration. Pure. */
export function chatNamed(name: string, accounts: readonly string[]): readonly ChatKey[] {
  const key = keyOf(name);
  if (key !== undefined) return [key];
  const short = shortName(name);
  if (short === undefined) return [];
  return accounts.flatMap(
    (account) => keyOf(account.startsWith(`${short.channel}~`) ? `${account}~${short.chat}` : "") ?? [],
  );
}

function keyOf(name: string): ChatKey | undefined {
  const [channel = "", account = "", chat = "", topicId, ...more] = name.split("~");
  if (more.length > 0 || [channel, account, chat, topicId ?? "-"].some((part) => part === "" || /[:\s]/.test(part)))
    return undefined;
  return chatKey({ channel, account, chat, ...(topicId === undefined ? {} : { topicId }) });
}

function shortName(name: string): { readonly channel: string; readonly chat: string } | undefined {
  const [, channel, chat] = /^([a-z]+):([^\s:~]+)$/.exec(name) ?? [];
  return channel === undefined || chat === undefined ? undefined : { channel, chat };
}
