import type { State } from "./state.ts";

/** Pure. The open chat counts as seen up to its last change while a person looks at it. */
export function looked(state: State): State {
  const { chat } = state;
  if (chat === undefined || state.view !== "chat" || !state.visible) return state;
  const now = state.chats?.find((one) => one.chat === chat)?.seq ?? 0;
  const unread = (state.unread[chat] ?? []).length > 0;
  if (!unread && (state.seen[chat] ?? 0) >= now) return state;
  const { [chat]: _read, ...others } = state.unread;
  return { ...state, unread: others, seen: { ...state.seen, [chat]: Math.max(now, state.seen[chat] ?? 0) } };
}

/** How many messages of the bot in all chats nobody looked at. */
export function unreadCount(state: State): number {
  return Object.values(state.unread).reduce((sum, ids) => sum + ids.length, 0);
}
