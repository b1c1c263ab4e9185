import { commandWords } from "../model/catalog/commands.ts";
import type { MailId } from "../model/ids.ts";
import type { MailItem } from "../model/message.ts";
import { type ActorContext, text } from "./context.ts";
import { commandOf, compareIds, type Edits, editsOf, isPrompt, type NextGroup, nextGroup } from "./mailbox.ts";

/** A command, not carried out yet, that has to do with the conversation: what was written before it belongs to the old one. */
export function keepsPlace(a: ActorContext, item: MailItem, edits: Edits): boolean {
  if (a.handled.has(item.id) || isInTurn(a, item.id)) return false;
  const command = commandOf(item, edits);
  return command !== undefined && a.parts.commands.get(command.name)?.duringTurn === "ask";
}

/**
 * It waits until what was written before it is taken: it was there when the running turn began, or none runs and prompts
 * stand before it. Those go on by themselves, so nothing waits for ever; what only a tap can start is not waited for.
 */
export function isBehind(a: ActorContext, item: MailItem, edits: Edits): boolean {
  if (!keepsPlace(a, item, edits)) return false;
  if (a.turn !== undefined)
    return a.turn.readTo !== undefined && compareIds(asItReads(item, edits), a.turn.readTo) <= 0;
  const held = new Set(a.waiting.flatMap((w) => (w.held === true ? w.mailIds : [])));
  const first = a.mail.find((m) => !held.has(m.id) && (isPrompt(m, edits) || keepsPlace(a, m, edits)));
  return first !== undefined && first.id !== item.id;
}

/** The prompts that go on next: none that was written behind a command which keeps its place. */
export function nextInPlace(a: ActorContext): NextGroup {
  const taken = a.taken();
  const edits = editsOf(a.mail);
  const end = a.mail.findIndex((m) => !taken.has(m.id) && keepsPlace(a, m, edits));
  return nextGroup(a.mail, taken, a.parts.clock.uptime(), end === -1 ? undefined : end);
}

/** Told once, where a turn may take long. */
export async function tellBehind(a: ActorContext, item: MailItem): Promise<void> {
  if (a.turn === undefined || a.behind.has(item.id)) return;
  a.behind.add(item.id);
  const replyTo = "message" in item.mail ? { replyTo: item.mail.message.messageId } : {};
  await a.say(text(commandWords[a.language].afterTurn), {}, { ring: false, ...replyTo });
}

/** Handed to the running turn, or on its way there. */
export function isInTurn(a: ActorContext, id: MailId): boolean {
  return a.turn !== undefined && (a.turn.mailIds.includes(id) || a.turn.steers.some((s) => s.mailIds.includes(id)));
}

/**
 * Nothing has taken this control mail. A waiting message that was edited into a command waits no more for itself; one
 * that waits as the command it is (its start failed) does.
 */
export async function isFree(a: ActorContext, item: MailItem, edits: Edits): Promise<boolean> {
  if (a.building.has(item.id) || isInTurn(a, item.id)) return false;
  const waiting = a.waiting.find((w) => w.mailIds.includes(item.id));
  if (waiting === undefined) return true;
  if (waiting.mailIds.includes(asItReads(item, edits))) return false;
  await a.commit({ waiting: a.waiting.filter((w) => w !== waiting) });
  return true;
}

/** The mail that makes it what it is: its newest edit, or itself. */
function asItReads({ id, mail }: MailItem, edits: Edits): MailId {
  return ("message" in mail ? edits.get(mail.message.messageId)?.id : undefined) ?? id;
}
