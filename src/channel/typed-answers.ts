import type { IngressWords } from "../model/catalog/ingress.ts";
import { createMint } from "../model/mint.ts";
import type { ButtonRecord, RequestAnswer, RequestRecord } from "../model/request.ts";
import { type IngressDeps, type MessageEvent, wordsOf } from "./ingress-deps.ts";
import { type Note, noteBody, tell } from "./notice.ts";
import type { IngressStore } from "./port.ts";
import { settle, soleAnswer } from "./settling.ts";

type Reservation = NonNullable<Awaited<ReturnType<IngressStore["reserved"]>>>;

/**
 * Takes a message as the text its author was asked for (a reason, a free answer). False: it is an ordinary message. The
 * reservation ends only with the step that makes the text durable, so a kill in between changes nothing.
 */
export async function takeAsAnswer(deps: IngressDeps, event: MessageEvent): Promise<boolean> {
  const { chat, message } = event;
  if (message.text.trim() === "") return false;
  const reserved = await deps.store.reserved(chat, message.person.id);
  const record = reserved === undefined ? undefined : await deps.store.request(reserved.request);
  if (reserved === undefined || record === undefined) return false;
  const given = answerOf(record, reserved, message.text);
  if (given === undefined) await collect(deps, event, record, reserved);
  else await answer(deps, event, record, given);
  return true;
}

async function answer(
  deps: IngressDeps,
  event: MessageEvent,
  record: RequestRecord,
  given: RequestAnswer,
): Promise<void> {
  const { message, chat, dedupe } = event;
  const words = await wordsOf(deps, chat);
  const told = await settle(deps, words, record, message.person, given, { chat, dedupe });
  // An older message delivered again: the person's own text is still to come.
  if (told.seen) return;
  if (told.taken) {
    await tell(deps.store, deps.log, chat, { text: echo(words, record, given), replyTo: message.messageId });
    return;
  }
  // Said before it is marked: the text itself is in that note, twice is better than never.
  const { note, records } = notUsed(deps, event, words, told.text);
  await deps.store.say(chat, noteBody({ ...note, replyTo: message.messageId }), records);
  await deps.store.once(chat, dedupe);
  await deps.store.unreserve(chat, message.person.id);
}

/** Undefined: one of several questions, which the actor collects. */
function answerOf(record: RequestRecord, reserved: Reservation, text: string): RequestAnswer | undefined {
  if (reserved.question !== undefined) return soleAnswer(record, text);
  return { kind: "decision", decision: "decline", reason: text };
}

async function collect(
  deps: IngressDeps,
  event: MessageEvent,
  record: RequestRecord,
  reserved: Reservation,
): Promise<void> {
  const { body } = record.request;
  const index = body.kind === "question" ? body.questions.findIndex((q) => q.id === reserved.question) : -1;
  const act = { act: "choose", request: record.number, index, option: event.message.text } as const;
  const { person } = event.message;
  const result = await deps.store.ingest(event.chat, event.dedupe, { kind: "button", person, act }, event.at);
  if (result === "taken") await deps.store.unreserve(event.chat, person.id);
}

function echo(words: IngressWords, record: RequestRecord, answer: RequestAnswer): string {
  if (answer.kind === "answers") return words.answered(record.number);
  return words.declined(record.number, answer.reason ?? "");
}

/** The request is over: the text must not vanish with it. */
function notUsed(
  deps: IngressDeps,
  event: MessageEvent,
  words: IngressWords,
  why: string,
): { readonly note: Note; readonly records: readonly ButtonRecord[] } {
  const { text, messageId } = event.message;
  const mint = createMint(event.chat, deps.nonce);
  const button = mint.button(words.sendAsText, { act: "sendAsText", text, messageId });
  return { note: { text: words.notUsed(why), buttons: [button] }, records: mint.records };
}
