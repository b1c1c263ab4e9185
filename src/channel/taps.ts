import { assertNever } from "../lib/assert-never.ts";
import type { IngressWords } from "../model/catalog/ingress.ts";
import { type ChatKey, chatAddress, type RequestNumber } from "../model/ids.ts";
import { isWork } from "../model/mailbox-room.ts";
import type { Mail, Person } from "../model/message.ts";
import { sendingCard } from "../model/present/card.ts";
import type { ButtonAct, RequestAnswer, RequestRecord, Right } from "../model/request.ts";
import { tapWaits } from "./away.ts";
import { type IngressDeps, languageOf, wordsOf } from "./ingress-deps.ts";
import { tell } from "./notice.ts";
import type { InboundEvent, TapReply } from "./port.ts";
import { onlyText, rightFor, settle, soleAnswer, verdictText } from "./settling.ts";

type TapEvent = Extract<InboundEvent, { kind: "tap" }>;
type ActOf<Name extends ButtonAct["act"]> = Extract<ButtonAct, { readonly act: Name }>;

/** A tap of someone who may tap, with all that its effects need. */
interface Tap {
  readonly event: TapEvent;
  readonly chat: ChatKey;
  readonly person: Person;
  readonly words: IngressWords;
}

/**
 * Button taps: nonce → record, chat and right checked, then settled here (answers) or stored as mail (everything
 * else). Resolves after that is durable; its text is the toast.
 */
export async function acceptTap(deps: IngressDeps, event: TapEvent, chat: ChatKey): Promise<TapReply> {
  const words = await wordsOf(deps, chat);
  const rights = await deps.access.rightsOf(event.person, event.at);
  if (rights.size === 0) {
    deps.log.info({ chat, person: event.person.id }, "tap of a stranger is refused");
    return { text: words.notYou };
  }
  const record = await deps.store.button(event.nonce);
  if (record === undefined) return { text: words.invalid };
  if (!sameChat(record.chat, chat)) return { text: words.notYou };
  const needed = rightOfAct(record.act);
  if (!rights.has(needed)) return { text: await onlyText(deps, words, needed, event.at) };
  return perform(deps, { event, chat: record.chat, person: event.person, words }, record.act);
}

/** A tap may name the chat without the topic its button is in. */
function sameChat(known: ChatKey, told: ChatKey): boolean {
  return known === told || (chatAddress(told).topicId === undefined && known.startsWith(`${told}~`));
}

async function perform(deps: IngressDeps, tap: Tap, act: ButtonAct): Promise<TapReply> {
  switch (act.act) {
    case "answer":
      return withRequest(deps, tap, act.request, (record) => answer(deps, tap, record, act.answer));
    case "answerWhy":
      return withRequest(deps, tap, act.request, (record) => askReason(deps, tap, record));
    case "answerOther":
      return withRequest(deps, tap, act.request, (record) => askAnswer(deps, tap, record, act));
    case "choose":
      return withRequest(deps, tap, act.request, (record) => choose(deps, tap, record, act));
    case "sendAsText":
      return sendAsText(deps, tap, act);
    case "rehome":
      return { text: (await deps.store.rehome(tap.chat)) ? tap.words.movesOn : tap.words.machineIsBack };
    case "stop":
      return forward(deps, tap, act, tap.words.stopping);
    // What is asked for stands in the chat at once.
    case "details":
    case "diff":
    case "showRequest":
      return forward(deps, tap, act, "");
    default:
      return forward(deps, tap, act, tap.words.got);
  }
}

async function withRequest(
  deps: IngressDeps,
  tap: Tap,
  number: RequestNumber,
  effect: (record: RequestRecord) => Promise<TapReply>,
): Promise<TapReply> {
  const record = await deps.store.request(number);
  return record === undefined ? { text: tap.words.invalid } : effect(record);
}

