import type { IngressWords } from "../model/catalog/ingress.ts";
import type { RequestNumber } from "../model/ids.ts";
import type { InboundCommand } from "../model/message.ts";
import type { RequestAnswer, RequestRecord, Right } from "../model/request.ts";
import { readNumbered } from "./command-line.ts";
import { type IngressDeps, type MessageEvent, wordsOf } from "./desk.ts";
import { noteBody } from "./notice.ts";
import { onlyText, settle } from "./settling.ts";

/** `/approve [n]` and `/decline [n] [why]`: the same road as a tap, the toast becomes a note. Rejects when the store does. */
export async function answerByText(
  deps: IngressDeps,
  event: MessageEvent,
  rights: ReadonlySet<Right>,
  command: InboundCommand,
): Promise<void> {
  const words = await wordsOf(deps, event.chat);
  const text = rights.has("approve")
    ? await outcome(deps, event, words, command)
    : await onlyText(deps, words, "approve");
  await deps.store.say(event.chat, noteBody({ text, replyTo: event.message.messageId }));
}

async function outcome(
  deps: IngressDeps,
  event: MessageEvent,
  words: IngressWords,
  command: InboundCommand,
): Promise<string> {
  const { number, rest } = readNumbered(command.args);
  const record = await meant(deps, event, words, command.name, number);
  if (typeof record === "string") return record;
  const answer: RequestAnswer = {
    kind: "decision",
    decision: command.name === "approve" ? "accept" : "decline",
    ...(command.name === "approve" || rest === "" ? {} : { reason: rest }),
  };
  if (record.request.body.kind === "question" && command.name === "approve") return words.isQuestion(record.number);
  const told = await settle(deps, words, record, event.message.person, answer);
  if (told.taken && answer.reason !== undefined) return words.declined(record.number, answer.reason);
  return words.takenNote(told.text, record.number);
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
    return record === undefined || record.chat !== event.chat ? words.notOpen(number) : record;
  }
  const open = await deps.store.openRequests(event.chat);
  const [first] = open;
  if (first === undefined) return words.noneOpen;
  if (open.length === 1) return first;
  return words.whichOpen(open.map((r) => `#${r.number}`).join(", "), `/${name} ${first.number}`);
}
