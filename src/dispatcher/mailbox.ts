import type { Waiting, WhileBusy } from "../model/chat.ts";
import type { MailId, MessageId } from "../model/ids.ts";
import type { InboundMessage, MailItem } from "../model/message.ts";

/** A part this long may be the first of a paste the client split. */
const splitAt = 4000;
/** Platform dates of a split paste lie this close, ms. */
const splitGapMs = 1000;
/** How long to wait for the next part, ms since the last one arrived. */
const splitQuietMs = 1000;
/** How long to wait for the rest of an album, ms since its last part arrived. */
const albumQuietMs = 700;
/** Forwards of one person this close to their comment belong to it, ms. */
const forwardGapMs = 1000;

/** Messages that make one input for Codex, in order. */
export interface Group {
  readonly messages: readonly InboundMessage[];
  /** Everything to be acked with it: the messages and their edits. */
  readonly mailIds: readonly MailId[];
  readonly messageId: MessageId;
}

/** Mail with the time it was read at, of the clock's uptime. */
export interface Arrived extends MailItem {
  readonly arrivedAt: number;
}

/** What stands first among the prompts that nothing has taken yet. */
export type NextGroup = { readonly group: Group } | { readonly waitMs: number } | undefined;

/** Mail with what Codex reads of it. */
interface Part extends Arrived {
  readonly message: InboundMessage;
}

/** Prompts not in `taken`, with edits applied; the oldest group, or how long its rest may still take. Pure. */
export function nextGroup(mail: readonly Arrived[], taken: ReadonlySet<MailId>, now: number): NextGroup {
  const free = partsOf(mail.filter((m) => m.mail.kind === "prompt" && !taken.has(m.id)));
  const first = free[0];
  if (first === undefined) return undefined;
  const parts = [first];
  for (const item of free.slice(1)) {
    const last = parts.at(-1) ?? first;
    if (!joins(last.message, item.message)) break;
    parts.push(item);
  }
  const last = parts.at(-1) ?? first;
  const wait = quietMs(last.message) - (now - last.arrivedAt);
  if (parts.length === free.length && wait > 0) return { waitMs: wait };
  return { group: groupOf(parts, mail) };
}

/** The group of waiting mail, again with its edits. Undefined when its mail is gone. */
export function groupOfIds(mail: readonly Arrived[], ids: readonly MailId[]): Group | undefined {
  const parts = partsOf(mail.filter((m) => ids.includes(m.id)));
  return parts.length === 0 ? undefined : groupOf(parts, mail);
}

/** Which waiting entry runs next; held ones never do by themselves. */
export function nextWaiting(waiting: readonly Waiting[]): Waiting | undefined {
  return waiting.find((w) => w.first === true) ?? waiting.find((w) => w.held !== true);
}

/** How a message is taken while a turn runs: a forward follows its sender's comment into the turn. */
export function busyMode(
  mode: WhileBusy,
  group: Group,
  comment: { readonly person: string; readonly sentAt: number } | undefined,
): WhileBusy {
  const first = group.messages[0];
  if (first?.forwardedFrom === undefined || comment === undefined) return mode;
  return first.person.id === comment.person && Math.abs(first.sentAt - comment.sentAt) <= forwardGapMs ? "steer" : mode;
}

function partsOf(mail: readonly Arrived[]): readonly Part[] {
  return mail.flatMap((item) => {
    const message = messageOf(item);
    return message === undefined ? [] : [{ ...item, message }];
  });
}

/** `/new fix it`, also once it was asked about: the rest of the command is the message. */
function messageOf({ mail }: Arrived): InboundMessage | undefined {
  if (mail.kind === "prompt") return mail.message;
  if (mail.kind === "command") return { ...mail.message, text: mail.command.args };
  if (mail.kind !== "button" || mail.act.act !== "command" || mail.act.message === undefined) return undefined;
  return { ...mail.act.message, text: mail.act.args };
}

function joins(a: InboundMessage, b: InboundMessage): boolean {
  if (a.person.id !== b.person.id) return false;
  if (a.albumId !== undefined) return a.albumId === b.albumId;
  const adjacent = Number(b.messageId) === Number(a.messageId) + 1;
  return adjacent && a.text.length >= splitAt && b.albumId === undefined && Math.abs(b.sentAt - a.sentAt) <= splitGapMs;
}

function quietMs(message: InboundMessage): number {
  if (message.albumId !== undefined) return albumQuietMs;
  return message.text.length >= splitAt ? splitQuietMs : 0;
}

function groupOf(parts: readonly Part[], mail: readonly Arrived[]): Group {
  const edits = mail.filter((m) => m.mail.kind === "edit");
  const used: MailId[] = [];
  const messages = parts.map((part) => {
    const original = part.message;
    used.push(part.id);
    let text = original;
    for (const edit of edits) {
      if (edit.mail.kind !== "edit" || edit.mail.message.messageId !== original.messageId) continue;
      text = { ...original, text: edit.mail.message.text };
      used.push(edit.id);
    }
    return text;
  });
  const head = messages[0];
  if (head === undefined) throw new Error("a group has at least one message");
  return { messages, mailIds: used, messageId: head.messageId };
}
