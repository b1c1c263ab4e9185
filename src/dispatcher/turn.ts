import { humanDuration } from "../lib/duration.ts";
import type { Binding, PendingSteer, RunningTurn } from "../model/chat.ts";
import type { OutboxBody } from "../model/delivery.ts";
import type { ClientId, MailId } from "../model/ids.ts";
import { contextLeft, type Ending, finalContent } from "../model/present/final.ts";
import type { TurnEvent } from "../model/turn.ts";
import type { TurnOutcome } from "../model/turn-log.ts";
import { emptyView, reduceView, timed } from "../model/view.ts";
import { type ActorContext, text } from "./context.ts";
import { sendInterrupt } from "./interrupt.ts";
import type { Commit } from "./port.ts";
import { reasonId, reasonNotes, withoutReason } from "./reason.ts";
import { outcomeOf, turnLogEntry, withNotes, withPolicy } from "./turn-log.ts";

/** An event of the running turn: reduced, shown, and the durable consequences written. */
export async function onTurnEvent(a: ActorContext, event: TurnEvent): Promise<void> {
  const turn = a.turn;
  if (turn === undefined || a.view === undefined) return;
  if (turn.turnId !== undefined && event.turnId !== turn.turnId) return;
  if (turn.turnId === undefined && (event.kind !== "turnStarted" || event.turnId === a.over)) return;
  a.lastProgressAt = a.now;
  a.view = timed(reduceView(a.view, event), event, a.now);
  if (event.kind === "turnEnded") return;
  a.writer?.write(a.view, event);
  if (event.kind === "turnStarted") {
    await a.commit({ turn: { ...withPolicy(a, turn), turnId: event.turnId } });
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
  if (steer !== undefined) await a.commit({ ack: steer.mailIds, turn: withSteered(a, turn, [steer]) });
  const reason = turn.reasons?.find((one) => reasonId(one.request) === clientId);
  if (reason !== undefined) await a.commit({ turn: withoutReason(turn, reason.request) });
}

/** The turn once Codex has these steers. */
export function withSteered(a: ActorContext, turn: RunningTurn, had: readonly PendingSteer[]): RunningTurn {
  const steers = had.map(({ by }) => ({ ...(by === undefined ? {} : { by }), at: a.now }));
  return { ...withNotes(turn, { steers }), steers: turn.steers.filter((s) => !had.includes(s)) };
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
  const unread =
    turn.stopping === "stop"
      ? takenBack(
          a,
          turn.steers.flatMap((s) => s.mailIds),
        )
      : nothing;
  const step: Commit = {
    ...extra,
    ack: [...answered, ...unread.ack, ...corrections(a, turn), ...(extra.ack ?? [])],
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
      ...unread.ops,
      ...(extra.ops ?? []),
      ...left.ops,
    ],
    buttons: [...mint.records, ...(extra.buttons ?? []), ...left.buttons],
  };
  await closeTurn(a, turn, step, outcomeOf(ending));
}

const nothing = { ack: [], ops: [] };

/**
 * Messages a stop takes back: Codex has none of them. In words: a mark may get lost, and this is all the chat hears of it.
 * Pure.
 */
export function takenBack(
  a: ActorContext,
  ids: readonly MailId[],
): { readonly ack: readonly MailId[]; readonly ops: readonly OutboxBody[] } {
  const dropped = a.mail.flatMap(({ id, mail }) =>
    ids.includes(id) && (mail.kind === "prompt" || mail.kind === "command") ? [mail.message.messageId] : [],
  );
  const [replyTo] = dropped;
  if (replyTo === undefined) return { ack: ids, ops: [] };
  const content = text(a.words.stoppedEarly(dropped.length));
  const marks = dropped.map((messageId) => ({ op: "mark" as const, messageId, mark: "dropped" as const }));
  return { ack: ids, ops: [...marks, { op: "message", content, replyTo, ring: false }] };
}

/** Corrections that were handed to the turn end with it, unless what they correct is still to be read. */
function corrections(a: ActorContext, turn: RunningTurn): readonly MailId[] {
  const steered = new Set(turn.stopping === "stop" ? [] : turn.steers.flatMap((s) => s.mailIds));
  const waits = new Set(
    a.mail.flatMap(({ id, mail }) => (mail.kind === "prompt" && steered.has(id) ? [mail.message.messageId] : [])),
  );
  return a.mail.flatMap(({ id, mail }) =>
    mail.kind === "edit" && a.handled.has(id) && !waits.has(mail.message.messageId) ? [id] : [],
  );
}

/** What the chat remembers of a turn that ended: buttons of older ones act no more. */
export function lastTurn(turn: RunningTurn): NonNullable<Binding["lastTurn"]> {
  return { slot: turn.slot, ...(turn.turnId === undefined ? {} : { turnId: turn.turnId }) };
}

/** Writes the step that ends the running turn, with its record, and lets go of all it held. */
export async function closeTurn(a: ActorContext, turn: RunningTurn, step: Commit, outcome: TurnOutcome): Promise<void> {
  const writer = a.writer;
  a.writer = undefined;
  await writer?.stop();
  await a.commit({ ...step, log: turnLogEntry(a, turn, outcome, step.settled ?? []) });
  a.parts.slots.release(a.chat);
  a.closing = false;
  a.stopAskedAt = undefined;
  a.steering.clear();
  a.steered.clear();
  a.reasoned.clear();
  a.lastBusyAt = a.now;
  if (a.phase === "running" || a.phase === "starting") a.move("ready");
}
