import type { Clock } from "../lib/clock.ts";
import type { ChatKey } from "../model/ids.ts";
import type { InboundMessage } from "../model/message.ts";
import { splitAt } from "../model/split-paste.ts";
import { remember } from "./remember.ts";

/** Platform dates of a text and its next part lie this close, ms: the client sends them at once, dates are whole seconds. */
const partGapMs = 3000;
/** How long the next part may take to arrive, ms: a store that is away, or intake that is slowed down, holds it up. */
const rememberMs = 600_000;

/** What counts of the last message of a person in a chat, if it was meant for the bot and may go on in the next. */
interface Last extends Pick<InboundMessage, "messageId" | "sentAt" | "albumId"> {
  readonly long: boolean;
  /** Of the clock's uptime. */
  readonly at: number;
}

/**
 * What a person writes at once and the platform delivers in parts, of which only the first mentions the bot: the other
 * files of an album, the rest of a text that was too long for one message.
 */
export interface Parts {
  /**
   * Whether a message is for the bot: it is `addressed`, has the album of the person's message before it in the chat, or
   * is a text right behind a long one of theirs, which was for the bot. Handed over again, it is judged as before.
   * The messages of a chat come in their order.
   */
  isMeant(chat: ChatKey, message: InboundMessage, addressed: boolean): boolean;
}

/** Kept in memory only, at most 10 minutes and 10,000 people: a part that arrives after a restart counts for itself. */
export function createParts(clock: Clock): Parts {
  const lasts = new Map<string, Last>();
  return {
    isMeant(chat, message, addressed) {
      const now = clock.uptime();
      forget(lasts, now - rememberMs);
      const key = `${chat} ${message.person.id}`;
      const last = lasts.get(key);
      const goesOn = last !== undefined && (last.messageId === message.messageId || continues(last, message));
      const meant = addressed || goesOn;
      const { messageId, sentAt, albumId } = message;
      const long = message.text.length >= splitAt;
      if (meant && (goesOn || long || albumId !== undefined))
        remember(lasts, key, { messageId, sentAt, ...(albumId === undefined ? {} : { albumId }), long, at: now });
      else lasts.delete(key);
      return meant;
    },
  };
}

function continues(last: Last, next: InboundMessage): boolean {
  if (last.albumId !== undefined || next.albumId !== undefined) return last.albumId === next.albumId;
  // A forward, a file and another bot's command are messages of their own.
  const plain = next.attachments.length === 0 && next.forwardedFrom === undefined && !isForAnother(next.text);
  return plain && last.long && Math.abs(next.sentAt - last.sentAt) <= partGapMs;
}

/** `/stop@other_bot` is another bot's; the name of ours is taken off before. Pure. */
export function isForAnother(text: string): boolean {
  return /^\/\S*@/.test(text);
}

function forget(lasts: Map<string, Last>, before: number): void {
  for (const [key, { at }] of lasts) {
    if (at >= before) return;
    lasts.delete(key);
  }
}
