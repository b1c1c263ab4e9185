import { CodexError, type CodexSession } from "../codex/port.ts";
import { requestWords } from "../model/catalog/request.ts";
import type { ClientId } from "../model/ids.ts";
import type { RequestAnswer, RequestRecord } from "../model/request.ts";
import { type ActorContext, text } from "./context.ts";

/**
 * The reason of a decline goes to Codex before the decline, so that Codex knows it when it goes on; never twice. What
 * Codex does not take is shown again, with a button that sends it as a message.
 */
export async function steerReason(
  a: ActorContext,
  session: CodexSession,
  record: RequestRecord,
  answer: RequestAnswer,
): Promise<void> {
  const turnId = a.turn?.turnId;
  const clientId = `why-${record.number}` as ClientId;
  if (answer.kind !== "decision" || answer.reason === undefined || turnId === undefined) return;
  if (a.delivered.includes(clientId)) return;
  try {
    if ((await session.steer(clientId, turnId, [{ type: "text", text: answer.reason }])) === "steered") return;
  } catch (error) {
    if (!(error instanceof CodexError)) throw error;
    // Not answered, it may have been taken; with the connection gone it comes again after the reattach.
    if (error.code === "disconnected" || error.code === "timeout") return;
    a.log.warn({ error, request: record.number }, "reason is not steered");
  }
  await reasonLeft(a, record, answer.reason);
}

async function reasonLeft(a: ActorContext, record: RequestRecord, reason: string): Promise<void> {
  const words = requestWords[a.language];
  const mint = a.mint();
  const messageId = a.turn?.messageId;
  const buttons =
    messageId === undefined
      ? {}
      : { buttons: [[mint.button(words.sendReason, { act: "sendAsText", text: reason, messageId })]] };
  await a.say({ ...text(words.reasonLeft(record.number, reason)), ...buttons }, {}, { mint });
}
