import type { ChatKey, MessageId } from "../model/ids.ts";
import { isWork } from "../model/mailbox-room.ts";
import type { Mail } from "../model/message.ts";
import { type IngressDeps, wordsOf } from "./ingress-deps.ts";
import { tell } from "./notice.ts";
import type { InboundEvent } from "./port.ts";
import { remember } from "./remember.ts";

/** The note about a full mailbox comes at most this often per chat, ms. */
const fullNoteMs = 60_000;

/** When a chat was told last that its mailbox is full, ms since the epoch; by chat and whether it was for work. */
export type FullNotes = Map<string, number>;

/**
 * Stores what an event became; true when it is new in the mailbox. A full mailbox is told, as a reply to `about` if
 * given, at most once a minute. Rejects as the store does.
 */
export async function storeMail(
  deps: IngressDeps,
  notes: FullNotes,
  event: Pick<InboundEvent, "dedupe" | "at"> & { readonly chat: ChatKey },
  mail: Mail,
  about?: MessageId,
): Promise<boolean> {
  const { chat, dedupe, at } = event;
  const result = await deps.store.ingest(chat, dedupe, mail, at);
  if (result !== "full") return result === "taken";
  deps.log.warn({ chat, kind: mail.kind }, "mailbox is full, mail is refused");
  const work = isWork(mail);
  const now = deps.clock.now();
  const key = `${chat} ${work}`;
  if (now - (notes.get(key) ?? Number.NEGATIVE_INFINITY) < fullNoteMs) return false;
  remember(notes, key, now);
  const words = await wordsOf(deps, chat);
  const text = work ? words.full(deps.mailboxCap ?? 500) : words.crowded;
  await tell(deps.store, deps.log, chat, { text, ...(about === undefined ? {} : { replyTo: about }) });
  return false;
}
