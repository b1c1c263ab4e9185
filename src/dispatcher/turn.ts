import { humanDuration } from "../lib/duration.ts";
import type { ClientId } from "../model/ids.ts";
import { contextLeft, type Ending, finalContent } from "../model/present/final.ts";
import type { TurnEvent } from "../model/turn.ts";
import { reduceView } from "../model/view.ts";
import { type ActorContext, text } from "./context.ts";
import type { Commit } from "./port.ts";

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
    if (a.turn?.stopping !== undefined) await a.session?.interrupt(event.turnId);
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
}

/** The final, everything that ends with the turn, and the turn itself, in one step. */
export async function endTurn(a: ActorContext, ending: Ending, extra: Commit = {}): Promise<void> {
  const turn = a.turn;
  const view = a.view;
  if (turn === undefined || view === undefined) return;
  // Interrupted for a newer message before Codex had this one: it is still to be read.
  const answered = turn.stopping === "message" && !turn.delivered ? [] : turn.mailIds;
  const mint = a.mint();
  const zone = a.parts.settings.timeZone;
  const content = finalContent(view, ending, mint, {
    now: a.now,
    canUndo: turn.cleanBefore === true,
    ...(zone === undefined ? {} : { timeZone: zone }),
  });
  const done = text(a.words.done(humanDuration(view.durationMs ?? a.now - view.startedAt)));
  const details =
    view.actions.length === 0
      ? {}
      : { buttons: [[mint.button(a.words.buttons.details, { act: "details", slot: turn.slot })]] };
  const left = contextLeft(view);
  await closeTurn(a, {
    ...extra,
    ack: [...answered, ...(extra.ack ?? [])],
    turn: null,
    endView: true,
    archive: view,
    binding: {
      ...a.binding,
      threadUsed: true,
      turns: (a.binding.turns ?? 0) + 1,
      ...(left === undefined ? {} : { contextLeft: left }),
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
    ],
    buttons: [...mint.records, ...(extra.buttons ?? [])],
  });
}

/** Writes the step that ends the running turn, and lets go of all it held. */
export async function closeTurn(a: ActorContext, step: Commit): Promise<void> {
  const writer = a.writer;
  a.writer = undefined;
  await writer?.stop();
  await a.commit(step);
  a.parts.slots.release(a.chat);
  a.closing = false;
  a.lastBusyAt = a.now;
  if (a.phase === "running" || a.phase === "starting") a.move("ready");
}
