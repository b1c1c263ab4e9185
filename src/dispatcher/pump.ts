import { CodexError } from "../codex/port.ts";
import { BridgeError } from "../model/errors.ts";
import type { MailId } from "../model/ids.ts";
import type { InboundCommand, Mail, MailItem } from "../model/message.ts";
import { onAnswer } from "./approvals.ts";
import { runCommand } from "./commands.ts";
import { type ActorContext, text } from "./context.ts";
import { type Arrived, commandOf, type Edits, editsOf, groupOfIds } from "./mailbox.ts";
import { whyText } from "./not-started.ts";
import { beginsTurn, holdBack, isStart } from "./pause.ts";
import { isBehind, isFree, isInTurn, tellBehind } from "./place.ts";
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
  const ran = a.turn !== undefined;
  await onControls(a, holding);
  // Ended before Codex heard of it: what stood behind it goes on.
  if (ran && a.turn === undefined) await onControls(a, holding);
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

async function onControls(a: ActorContext, holding: boolean): Promise<void> {
  const edits = editsOf(a.mail);
  for (const item of a.mail.filter((m) => !a.handled.has(m.id))) await onControl(a, item, edits, holding);
}

async function onControl(a: ActorContext, item: Arrived, edits: Edits, holding: boolean): Promise<void> {
  const command = commandOf(item, edits);
  const { kind } = item.mail;
  if (kind === "edit" || ((kind === "prompt" || kind === "command") && command === undefined)) return;
  // A stop or a recall before it took it back.
  if (!a.mail.includes(item) || !(await isFree(a, item, edits))) return;
  if (holding && a.turn === undefined && (beginsTurn(item.mail) || (command !== undefined && isStart(command)))) return;
  if (isBehind(a, item, edits)) return tellBehind(a, item);
  a.handled.add(item.id);
  await carefully(a, kind, [item.id], () => carryOut(a, item, command));
}

/** What one tap or command runs into is told; it must not take the chat down, or come again for ever. */
async function carefully(
  a: ActorContext,
  kind: Mail["kind"],
  ack: readonly MailId[],
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    const told = error instanceof CodexError || (error instanceof BridgeError && error.code !== "leaseLost");
    if (!told) throw error;
    const ref = a.parts.ref();
    a.log.warn({ error, ref, kind }, "control mail fails");
    await a.say(text(`${a.words.couldNotDo(whyText(a, error))}\nref ${ref}`), { ack });
  }
}

async function carryOut(a: ActorContext, item: MailItem, command: InboundCommand | undefined): Promise<void> {
  const mail = item.mail;
  switch (mail.kind) {
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
    case "prompt":
    case "command": {
      const group = groupOfIds(a.mail, [item.id]);
      if (command === undefined || group === undefined) return;
      return runCommand(a, group.mailIds, command, mail.message.person, undefined, group.messages[0]);
    }
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
  if (next === undefined) return;
  const { ids, command, person, message } = next;
  await carefully(a, "button", ids, () => runCommand(a, ids, command, person, undefined, message));
}

/** An edit of what still waits is read with it; of the running turn it corrects; of anything older it is ignored. */
async function onEdits(a: ActorContext): Promise<void> {
  for (const item of a.mail.filter((m) => m.mail.kind === "edit" && !a.handled.has(m.id))) {
    if (item.mail.kind !== "edit" || a.taken().has(item.id)) continue;
    const { message: edited, command } = item.mail;
    const original = a.mail.find(
      ({ mail }) => (mail.kind === "prompt" || mail.kind === "command") && mail.message.messageId === edited.messageId,
    );
    const inTurn = edited.messageId === a.turn?.messageId || (original !== undefined && isInTurn(a, original.id));
    if (original === undefined && !inTurn) await a.commit({ ack: [item.id] });
    else if (!inTurn) continue;
    else if (command !== undefined) {
      a.handled.add(item.id);
      const message = { ...edited, text: command.args };
      await carefully(a, "edit", [item.id], () => runCommand(a, [item.id], command, edited.person, undefined, message));
    } else if (a.turn?.turnId !== undefined && !a.closing) {
      a.handled.add(item.id);
      await steerGroup(a, {
        messages: [{ ...edited, text: `${a.words.corrected} ${edited.text}` }],
        mailIds: [item.id],
        messageId: edited.messageId,
      });
    }
  }
}
