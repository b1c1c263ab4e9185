import type { MailId } from "../model/ids.ts";
import { type ActorContext, text } from "./context.ts";
import { groupOfIds } from "./mailbox.ts";
import { steerGroup } from "./steer.ts";

/** [Steer now], [Run next] or [Drop] on a message that waits; of one that no longer does, nothing. */
export async function onWaiting(
  a: ActorContext,
  mailId: MailId,
  how: "steerNow" | "runNext" | "drop",
  about: MailId,
): Promise<void> {
  const waiting = a.waiting.find((w) => w.mailIds.includes(about));
  if (waiting === undefined) return a.commit({ ack: [mailId] });
  const rest = a.waiting.filter((w) => w !== waiting);
  const note = (words: string) => ({ op: "edit" as const, slot: waiting.slot, content: text(words), orSend: false });
  if (how === "drop") {
    const mark = { op: "mark" as const, messageId: waiting.messageId, mark: "dropped" as const };
    return a.commit({ ack: [mailId, ...waiting.mailIds], waiting: rest, ops: [note(a.words.dropped), mark] });
  }
  const group = groupOfIds(a.mail, waiting.mailIds);
  if (how === "steerNow" && a.turn?.turnId !== undefined && !a.closing && group !== undefined) {
    await a.commit({ ack: [mailId], waiting: rest, ops: [note(a.words.steered)] });
    return steerGroup(a, group);
  }
  const { held: _held, ...free } = waiting;
  await a.commit({
    ack: [mailId],
    waiting: [{ ...free, first: true }, ...rest.map(({ first: _first, ...w }) => w)],
    ops: [note(a.words.runsNext)],
  });
}
