import { assertNever } from "../lib/assert-never.ts";
import { clockTime } from "../lib/duration.ts";
import type { IngressWords } from "../model/catalog/ingress.ts";
import type { ChatKey } from "../model/ids.ts";
import type { Person } from "../model/message.ts";
import type { Decision, RequestAnswer, RequestRecord, Right } from "../model/request.ts";
import type { IngressDeps } from "./ingress-deps.ts";
import type { ChatFacts, Settled } from "./port.ts";

/** What became of an answer, and the sentence for it. */
export interface Told {
  readonly taken: boolean;
  /** The message that answers was dealt with before. */
  readonly seen: boolean;
  readonly text: string;
}

/** Right that an answer needs: a rule that lasts is the operator's to make. */
export function rightFor(answer: RequestAnswer): Right {
  return answer.kind === "decision" && answer.decision === "always" ? "operate" : "approve";
}

/** Settles a request and says how it went (L7). Rejects when the store does. */
export async function settle(
  deps: IngressDeps,
  words: IngressWords,
  record: RequestRecord,
  person: Person,
  answer: RequestAnswer,
  event?: { readonly chat: ChatKey; readonly dedupe: string },
): Promise<Told> {
  const settled = await deps.store.settle(record, person, answer, event);
  if (settled.verdict === "taken")
    deps.log.info({ chat: record.chat, request: record.number, person: person.id }, "request is answered");
  const { verdict } = settled;
  return {
    taken: verdict === "taken",
    seen: verdict === "seen",
    text: verdictText(deps, words, settled, words.taken[keyOf(answer)]),
  };
}

/** The sentence of a verdict; `taken` when it went through. */
export function verdictText(deps: IngressDeps, words: IngressWords, settled: Settled, taken: string): string {
  switch (settled.verdict) {
    case "taken":
    case "seen":
      return taken;
    case "late":
      return lateText(deps, words, settled.record);
    case "reserved":
      return words.reserved(settled.by);
    case "unknown":
      return words.invalid;
    default:
      return assertNever(settled);
  }
}

/** "Only @owner or @lead can approve here." */
export async function onlyText(deps: IngressDeps, words: IngressWords, right: Right, at: ChatFacts): Promise<string> {
  const names = await deps.access.holders(right, at);
  return words.only[right](names.length === 0 ? words.owner : words.or(names));
}

/** The answer of a free text to the question with this id; undefined when several questions are asked (the actor collects them). */
export function soleAnswer(record: RequestRecord, text: string): RequestAnswer | undefined {
  const { body } = record.request;
  if (body.kind !== "question" || body.questions.length !== 1) return undefined;
  const [question] = body.questions;
  return question === undefined ? undefined : { kind: "answers", answers: { [question.id]: [text] } };
}

function lateText(deps: IngressDeps, words: IngressWords, record: RequestRecord): string {
  if (record.state === "ended") return words.ended;
  const { answer, answeredBy, answeredAt } = record;
  if (answer === undefined || answeredBy === undefined || answeredAt === undefined) return words.settled;
  return words.late[keyOf(answer)](answeredBy.name, clockTime(answeredAt, deps.timeZone));
}

function keyOf(answer: RequestAnswer): Decision | "answers" {
  return answer.kind === "decision" ? answer.decision : "answers";
}
