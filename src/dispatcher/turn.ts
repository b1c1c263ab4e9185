import { humanDuration } from "../lib/duration.ts";
import type { Binding, RunningTurn } from "../model/chat.ts";
import type { ClientId, MailId } from "../model/ids.ts";
import { contextLeft, type Ending, finalContent } from "../model/present/final.ts";
import type { TurnEvent } from "../model/turn.ts";
import { emptyView, reduceView } from "../model/view.ts";
import { type ActorContext, text } from "./context.ts";
import { sendInterrupt } from "./interrupt.ts";
import type { Commit } from "./port.ts";
import { reasonId, reasonNotes, withoutReason } from "./reason.ts";

/** An event of the running turn: reduced, shown, and the durable consequences written. */
export async function onTurnEvent(a: ActorContext, event: TurnEvent): Promise<void> {
  const turn = a.turn;
  if (turn === undefined || a.view === undefined) return;
  if (turn.turnId !== undefined && event.turnId !== turn.turnId) return;
  if (turn.turnId === undefined && event.kind !== "turnStarted") return;
  a.lastProgressAt = a.now;
  a.view = reduceView(a.view, event);
  if (event.kind === "turnEnded") return;
  a.writer?.write(a.view, event);
  if (event.kind === "turnStarted") {
    await a.commit({ turn: { ...turn, turnId: event.turnId } });
    if (a.turn?.stopping !== undefined) sendInterrupt(a, event.turnId);
  }
  if (event.kind === "delivered" && event.clientId !== undefined) await delivered(a, event.clientId);
}

/** `item/completed{userMessage}`: only now the mail may go. */
async function delivered(a: ActorContext, clientId: ClientId): Promise<void> {
  const turn = a.turn;
  if (turn === undefined) return;
  if (turn.clientId === clientId) {
    await a.commit({ ack: turn.mailIds, turn: { ...turn, mailIds: [], delivered: true } });
    return;
  }
  const steer = turn.steers.find((s) => s.clientId === clientId);
  if (steer !== undefined)
    await a.commit({ ack: steer.mailIds, turn: { ...turn, steers: turn.steers.filter((s) => s !== steer) } });
  const reason = turn.reasons?.find((one) => reasonId(one.request) === clientId);
  if (reason !== undefined) await a.commit({ turn: withoutReason(turn, reason.request) });
}

/** The final, everything that ends with the turn, and the turn itself, in one step. */
export async function endTurn(a: ActorContext, ending: Ending, extra: Commit = {}): Promise<void> {
  const turn = a.turn;
  if (turn === undefined) return;
  const view = a.view ?? emptyView(turn.slot, turn.startedAt, a.language);
  // Interrupted for a newer message before Codex had this one: it is still to be read.
  const answered = turn.stopping === "message" && !turn.delivered ? [] : turn.mailIds;
  const mint = a.mint();
  const zone = a.parts.settings.timeZone;
  const content = finalContent(view, ending, mint, {
    now: a.now,
    canUndo: turn.cleanBefore === true,
    demo: a.parts.settings.demo,
    ...(zone === undefined ? {} : { timeZone: zone }),
  });
  const done = text(a.words.done(humanDuration(view.durationMs ?? a.now - view.startedAt)));
  const details =
    view.actions.length === 0
      ? {}
      : { buttons: [[mint.button(a.words.buttons.details, { act: "details", slot: turn.slot })]] };
  const contextFree = contextLeft(view);
  const left = reasonNotes(a, turn);
  await closeTurn(a, {
    ...extra,
    ack: [...answered, ...corrections(a), ...(extra.ack ?? [])],
    turn: null,
    endView: true,
    archive: view,
    binding: {
      ...a.binding,
      threadUsed: true,
      lastTurn: lastTurn(turn),
      turns: (a.binding.turns ?? 0) + 1,
      ...(contextFree === undefined ? {} : { contextLeft: contextFree }),
    },
    ops: [
      {
        op: "message",
        content,
        endsLive: turn.slot,
        ...(turn.messageId === undefined ? {} : { replyTo: turn.messageId }),
      },
      { op: "endLive", slot: turn.slot, content: { ...done, ...details } },
      ...(extra.ops ?? []),
      ...left.ops,
    ],
    buttons: [...mint.records, ...(extra.buttons ?? []), ...left.buttons],
  });
}

/** Corrections that were handed to the turn end with it, delivered or not: an edit of something older is ignored. */
function corrections(a: ActorContext): readonly MailId[] {
  return a.mail.flatMap((m) => (m.mail.kind === "edit" && a.handled.has(m.id) ? [m.id] : []));
}

/** What the chat remembers of a turn that ended: buttons of older ones act no more. */
export function lastTurn(turn: RunningTurn): NonNullable<Binding["lastTurn"]> {
  return { slot: turn.slot, ...(turn.turnId === undefined ? {} : { turnId: turn.turnId }) };
}

/** Writes the step that ends the running turn, and lets go of all it held. */
export async function closeTurn(a: ActorContext, step: Commit): Promise<void> {
  const writer = a.writer;
  a.writer = undefined;
  await writer?.stop();
  await a.commit(step);
  a.parts.slots.release(a.chat);
  a.closing = false;
  a.stopAskedAt = undefined;
  a.steering.clear();
  a.accepted.clear();
  a.reasoned.clear();
  a.lastBusyAt = a.now;
  if (a.phase === "running" || a.phase === "starting") a.move("ready");
}
