import { CodexError } from "../codex/port.ts";
import { BridgeError } from "../model/errors.ts";
import type { MailId } from "../model/ids.ts";
import type { InboundCommand, MailItem } from "../model/message.ts";
import { onAnswer } from "./approvals.ts";
import { runCommand } from "./commands.ts";
import { type ActorContext, text } from "./context.ts";
import type { Arrived } from "./mailbox.ts";
import { whyText } from "./not-started.ts";
import { beginsTurn, holdBack } from "./pause.ts";
import { onOk, onRecall } from "./recall.ts";
import { feedRunning, steerGroup } from "./steer.ts";
import { stopTurn } from "./stop.ts";
import { onButton } from "./taps.ts";
import { startNext } from "./turn-start.ts";

/**
 * Reads new mail, hands control over at once, then lets prompts go on. Answers how long to wait for a joined message, or
 * that another worker has the chat's project, or stands in for this one: what waits is that one's.
 */
export async function pump(a: ActorContext): Promise<number | undefined | "elsewhere"> {
  await readMail(a);
  const holding = a.parts.holding?.() !== undefined;
  for (const item of a.mail.filter((m) => !a.handled.has(m.id)))
    if (!holding || a.turn !== undefined || !beginsTurn(item.mail)) await onControl(a, item);
  if (a.turn === undefined && !holding) await runDelayed(a);
  await onEdits(a);
  if (a.turn === undefined && (await isElsewhere(a))) return "elsewhere";
  if (holding && a.turn === undefined) return holdBack(a);
  const before = a.turn;
  const wait = a.turn === undefined ? await startNext(a) : await feedRunning(a);
  return before === undefined && a.turn !== undefined ? undefined : wait;
}

/** The chat's project is another worker's. */
export async function isElsewhere({ binding, parts }: ActorContext): Promise<boolean> {
  return binding.project !== undefined && (await parts.projects.elsewhere(binding.project));
}

/** Everything unread, in order. */
export async function readMail(a: ActorContext): Promise<void> {
  for (;;) {
    const items = await a.patiently(() => a.parts.store.readMail(a.chat, a.lastRead, 200));
    for (const item of items) a.mail.push({ ...item, arrivedAt: a.parts.clock.uptime() });
    a.lastRead = items.at(-1)?.id ?? a.lastRead;
    if (items.length < 200) return;
  }
}

async function onControl(a: ActorContext, item: MailItem): Promise<void> {
  const mail = item.mail;
  if (mail.kind === "prompt" || mail.kind === "edit") return;
  if (a.taken().has(item.id)) return;
  a.handled.add(item.id);
  try {
    await carryOut(a, item);
  } catch (error) {
    // What one tap or command runs into is told; it must not take the chat down, or come again for ever.
    const told = error instanceof CodexError || (error instanceof BridgeError && error.code !== "leaseLost");
    if (!told) throw error;
    const ref = a.parts.ref();
    a.log.warn({ error, ref, kind: mail.kind }, "control mail fails");
    await a.say(text(`${a.words.couldNotDo(whyText(a, error))}\nref ${ref}`), { ack: [item.id] });
  }
}

async function carryOut(a: ActorContext, item: MailItem): Promise<void> {
  const mail = item.mail;
  switch (mail.kind) {
    case "prompt":
    case "edit":
      return;
    case "stop":
      return stopTurn(a, item.id, mail.draftId === undefined ? undefined : slotOfDraft(a, mail.draftId));
    case "recall":
      return onRecall(a, item.id, mail.messageId);
    case "ok":
      return onOk(a, item.id, mail.messageId);
    case "answer":
      return onAnswer(a, item.id, mail);
    case "button":
      return onButton(a, item, mail.act, mail.person);
    case "command":
      return runCommand(a, item.id, mail.command, mail.message.person, undefined, mail.message);
  }
}

/** A draft's stop button names the draft, and the draft its turn; one of an earlier turn stops nothing. */
function slotOfDraft(a: ActorContext, draftId: number): string {
  const slot = a.turn?.slot;
  return slot !== undefined && a.parts.draftId(slot) === draftId ? slot : "another turn";
}

async function runDelayed(a: ActorContext): Promise<void> {
  if (a.later !== undefined && a.later.at <= a.now) {
    a.handled.delete(a.later.mailId);
    a.later = undefined;
    return;
  }
  const next = a.afterTurn.shift();
  if (next !== undefined) await runCommand(a, next.mailId, next.command, next.person, undefined, next.message);
}

/**
 * An edit of what still waits is read with it; of the running turn it corrects; of anything older it is ignored. One
 * that makes a command of a message is that command, in the place of the message.
 */
async function onEdits(a: ActorContext): Promise<void> {
  for (const item of a.mail.filter((m) => m.mail.kind === "edit" && !a.handled.has(m.id))) {
    if (item.mail.kind !== "edit" || a.taken().has(item.id)) continue;
    const { message: edited, command } = item.mail;
    const original = a.mail.find((m) => m.mail.kind === "prompt" && m.mail.message.messageId === edited.messageId);
    const inTurn =
      a.turn !== undefined &&
      (edited.messageId === a.turn.messageId ||
        (original !== undefined && a.turn.steers.some((s) => s.mailIds.includes(original.id))));
    if (original === undefined && !inTurn) await a.commit({ ack: [item.id] });
    else if (command !== undefined) await becomeCommand(a, item, command, inTurn ? undefined : original?.id);
    else if (inTurn && a.turn?.turnId !== undefined && !a.closing) {
      a.handled.add(item.id);
      await steerGroup(a, {
        messages: [{ ...edited, text: `${a.words.corrected} ${edited.text}` }],
        mailIds: [item.id],
        messageId: edited.messageId,
      });
    }
  }
}

/** `waits`: the message it was, which is taken back. What the edge settles (`/approve`) an edit does not do. */
async function becomeCommand(
  a: ActorContext,
  item: Arrived,
  command: InboundCommand,
  waits: MailId | undefined,
): Promise<void> {
  if (item.mail.kind !== "edit") return;
  a.handled.add(item.id);
  if (waits !== undefined)
    await a.commit({ ack: [waits], waiting: a.waiting.filter((w) => !w.mailIds.includes(waits)) });
  await runCommand(a, item.id, command, item.mail.message.person, undefined, item.mail.message);
}
