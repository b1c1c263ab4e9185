import { CodexError, type CodexSession } from "../codex/port.ts";
import type { MailId, RequestNumber } from "../model/ids.ts";
import type { Mail, Person } from "../model/message.ts";
import { requestCard, sendingCard, type Verdict, verdictCard } from "../model/present/card.ts";
import { relativeRequest } from "../model/relative.ts";
import type { CodexRequest, RequestAnswer, RequestRecord } from "../model/request.ts";
import type { Action } from "../model/turn.ts";
import type { ActorContext } from "./context.ts";
import type { Input } from "./inputs.ts";
import type { Commit } from "./port.ts";
import { onReason, steerReason } from "./reason.ts";
import { settledIn } from "./turn-log.ts";

/** Slot of a request's card. */
function cardSlot(number: RequestNumber): string {
  return `req-${number}`;
}

/** app-server asks, or asks again after a reattach: the same request never makes a second card. */
export async function onRequest(a: ActorContext, asked: CodexRequest): Promise<void> {
  if (asked.turnId === a.over) return;
  const request = { ...asked, body: relativeRequest(asked.body, a.spec?.cwd) };
  const known = [...a.requests.values()].find((r) => sameRequest(r.request, request));
  if (known !== undefined) {
    // Same question, perhaps under another rpc id: answers go to the newest. A replay may know less of its subject.
    a.requests.set(known.number, { ...known, request: { ...request, body: known.request.body } });
    a.open.add(known.number);
    waitForPerson(a);
    const answered = a.answered.get(known.number);
    if (answered !== undefined) await writeAnswer(a, a.requests.get(known.number) ?? known);
    return;
  }
  const number = await a.patiently(() => a.parts.store.nextRequestNumber());
  const record: RequestRecord = { number, chat: a.chat, state: "pending", request, askedAt: a.now };
  await ask(a, record);
}

async function ask(a: ActorContext, record: RequestRecord): Promise<void> {
  const mint = a.mint();
  const content = requestCard(record, a.language, mint);
  const replyTo = a.turn?.messageId;
  await a.commit({
    asked: [record],
    ops: [{ op: "message", content, slot: cardSlot(record.number), ...(replyTo === undefined ? {} : { replyTo }) }],
    buttons: mint.records,
  });
  a.open.add(record.number);
  waitForPerson(a);
}

/** A person's answer, settled by the gateway already. The reason goes first, so that Codex knows it when it goes on. */
export async function onAnswer(
  a: ActorContext,
  mailId: MailId,
  mail: Extract<Mail, { kind: "answer" }>,
): Promise<void> {
  const record = a.requests.get(mail.request);
  if (record === undefined) {
    await a.commit({ ack: [mailId] });
    return;
  }
  const settled: RequestRecord = {
    ...record,
    state: "answering",
    answer: mail.answer,
    answeredBy: { id: mail.person.id, name: mail.person.name },
    answeredAt: mail.at,
  };
  a.requests.set(mail.request, settled);
  a.answered.set(mail.request, { record: settled, mailId });
  await a.commit({
    ops: [{ op: "edit", slot: cardSlot(settled.number), content: sendingCard(settled, a.language), orSend: false }],
  });
  if (a.open.has(mail.request)) await writeAnswer(a, settled);
}

async function writeAnswer(a: ActorContext, known: RequestRecord): Promise<void> {
  const session = a.session;
  const answer = known.answer ?? a.answered.get(known.number)?.record.answer;
  if (session === undefined || answer === undefined) return;
  const record = { ...known, answer };
  if (!(await steerReason(a, session, record))) await writeNow(a, session, record, answer);
}

/** The reason went before, or did not go: the decline follows. */
export async function afterReason(a: ActorContext, input: Extract<Input, { kind: "reasonAnswered" }>): Promise<void> {
  await onReason(a, input);
  const record = a.requests.get(input.request);
  if (record !== undefined && a.open.has(input.request)) await writeAnswer(a, record);
}

async function writeNow(
  a: ActorContext,
  session: CodexSession,
  record: RequestRecord,
  answer: RequestAnswer,
): Promise<void> {
  await a.assertOwner();
  try {
    await session.answer(record.request, answer);
  } catch (error) {
    if (!(error instanceof CodexError)) throw error;
    a.log.warn({ error, request: record.number }, "answer is not written; it will be after the reattach");
  }
}

/** An answer made here out of several choices; it takes the same road as one from the gateway. */
export async function writeAnswerOf(
  a: ActorContext,
  mailId: MailId,
  number: RequestNumber,
  answer: RequestAnswer,
  person: Person,
): Promise<void> {
  await onAnswer(a, mailId, { kind: "answer", person, request: number, answer, at: a.now });
}

/** app-server confirmed: only now the card says what was decided. */
export async function onResolved(a: ActorContext, rpcId: number | string): Promise<void> {
  const record = [...a.requests.values()].find((r) => a.open.has(r.number) && r.request.rpcId === rpcId);
  if (record === undefined) return;
  a.open.delete(record.number);
  // Not ours to call decided: without an answer it ends with its turn.
  if (a.answered.has(record.number)) await resolve(a, record.number);
  if (a.open.size === 0) workAgain(a);
}

/** Settles an answered request as applied, with the verdict on its card. */
async function resolve(a: ActorContext, number: RequestNumber): Promise<void> {
  const answered = a.answered.get(number);
  if (answered === undefined) return;
  const { record, mailId } = answered;
  const mint = a.mint();
  const content = verdictCard(record, verdictOf(a, record), a.language, mint);
  await a.commit({
    ...settledIn(a, record, "resolved"),
    ack: [mailId],
    settled: [{ number, state: "resolved" }],
    ops: [{ op: "edit", slot: cardSlot(number), content, orSend: true }],
    buttons: mint.records,
  });
  a.answered.delete(number);
  a.reminded.delete(number);
  a.chosen.delete(number);
  if (record.request.body.kind === "command") a.decided.set(record.request.itemId, record);
}

