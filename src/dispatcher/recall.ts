import type { MailId, MessageId } from "../model/ids.ts";
import { type ActorContext, text } from "./context.ts";
import { endEarly } from "./not-started.ts";
import { onWaiting } from "./waiting.ts";

/** A message was taken back: what has not started is dropped; for what runs, the chat is asked. */
export async function onRecall(a: ActorContext, mailId: MailId, messageId: MessageId): Promise<void> {
  const turn = a.turn;
  const own = a.mail.flatMap((m) => ("message" in m.mail && m.mail.message.messageId === messageId ? [m.id] : []));
  if (turn?.messageId === messageId) {
    if (turn.turnId === undefined && !a.sent) return endEarly(a, turn, [mailId, ...own]);
    return askToStop(a, mailId, turn.slot);
  }
  if (turn?.steers.some((s) => s.messageId === messageId) === true) return askToStop(a, mailId, turn.slot);
  const waiting = a.waiting.find((w) => w.messageId === messageId);
  if (waiting !== undefined) return onWaiting(a, mailId, "drop", waiting.mailIds[0] ?? mailId);
  const taken = a.taken();
  // Whose files are still being fetched has not gone to Codex yet.
  const dropped = own.filter((id) => a.building.has(id) || (!taken.has(id) && !a.handled.has(id)));
  await a.commit({ ack: [mailId, ...dropped] });
}

async function askToStop(a: ActorContext, mailId: MailId, slot: string): Promise<void> {
  const mint = a.mint();
  const words = a.words;
  const buttons = [[mint.button(words.buttons.stop, { act: "stop", slot }, "danger")]];
  await a.say({ ...text(words.tookBack), buttons }, { ack: [mailId] }, { mint });
}

/** An OK on a waiting message hands it to the running turn; on anything else it is just friendly. */
export async function onOk(a: ActorContext, mailId: MailId, messageId: MessageId): Promise<void> {
  const waiting = a.waiting.find((w) => w.messageId === messageId);
  const head = waiting?.mailIds[0];
  if (head === undefined) return a.commit({ ack: [mailId] });
  await onWaiting(a, mailId, "steerNow", head);
}
