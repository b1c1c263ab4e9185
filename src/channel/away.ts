import type { IngressWords } from "../model/catalog/ingress.ts";
import type { ChatKey, MessageId } from "../model/ids.ts";
import { type Absence, absenceLines } from "./absence.ts";
import { type IngressDeps, type MessageEvent, wordsOf } from "./ingress-deps.ts";
import { noteBody, tell } from "./notice.ts";
import type { Once } from "./once.ts";
import { awayNote } from "./stranded.ts";

/** Answers `/status` of a chat whose machine is away, in the machine's place. False: its machine answers. */
export async function answeredHere(deps: IngressDeps, once: Once, event: MessageEvent): Promise<boolean> {
  const { chat, dedupe, message } = event;
  const absence = await absenceOf(deps, chat);
  if (absence === undefined || deps.absences === undefined) return false;
  const [backlog, open, words] = await Promise.all([
    deps.absences.backlog(chat),
    deps.store.openRequests(chat),
    wordsOf(deps, chat),
  ]);
  const requests = open.map((record) => record.number);
  const [text = "", ...more] = absenceLines(words, absence, { ...backlog, requests }, deps.timeZone);
  await once.run(chat, dedupe, () => deps.store.say(chat, noteBody({ text, more, replyTo: message.messageId })));
  return true;
}

/** Says of a stored command that it waits for its machine; of the first in an outage, the watch's own note does. Never rejects. */
export async function tellWaits(deps: IngressDeps, chat: ChatKey, command: string, replyTo?: MessageId): Promise<void> {
  const absence = await absenceOf(deps, chat);
  if (absence === undefined) return;
  try {
    if (!absence.leaving && !(await deps.store.seen(chat, awayNote(absence.outage)))) return;
    const words = await wordsOf(deps, chat);
    const text = words.commandWaits(command, absence.host);
    await tell(deps.store, deps.log, chat, { text, ...(replyTo === undefined ? {} : { replyTo }) });
  } catch (error) {
    deps.log.warn({ err: error, chat }, "that a command waits is not told");
  }
}

/** The toast of a tap that waits for its machine; undefined when that answers. */
export async function tapWaits(deps: IngressDeps, chat: ChatKey, words: IngressWords): Promise<string | undefined> {
  const absence = await absenceOf(deps, chat);
  return absence && words.tapWaits(absence.host);
}

/** What is not known now is no fault of the event: it is stored all the same. */
async function absenceOf({ absences, log }: IngressDeps, chat: ChatKey): Promise<Absence | undefined> {
  return absences?.of(chat).catch((error: unknown) => {
    log.warn({ err: error, chat }, "who serves a chat is not known");
    return undefined;
  });
}