/** The command behind an approval ended: its exit joins the verdict. */
export async function onActionEnded(a: ActorContext, action: Action): Promise<void> {
  const record = a.decided.get(action.id);
  if (record === undefined || action.state === "running") return;
  a.decided.delete(action.id);
  if (action.exitCode === undefined) return;
  const mint = a.mint();
  const verdict = { ...verdictOf(a, record), ...exit(action) };
  await a.commit({
    ops: [
      {
        op: "edit",
        slot: cardSlot(record.number),
        content: verdictCard(record, verdict, a.language, mint),
        orSend: false,
      },
    ],
    buttons: mint.records,
  });
}

/**
 * Part of the step that ends a turn: whatever is still open ended with it (a recorded answer came too late). A turn that
 * `completed` had every answer applied that app-server no longer asks for.
 */
export function endRequests(a: ActorContext, completed: boolean): Commit {
  const mint = a.mint();
  const open = [...a.requests.values()].map((r) => a.answered.get(r.number)?.record ?? r);
  const applied = (r: RequestRecord): boolean => completed && r.state === "answering" && !a.open.has(r.number);
  const step: Commit = {
    ack: open.flatMap((r) => a.answered.get(r.number)?.mailId ?? []),
    settled: open.map((r) => ({ number: r.number, state: applied(r) ? ("resolved" as const) : ("ended" as const) })),
    ops: open.map((r) => ({
      op: "edit" as const,
      slot: cardSlot(r.number),
      content: verdictCard(
        r,
        applied(r) ? { ...verdictOf(a, r), ...exitOf(a, r) } : { decision: "ended" },
        a.language,
        mint,
      ),
      orSend: true,
    })),
    buttons: mint.records,
  };
  a.open.clear();
  a.answered.clear();
  a.decided.clear();
  a.chosen.clear();
  a.reminded.clear();
  return step;
}

/** After a reattach: what app-server did not ask again is over. Answered means applied; the rest was settled elsewhere. */
export async function settleUnasked(a: ActorContext): Promise<void> {
  for (const record of [...a.requests.values()]) {
    if (a.open.has(record.number)) continue;
    if (a.answered.has(record.number)) await resolve(a, record.number);
    else await endOne(a, record);
  }
}

async function endOne(a: ActorContext, record: RequestRecord): Promise<void> {
  const mint = a.mint();
  const content = verdictCard(record, { decision: "ended" }, a.language, mint);
  await a.commit({
    ...settledIn(a, record, "ended"),
    settled: [{ number: record.number, state: "ended" }],
    ops: [{ op: "edit", slot: cardSlot(record.number), content, orSend: false }],
    buttons: mint.records,
  });
}

/** One option of a question with several parts: the next part is shown, or everything is answered. */
export async function onChoice(
  a: ActorContext,
  number: RequestNumber,
  index: number,
  option: string,
): Promise<RequestAnswer | undefined> {
  const record = a.requests.get(number);
  const body = record?.request.body;
  const question = body?.kind === "question" ? body.questions[index] : undefined;
  if (record === undefined || body?.kind !== "question" || question === undefined) return undefined;
  const chosen = { ...a.chosen.get(number), [question.id]: [option] };
  a.chosen.set(number, chosen);
  const missing = body.questions.findIndex((q) => chosen[q.id] === undefined);
  if (missing < 0) return { kind: "answers", answers: chosen };
  const mint = a.mint();
  await a.commit({
    ops: [
      { op: "edit", slot: cardSlot(number), content: requestCard(record, a.language, mint, missing), orSend: true },
    ],
    buttons: mint.records,
  });
  return undefined;
}

function waitForPerson(a: ActorContext): void {
  if (a.view === undefined) return;
  const input = [...a.open].some((n) => a.requests.get(n)?.request.body.kind === "question");
  a.showView({ ...a.view, phase: input ? "waitingInput" : "waitingApproval" });
  a.parts.slots.release(a.chat);
}

function workAgain(a: ActorContext): void {
  if (a.view === undefined || a.turn === undefined) return;
  a.parts.slots.resume(a.chat);
  a.showView({ ...a.view, phase: "working" });
  a.lastProgressAt = a.now;
}

function exit(action: Action | undefined): Pick<Verdict, "exit"> {
  if (action?.exitCode === undefined) return {};
  const { exitCode: code, durationMs } = action;
  return { exit: { code, ...(durationMs === undefined ? {} : { durationMs }) } };
}

function exitOf(a: ActorContext, record: RequestRecord): Pick<Verdict, "exit"> {
  return exit(a.view?.actions.find((action) => action.id === record.request.itemId));
}

function verdictOf(a: ActorContext, record: RequestRecord): Verdict {
  const zone = a.parts.settings.timeZone;
  const answer = record.answer;
  return {
    decision: answer?.kind === "decision" ? answer.decision : "answered",
    ...(record.answeredBy === undefined ? {} : { who: record.answeredBy.name }),
    ...(record.answeredAt === undefined ? {} : { at: record.answeredAt }),
    ...(answer?.kind === "decision" && answer.reason !== undefined ? { reason: answer.reason } : {}),
    ...(zone === undefined ? {} : { timeZone: zone }),
  };
}

function sameRequest(x: CodexRequest, y: CodexRequest): boolean {
  return x.threadId === y.threadId && x.turnId === y.turnId && x.itemId === y.itemId && x.approvalId === y.approvalId;
}