/** The toast, and the card as it stands until Codex has confirmed. */
async function answer(deps: IngressDeps, tap: Tap, record: RequestRecord, given: RequestAnswer): Promise<TapReply> {
  const told = await settle(deps, tap.words, record, tap.person, given);
  if (!told.taken) return { text: told.text };
  const { id, name } = tap.person;
  const settled = { ...record, state: "answering" as const, answer: given, answeredBy: { id, name } };
  return { text: told.text, content: sendingCard(settled, await languageOf(deps, tap.chat)) };
}

async function askReason(deps: IngressDeps, tap: Tap, record: RequestRecord): Promise<TapReply> {
  const reserved = await deps.store.reserve(record, tap.person);
  if (reserved.verdict === "taken") {
    await tell(deps.store, deps.log, tap.chat, { text: asking(tap, tap.words.reasonFor(record.number)), asks: true });
  }
  return { text: verdictText(deps, tap.words, reserved, tap.words.writeReason) };
}

/** A group's platform may keep a plain message from the bot; a reply always comes. */
function asking(tap: Tap, text: string): string {
  return tap.event.at.private ? text : `${text}\n${tap.words.byReply}`;
}

async function askAnswer(
  deps: IngressDeps,
  tap: Tap,
  record: RequestRecord,
  act: ActOf<"answerOther">,
): Promise<TapReply> {
  const reserved = await deps.store.reserve(record, tap.person, act.question);
  const { body } = record.request;
  const question = body.kind === "question" ? body.questions.find((q) => q.id === act.question) : undefined;
  if (reserved.verdict === "taken") {
    const text = [question?.question, tap.words.writeAnswer].filter((line) => line !== undefined).join("\n");
    await tell(deps.store, deps.log, tap.chat, { text: asking(tap, text), asks: true });
  }
  return { text: verdictText(deps, tap.words, reserved, tap.words.writeAnswer) };
}

async function choose(deps: IngressDeps, tap: Tap, record: RequestRecord, act: ActOf<"choose">): Promise<TapReply> {
  const given = soleAnswer(record, act.option);
  if (given === undefined) return forward(deps, tap, act, tap.words.got);
  return answer(deps, tap, record, given);
}

/** Becomes a prompt like any other, once per button however often it is tapped. */
async function sendAsText(deps: IngressDeps, tap: Tap, act: ActOf<"sendAsText">): Promise<TapReply> {
  const { text, messageId } = act;
  const message = { messageId, person: tap.person, sentAt: deps.clock.now(), text, attachments: [] };
  return put(deps, tap, `text-${tap.event.nonce}`, { kind: "prompt", message }, tap.words.got);
}

function forward(deps: IngressDeps, tap: Tap, act: ButtonAct, toast: string): Promise<TapReply> {
  return put(deps, tap, tap.event.dedupe, { kind: "button", person: tap.person, act }, toast);
}

async function put(deps: IngressDeps, tap: Tap, dedupe: string, mail: Mail, toast: string): Promise<TapReply> {
  const result = await deps.store.ingest(tap.chat, dedupe, mail, tap.event.at);
  if (result === "full") return { text: isWork(mail) ? tap.words.full(deps.mailboxCap ?? 500) : tap.words.crowded };
  const waits = await tapWaits(deps, tap.chat, tap.words);
  if (waits !== undefined) return { text: waits };
  return toast === "" ? {} : { text: toast };
}

function rightOfAct(act: ButtonAct): Right {
  switch (act.act) {
    case "answer":
      return rightFor(act.answer);
    case "answerWhy":
    case "answerOther":
    case "choose":
      return "approve";
    case "stop":
    case "steerNow":
    case "runNext":
    case "drop":
    case "continue":
    case "leave":
    case "retry":
    case "details":
    case "diff":
    case "undo":
    case "showRequest":
    case "askAgain":
    case "wait":
    case "restartCodex":
    case "command":
    case "sendAsText":
    case "setting":
    case "endTerminal":
    case "terminal":
    case "rehome":
      return "talk";
    default:
      return assertNever(act);
  }
}
