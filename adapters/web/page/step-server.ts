import { assertNever } from "../../../src/lib/assert-never.ts";
import type { FromPage, LiveFrame, ToPage, WebChat, WebMessage } from "../protocol.ts";
import { emptyPage, withLive, withMessage, withMessages } from "./chat-page.ts";
import { looked } from "./looked.ts";
import { type State, type Step, sayFrame, silent } from "./state.ts";

/** Pure. What a word of the server makes of the page. `now`: the browser's clock. */
export function receive(state: State, message: ToPage, now: number): Step {
  switch (message.type) {
    case "welcome":
      return welcome(state, message, now);
    case "chats":
      return allChats(state, message.chats);
    case "chat":
      return silent(looked({ ...state, chats: withChat(state.chats ?? [], message.chat) }));
    case "messages":
      return silent(
        confirmed(
          { ...state, pages: changed(state, message.chat, (p) => withMessages(p, message.messages, message.more)) },
          message.messages,
        ),
      );
    case "message":
      return silent(looked(newMessage(state, message.message)));
    case "live":
      return live(state, message.chat, message.frame);
    case "taken":
      return silent(taken(state, message.id, message.message));
    case "refused":
      return silent({
        ...state,
        unsent: state.unsent.map((one) => (one.id === message.id ? { ...one, refused: message.reason } : one)),
      });
    case "told":
      return silent(told(state, message));
    case "operations":
      return silent({ ...state, operations: message.view });
    default:
      return assertNever(message);
  }
}

function changed(
  state: State,
  chat: string,
  change: (page: State["pages"][string]) => State["pages"][string],
): State["pages"] {
  const page = state.pages[chat] ?? emptyPage;
  const next = change(page);
  return next === page ? state.pages : { ...state.pages, [chat]: next };
}

function welcome(state: State, message: Extract<ToPage, { type: "welcome" }>, now: number): Step {
  const known = { ...state, welcome: message, clockAhead: message.now - now };
  if (message.build !== state.build) return silent({ ...known, connection: "outdated" });
  const kept = message.reset ? forgotten(known) : known;
  const next: State = { ...kept, connection: "open", pages: withoutLive(kept.pages) };
  const frames: FromPage[] = state.unsent.filter((one) => one.refused === undefined).map(sayFrame);
  frames.push(...state.pending.map(({ frame }) => frame));
  if (state.view === "operations") frames.push({ type: "watch", on: true });
  // On a resumed connection the open chat is asked for only where its messages never came.
  const { chat } = next;
  const unloaded = next.chats !== undefined && chat !== undefined && next.pages[chat]?.loaded !== true;
  // Chosen since the page said hello: the server follows another one.
  if (chat !== undefined && (unloaded || chat !== state.greeted)) frames.unshift({ type: "open", chat });
  return { state: next, say: frames };
}

/** Live frames as they stand now follow a welcome; one of before may have ended meanwhile. */
function withoutLive(pages: State["pages"]): State["pages"] {
  return Object.fromEntries(Object.entries(pages).map(([chat, page]) => [chat, withLive(page, undefined) ?? page]));
}

/** Without what the server showed; a chat that is only here yet stays. */
function forgotten(state: State): State {
  const { after: _after, ...rest } = state;
  const { chat } = state;
  const page = chat === undefined ? undefined : state.pages[chat];
  const known = chat !== undefined && state.chats?.some((one) => one.chat === chat) === true;
  const own = chat !== undefined && page !== undefined && !known && page.messages.length === 0;
  return { ...rest, pages: own ? { [chat]: page } : {} };
}

function allChats(state: State, chats: readonly WebChat[]): Step {
  const sorted = [...chats].sort(byNewest);
  // A browser that was never here before has not missed anything.
  const firstTime = Object.keys(state.seen).length === 0;
  const seen = firstTime ? Object.fromEntries(sorted.map((one) => [one.chat, one.seq])) : state.seen;
  const chat = state.chat ?? sorted[0]?.chat;
  const next = looked({
    ...state,
    chats: sorted,
    seen,
    ...(chat === undefined ? {} : { chat }),
    // From here on every change arrives by itself.
    ...(state.after === undefined && state.welcome !== undefined ? { after: state.welcome.seq } : {}),
  });
  const open = chat !== undefined && next.pages[chat]?.loaded !== true;
  return { state: next, say: open ? [{ type: "open", chat }] : [] };
}

function byNewest(a: WebChat, b: WebChat): number {
  return b.seq - a.seq;
}

function withChat(chats: readonly WebChat[], chat: WebChat): readonly WebChat[] {
  const old = chats.find((one) => one.chat === chat.chat);
  if (old !== undefined && old.seq > chat.seq) return chats;
  return [chat, ...chats.filter((one) => one.chat !== chat.chat)].sort(byNewest);
}

function newMessage(state: State, message: WebMessage): State {
  const pages = changed(state, message.chat, (page) => withMessage(page, message));
  const after = state.after === undefined ? {} : { after: Math.max(state.after, message.seq) };
  return confirmed({ ...noticed(state, message), ...after, pages }, [message]);
}

/** Counts a message of the bot nobody looked at; a later change of it is not a new one. */
function noticed(state: State, message: WebMessage): State {
  const { chat, id, seq } = message;
  const unread = state.unread[chat] ?? [];
  const watched = state.visible && state.view === "chat" && state.chat === chat;
  if (message.from !== "bot" || message.ring === false || watched) return state;
  if (unread.includes(id) || seq <= (state.seen[chat] ?? 0)) return state;
  if (state.pages[chat]?.messages.some((known) => known.id === id) === true) return state;
  return { ...state, unread: { ...state.unread, [chat]: [...unread, id] } };
}

/** A message that came back with the id the page gave it is no longer unsent. */
function confirmed(state: State, messages: readonly WebMessage[]): State {
  if (state.unsent.length === 0) return state;
  const ids = new Set(messages.map((message) => message.sayId));
  const unsent = state.unsent.filter((one) => !ids.has(one.id));
  return unsent.length === state.unsent.length ? state : { ...state, unsent };
}

/** Its number is not the last one seen: a change with a smaller one may still be on its way. */
function taken(state: State, id: string, message: WebMessage): State {
  const pages = changed(state, message.chat, (page) => withMessage(page, message));
  return { ...state, pages, unsent: state.unsent.filter((one) => one.id !== id) };
}

function live(state: State, chat: string, frame: LiveFrame | undefined): Step {
  const page = state.pages[chat] ?? emptyPage;
  const next = withLive(page, frame);
  if (next === undefined) return { state, say: chat === state.chat ? [{ type: "open", chat }] : [] };
  return silent({ ...state, pages: { ...state.pages, [chat]: next } });
}

function told(state: State, message: Extract<ToPage, { type: "told" }>): State {
  const pending = state.pending.filter(({ frame }) => frame.id !== message.id);
  if (message.text === undefined || message.text === "") return { ...state, pending };
  if (message.alert === true) return { ...state, pending, alert: message.text };
  return { ...state, pending, toasts: [...state.toasts, { id: message.id, text: message.text }] };
}
