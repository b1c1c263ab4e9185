import { CodexError } from "../codex/port.ts";
import type { RunningTurn, Waiting } from "../model/chat.ts";
import { BridgeError } from "../model/errors.ts";
import type { MailId } from "../model/ids.ts";
import { type ActorContext, text } from "./context.ts";
import type { Input } from "./inputs.ts";
import type { Commit } from "./port.ts";
import { endProcess } from "./session.ts";
import { closeTurn, lastTurn } from "./turn.ts";
import { outcomeOf } from "./turn-log.ts";

/** Refused: the message is kept. Not answered: nobody knows, so this Codex ends and the recovery looks what it has. */
export async function onStartFailed(a: ActorContext, input: Extract<Input, { kind: "startFailed" }>): Promise<void> {
  const { slot, error } = input;
  if (a.turn?.slot !== slot || a.turn.turnId !== undefined) return;
  if (error.code === "disconnected") return; // the disconnect itself is an input of its own
  if (error.code !== "timeout") return couldNotStart(a, error);
  a.log.error({ error }, "turn start is not answered, codex is ended");
  endProcess(a);
}

/** The mail is kept, and a note says how to go on. `sure`: nothing reached Codex; else it could not be asked whether something did. */
export async function couldNotStart(a: ActorContext, error: unknown, sure = true): Promise<void> {
  const turn = a.turn;
  if (turn === undefined) return;
  const ref = a.parts.ref();
  a.log.error({ error, ref }, "turn does not start");
  const mint = a.mint();
  const head = turn.mailIds[0];
  const slot = `w-${turn.slot}`;
  const retry =
    head === undefined
      ? mint.button(a.words.buttons.retry, { act: "retry", slot: turn.slot }, "primary")
      : mint.button(a.words.buttons.retry, { act: "runNext", mail: head }, "primary");
  const drop = head === undefined ? [] : [mint.button(a.words.buttons.drop, { act: "drop", mail: head })];
  const content = {
    pieces: [
      { as: "text" as const, text: `${a.words[sure ? "couldNotStart" : "mayNotHave"](whyText(a, error))}\nref ${ref}` },
    ],
    buttons: [[retry, ...drop]],
  };
  const held: Waiting[] =
    head === undefined || turn.messageId === undefined
      ? []
      : [{ mailIds: turn.mailIds, messageId: turn.messageId, slot, held: true }];
  const unsure = sure ? undefined : heldSteers(a, turn, { error, ref });
  const step: Commit = {
    turn: null,
    endView: true,
    binding: { ...a.binding, lastTurn: lastTurn(turn) },
    ...(a.view === undefined ? {} : { archive: a.view }),
    waiting: [...a.waiting, ...held, ...(unsure?.waiting ?? [])],
    ops: [
      {
        op: "message",
        content,
        slot,
        endsLive: turn.slot,
        ...(turn.messageId === undefined ? {} : { replyTo: turn.messageId }),
      },
      { op: "endLive", slot: turn.slot },
      ...(unsure?.ops ?? []),
    ],
    buttons: [...mint.records, ...(unsure?.buttons ?? [])],
  };
  await closeTurn(a, turn, step, { outcome: "failed", code: codeOf(error), ref });
}

/** Messages that were handed to a turn whose Codex can be asked no more: none is sent twice unless a person says so. */
export function heldSteers(
  a: ActorContext,
  turn: RunningTurn,
  why: { readonly error: unknown; readonly ref: string },
): Required<Pick<Commit, "waiting" | "ops" | "buttons">> {
  const mint = a.mint();
  const words = text(`${a.words.mayNotHave(whyText(a, why.error))}\nref ${why.ref}`);
  const held = (turn.stopping === "stop" ? [] : turn.steers).flatMap(({ mailIds, messageId }) => {
    const [head] = mailIds;
    if (head === undefined) return [];
    const retry = mint.button(a.words.buttons.retry, { act: "runNext", mail: head }, "primary");
    const drop = mint.button(a.words.buttons.drop, { act: "drop", mail: head });
    const content = { ...words, buttons: [[retry, drop]] };
    const waiting: Waiting = { mailIds, messageId, slot: `w-${head}`, held: true };
    return { waiting, op: { op: "message" as const, content, slot: waiting.slot, replyTo: messageId } };
  });
  return { waiting: held.map(({ waiting }) => waiting), ops: held.map(({ op }) => op), buttons: mint.records };
}

function codeOf(error: unknown): string {
  return error instanceof CodexError || error instanceof BridgeError ? error.code : "other";
}

/** The reason of an error in the words of a person. */
export function whyText(a: ActorContext, error: unknown): string {
  const why = a.words.why;
  if (error instanceof BridgeError && error.code === "projectMissing") return why.projectMissing;
  if (!(error instanceof CodexError)) return why.other(error instanceof Error ? error.message : String(error));
  switch (error.code) {
    case "cwdMissing":
      return why.projectMissing;
    case "spawnFailed":
    case "threadBusy":
    case "inputTooLarge":
    case "disconnected":
      return why[error.code];
    default:
      return why.other(error.message);
  }
}

/** Stopped before Codex heard of it. */
export async function endEarly(a: ActorContext, turn: RunningTurn, ack: readonly MailId[] = []): Promise<void> {
  a.preparing.abort(new Error("stopped"));
  const content = text(a.words.stoppedEarly(1));
  const step: Commit = {
    turn: null,
    endView: true,
    ack: [...turn.mailIds, ...ack],
    ops: [
      {
        op: "message",
        content,
        endsLive: turn.slot,
        ...(turn.messageId === undefined ? {} : { replyTo: turn.messageId }),
      },
      { op: "endLive", slot: turn.slot },
    ],
  };
  await closeTurn(a, turn, step, outcomeOf({ kind: "stopped" }));
}
