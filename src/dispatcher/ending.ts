import type { CodexError } from "../codex/port.ts";
import type { BridgeError } from "../model/errors.ts";
import type { Ending } from "../model/present/final.ts";
import type { FailureReason, TurnEvent } from "../model/turn.ts";
import type { ActorContext } from "./context.ts";

type Ended = Extract<TurnEvent, { kind: "turnEnded" }>;

/** How the chat's turn ended, of what Codex said and what was asked of us. A failure is logged under its reference. */
export function endingOf(a: ActorContext, event: Ended): Ending {
  if (event.outcome === "completed") return { kind: "completed" };
  if (event.outcome === "failed")
    return { kind: "failed", failure: event.failure ?? { reason: "other", message: "" }, ref: refOf(a, event) };
  if (a.turn?.stopping === "message") return { kind: "interruptedForMessage" };
  if (a.turn?.stopping === "tooLong")
    return { kind: "tooLong", minutes: Math.round(a.parts.settings.maxTurnMs / 60_000) };
  return { kind: "stopped" };
}

function refOf(a: ActorContext, event: Ended): string {
  const ref = a.parts.ref();
  a.log.warn({ ref, turnId: event.turnId, failure: event.failure }, "turn fails");
  return ref;
}

/** Why a turn that cannot be recovered is lost. */
export function lossOf(error: CodexError | BridgeError): FailureReason {
  return error.code === "projectMissing" ? "projectMissing" : "codexDied";
}
