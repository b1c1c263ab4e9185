import type { Waiting, WhileBusy } from "../model/chat.ts";
import type { MailId, MessageId } from "../model/ids.ts";
import type { InboundCommand, InboundMessage, MailItem } from "../model/message.ts";
import { splitAt } from "../model/split-paste.ts";

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

/**
 * Prompts not in `taken`, with edits applied; the oldest group, or how long its rest may still take. `end`: only those
 * before this index. Pure.
 */
export function nextGroup(
  mail: readonly Arrived[],
  taken: ReadonlySet<MailId>,
  now: number,
  end = mail.length,
): NextGroup {
  const edits = editsOf(mail);
  const free = partsOf(mail.slice(0, end).filter((m) => !taken.has(m.id) && isPrompt(m, edits)));
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

/** The edit that counts, by message. */
export type Edits = ReadonlyMap<MessageId, Extract<MailItem["mail"], { kind: "edit" }> & { readonly id: MailId }>;

/** The newest edit of each message. Pure. */
export function editsOf(mail: readonly MailItem[]): Edits {
  return new Map(
    mail.flatMap((m) => (m.mail.kind === "edit" ? [[m.mail.message.messageId, { ...m.mail, id: m.id }]] : [])),
  );
}

/** The command that mail is; of a message that was edited, as it reads now. A tap that answers our question is none. Pure. */
export function commandOf({ mail }: MailItem, edits: Edits): InboundCommand | undefined {
  if (mail.kind === "button") return mail.act.act === "command" && mail.act.how === undefined ? mail.act : undefined;
  if (mail.kind !== "prompt" && mail.kind !== "command") return undefined;
  const edit = edits.get(mail.message.messageId);
  if (edit !== undefined) return edit.command;
  return mail.kind === "command" ? mail.command : undefined;
}

/** A message for Codex, as it reads now: a command may have been edited into one. Pure. */
export function isPrompt(item: MailItem, edits: Edits): boolean {
  const { kind } = item.mail;
  return (kind === "prompt" || kind === "command") && commandOf(item, edits) === undefined;
}

/** Order of arrival: negative, zero or positive. Pure. */
export function compareIds(x: MailId | undefined, y: MailId | undefined): number {
  const [xMs = 0, xSeq = 0] = (x ?? "").split("-").map(Number);
  const [yMs = 0, ySeq = 0] = (y ?? "").split("-").map(Number);
  return xMs - yMs || xSeq - ySeq;
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
      text = { ...original, text: edit.mail.command?.args ?? edit.mail.message.text };
      used.push(edit.id);
    }
    return text;
  });
  const head = messages[0];
  if (head === undefined) throw new Error("a group has at least one message");
  return { messages, mailIds: used, messageId: head.messageId };
}
