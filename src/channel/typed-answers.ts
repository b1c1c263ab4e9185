import type { IngressWords } from "../model/catalog/ingress.ts";
import { createMint } from "../model/mint.ts";
import type { ButtonRecord, RequestAnswer, RequestRecord } from "../model/request.ts";
import { type IngressDeps, type MessageEvent, wordsOf } from "./desk.ts";
import { type Note, tell } from "./notice.ts";
import type { Once } from "./once.ts";
import type { IngressStore } from "./port.ts";
import { settle, soleAnswer } from "./settling.ts";

type Reservation = NonNullable<Awaited<ReturnType<IngressStore["takeReserved"]>>>;

/** Takes a message as the text its author was asked for (a reason, a free answer). False: it is an ordinary message. */
export async function takeAsAnswer(deps: IngressDeps, once: Once, event: MessageEvent): Promise<boolean> {
  const { chat, message } = event;
  if (message.text.trim() === "") return false;
  const reserved = await deps.store.takeReserved(chat, message.person.id);
  if (reserved === undefined) return false;
  const record = await deps.store.request(reserved.request);
  if (record === undefined) return false;
  const fresh = await once.run(chat, event.dedupe, async () => {
    await answer(deps, event, record, reserved);
    return true;
  });
  // An older message delivered again: the person's own text is still to come.
  if (fresh === undefined) await deps.store.reserve(record, message.person, reserved.question);
  return true;
}

async function answer(
  deps: IngressDeps,
  event: MessageEvent,
  record: RequestRecord,
  reserved: Reservation,
): Promise<void> {
  const { message } = event;
  const words = await wordsOf(deps, event.chat);
  const given = answerOf(record, reserved, message.text);
  if (given === undefined) {
    await collect(deps, event, record, reserved);
    return;
  }
  const told = await settle(deps, words, record, message.person, given);
  const { note, records } = told.taken
    ? { note: { text: echo(words, record, given) }, records: [] }
    : notUsed(deps, event, words, told.text);
  await tell(deps.store, deps.log, event.chat, { ...note, replyTo: message.messageId }, records);
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
  // Its own key: the event's is taken by `once`.
  const dedupe = `${event.dedupe}-answer`;
  await deps.store.ingest(event.chat, dedupe, { kind: "button", person: event.message.person, act }, event.at);
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
