import type { IngressWords } from "../model/catalog/ingress.ts";
import type { RequestNumber } from "../model/ids.ts";
import type { InboundCommand } from "../model/message.ts";
import type { RequestAnswer, RequestRecord, Right } from "../model/request.ts";
import { readNumbered } from "./command-line.ts";
import { type IngressDeps, type MessageEvent, wordsOf } from "./ingress-deps.ts";
import { noteBody, tell } from "./notice.ts";
import type { Once } from "./once.ts";
import { onlyText, settle } from "./settling.ts";

/** `/approve [n]` and `/decline [n] [why]`: the same road as a tap, the toast becomes a note. Rejects when the store does. */
export async function answerByText(
  deps: IngressDeps,
  once: Once,
  event: MessageEvent,
  rights: ReadonlySet<Right>,
  command: InboundCommand,
): Promise<void> {
  const { chat, dedupe, message } = event;
  const words = await wordsOf(deps, chat);
  const { text, answered } = rights.has("approve")
    ? await outcome(deps, event, words, command)
    : { text: await onlyText(deps, words, "approve", event.at), answered: false };
  if (text === undefined) return;
  const note = { text, replyTo: message.messageId };
  // The answer itself marked the message as dealt with.
  if (answered) await tell(deps.store, deps.log, chat, note);
  else await once.run(chat, dedupe, () => deps.store.say(chat, noteBody(note)));
}

/** What to say; `answered`: it was durable in the same step. No text: the message was dealt with before. */
interface Outcome {
  readonly text: string | undefined;
  readonly answered: boolean;
}

async function outcome(
  deps: IngressDeps,
  event: MessageEvent,
  words: IngressWords,
  command: InboundCommand,
): Promise<Outcome> {
  const { number, rest } = readNumbered(command.args);
  const record = await meant(deps, event, words, command.name, number);
  if (typeof record === "string") return { text: record, answered: false };
  // "/approve no, wait" means anything but yes.
  if (command.name === "approve" && rest !== "") return { text: words.approveAlone(record.number), answered: false };
  const answer: RequestAnswer = {
    kind: "decision",
    decision: command.name === "approve" ? "accept" : "decline",
    ...(command.name === "approve" || rest === "" ? {} : { reason: rest }),
  };
  if (record.request.body.kind === "question" && command.name === "approve")
    return { text: words.isQuestion(record.number), answered: false };
  const { chat, dedupe } = event;
  const told = await settle(deps, words, record, event.message.person, answer, { chat, dedupe });
  if (told.seen) return { text: undefined, answered: true };
  const reason = told.taken ? answer.reason : undefined;
  const text = reason === undefined ? words.takenNote(told.text, record.number) : words.declined(record.number, reason);
  return { text, answered: told.taken };
}

/** The request that is meant, or the sentence why it is not clear. */
async function meant(
  deps: IngressDeps,
  event: MessageEvent,
  words: IngressWords,
  name: string,
  number: number | undefined,
): Promise<RequestRecord | string> {
  if (number !== undefined) {
    const record = await deps.store.request(number as RequestNumber);
    if (record === undefined) return words.notOpen(number);
    // An owner has every right everywhere; anybody else answers where the request is asked.
    const here = record.chat === event.chat || (await deps.access.owns(event.message.person));
    return here ? record : words.notOpen(number);
  }
  const open = await deps.store.openRequests(event.chat);
  const [first] = open;
  if (first === undefined) return words.noneOpen;
  if (open.length === 1) return first;
  return words.whichOpen(open.map((r) => `#${r.number}`).join(", "), `/${name} ${first.number}`);
}
