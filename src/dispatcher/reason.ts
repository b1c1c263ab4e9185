import { CodexError, type CodexSession } from "../codex/port.ts";
import { requestWords } from "../model/catalog/request.ts";
import type { RunningTurn } from "../model/chat.ts";
import type { OutboxBody } from "../model/delivery.ts";
import type { ClientId, RequestNumber } from "../model/ids.ts";
import type { ButtonRecord, RequestRecord } from "../model/request.ts";
import { type ActorContext, text } from "./context.ts";
import type { Input } from "./inputs.ts";

/** The decline waits this long for its reason to be taken, ms. */
const patienceMs = 2000;

/** Client id of a reason. */
export function reasonId(request: RequestNumber): ClientId {
  return `why-${request}` as ClientId;
}

/**
 * Hands the reason of a decline to the running turn before the decline, so that Codex knows it when it goes on. It is
 * recorded first: of unknown outcome, it is never sent twice. What came of it is an input, `reasonAnswered`. False: there
 * is no reason to wait for.
 */
export async function steerReason(a: ActorContext, session: CodexSession, record: RequestRecord): Promise<boolean> {
  const { turn } = a;
  const { answer, number } = record;
  if (answer?.kind !== "decision" || answer.reason === undefined || turn?.turnId === undefined) return false;
  if (a.reasoned.has(number) || turn.reasons?.some((one) => one.request === number) === true) return false;
  a.reasoned.add(number);
  await a.commit({ turn: { ...turn, reasons: [...(turn.reasons ?? []), { request: number, text: answer.reason }] } });
  const post = (came: Extract<Input, { kind: "reasonAnswered" }>["answer"]): void =>
    a.post({ kind: "reasonAnswered", request: number, answer: came });
  await a.assertOwner();
  const answered = session.steer(reasonId(number), turn.turnId, [{ type: "text", text: answer.reason }]);
  Promise.race([answered, a.parts.clock.sleep(patienceMs, a.abort.signal).then(() => "late" as const)]).then(
    post,
    (error: unknown) => {
      if (error instanceof CodexError) post(error);
      else a.log.debug({ error }, "reason is left to its turn");
    },
  );
  return true;
}

/** Refused: the words are shown again. Without an answer it may have been taken; the end of the turn tells. */
export async function onReason(
  a: ActorContext,
  { request, answer }: Extract<Input, { kind: "reasonAnswered" }>,
): Promise<void> {
  const unknown = answer instanceof CodexError && (answer.code === "disconnected" || answer.code === "timeout");
  const { turn } = a;
  if (answer === "steered" || answer === "late" || unknown || turn === undefined) return;
  const left = turn.reasons?.filter((one) => one.request === request) ?? [];
  await a.commit({ turn: withoutReason(turn, request), ...reasonNotes(a, { ...turn, reasons: left }) });
}

/** The turn without a reason Codex has, or will not take. */
export function withoutReason(turn: RunningTurn, request: RequestNumber): RunningTurn {
  return { ...turn, reasons: turn.reasons?.filter((one) => one.request !== request) ?? [] };
}

/** Notes on reasons a turn never took: the words again, with a button that sends them as a message. */
export function reasonNotes(
  a: ActorContext,
  turn: RunningTurn,
): { readonly ops: readonly OutboxBody[]; readonly buttons: readonly ButtonRecord[] } {
  const words = requestWords[a.language];
  const mint = a.mint();
  const { messageId } = turn;
  const ops = (turn.reasons ?? []).map((one): OutboxBody => {
    const said = text(words.reasonLeft(one.request, one.text));
    if (messageId === undefined) return { op: "message", content: said };
    const send = mint.button(words.sendReason, { act: "sendAsText", text: one.text, messageId });
    return { op: "message", content: { ...said, buttons: [[send]] } };
  });
  return { ops, buttons: mint.records };
}
