import type { LiveFrame, WebMessage } from "../protocol.ts";

/** What the page holds of one chat. Its messages are the newest ones without a gap, oldest first. */
export interface ChatPage {
  readonly messages: readonly WebMessage[];
  /** The server has older ones. */
  readonly more: boolean;
  /** The newest messages arrived (or the chat is new): changes are kept from now on. */
  readonly loaded: boolean;
  readonly loadingOlder: boolean;
  /** The running turn, its text whole. */
  readonly live?: LiveFrame;
  /** Text of the last live frame on this connection, which `keep` counts from. */
  readonly liveText: string;
}

/** A chat of which nothing is known yet. */
export const emptyPage: ChatPage = { messages: [], more: false, loaded: false, loadingOlder: false, liveText: "" };

/** Messages further back than this are not asked whether they ended a live frame. */
const tailLength = 50;

/** Order of two message ids: decimal numbers of any length. */
function compareIds(a: string, b: string): number {
  return a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);
}

/**
 * Takes one changed message. What is older than the first one on the page comes with its own page of older ones, so it
 * is left out here: otherwise those between the two would be missing for good. A stale change of a known one is ignored.
 */
export function withMessage(page: ChatPage, message: WebMessage): ChatPage {
  if (!page.loaded) return page;
  const first = page.messages[0];
  if (page.more && first !== undefined && compareIds(message.id, first.id) < 0) return page;
  return withoutEndedLive({ ...page, messages: upserted(page.messages, message) });
}

/** Takes a page of messages, the newest or older ones. */
export function withMessages(page: ChatPage, messages: readonly WebMessage[], more: boolean): ChatPage {
  const [incoming, own] = [messages[0], page.messages[0]];
  const last = messages.at(-1);
  const fresh = { ...page, loaded: true, loadingOlder: false };
  if (incoming === undefined) return own === undefined ? { ...fresh, more } : { ...fresh, more: page.more && more };
  const older = own === undefined || compareIds(incoming.id, own.id) <= 0;
  const newestOwn = page.messages.at(-1);
  // Nothing in common with what is here, and newer: what lies between is unknown.
  const gap = more && !older && newestOwn !== undefined && compareIds(incoming.id, newestOwn.id) > 0;
  if (gap || own === undefined) return withoutEndedLive({ ...fresh, messages, more });
  const apart = last !== undefined && compareIds(last.id, own.id) < 0;
  const merged = apart ? [...messages, ...page.messages] : messages.reduce(upserted, page.messages);
  return withoutEndedLive({ ...fresh, messages: merged, more: older ? more : page.more });
}

function upserted(messages: readonly WebMessage[], message: WebMessage): readonly WebMessage[] {
  let at = messages.length;
  // Nearly always the last one or close to it.
  while (at > 0 && compareIds(messages[at - 1]?.id ?? "", message.id) > 0) at -= 1;
  const old = messages[at - 1];
  if (old?.id !== message.id) return messages.toSpliced(at, 0, message);
  return old.seq >= message.seq ? messages : messages.with(at - 1, message);
}

/**
 * Takes a live frame as it is on the wire. Undefined: it continues a text this page never got; the chat must be opened
 * anew. A frame of a turn whose final is here is ignored.
 */
export function withLive(page: ChatPage, frame: LiveFrame | undefined): ChatPage | undefined {
  if (frame === undefined) {
    const { live: _gone, ...rest } = page;
    return rest;
  }
  if (frame.keep > page.liveText.length) return undefined;
  const text = page.liveText.slice(0, frame.keep) + frame.text;
  return withoutEndedLive({ ...page, liveText: text, live: { ...frame, text, keep: 0 } });
}

/** The same page on a new connection: live texts begin anew, and what was asked for is asked again. */
export function onNewConnection(page: ChatPage): ChatPage {
  return { ...page, liveText: "", loadingOlder: false };
}

function withoutEndedLive(page: ChatPage): ChatPage {
  const slot = page.live?.slot;
  if (slot === undefined || !page.messages.slice(-tailLength).some((m) => m.endsLive === slot)) return page;
  const { live: _gone, ...rest } = page;
  return rest;
}
