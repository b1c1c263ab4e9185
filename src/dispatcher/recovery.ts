import { CodexError, type CodexSession } from "../codex/port.ts";
import type { RunningTurn } from "../model/chat.ts";
import { BridgeError } from "../model/errors.ts";
import type { TurnId } from "../model/ids.ts";
import type { Person } from "../model/message.ts";
import type { Ending } from "../model/present/final.ts";
import { relativeAction } from "../model/relative.ts";
import type { TurnRecord } from "../model/turn.ts";
import { emptyView, reduceView, type TurnView, type ViewMessage } from "../model/view.ts";
import { endRequests } from "./approvals.ts";
import type { ActorContext } from "./context.ts";
import { sendInterrupt } from "./interrupt.ts";
import { nextGroup, nextWaiting } from "./mailbox.ts";
import { couldNotStart } from "./not-started.ts";
import { reasonId } from "./reason.ts";
import { endStarted, listen, openThread } from "./session.ts";
import { endTurn, withSteered } from "./turn.ts";
import { withPolicy } from "./turn-log.ts";
import { beginOwnTurn, prepare } from "./turn-start.ts";

/** How many turns back our message is looked for. */
const lookBack = 10;
/** Deaths of Codex without a turn completed in between, after which only a person goes on. */
const maxDeaths = 3;

/** Tries to rejoin a living Codex, and half the first pause between them, ms. */
const rejoins = 5;
const rejoinPauseMs = 100;

/** Why the chat lost its connection to Codex: we were restarted, or Codex (or the connection) died under us. */
export type Cause = "restart" | "codex";

/**
 * Brings a chat back to where its record says it was.
 * Ends in `ready` or `running`. Throws BridgeError `leaseLost`, or CodexError when Codex cannot be had at all.
 */
export async function recover(a: ActorContext, cause: Cause): Promise<void> {
  a.move("starting");
  if (await rejoined(a)) return;
  // Alive but out of reach, it would keep the thread from its successor.
  if (a.process !== undefined && a.parts.codex.alive(a.process)) await endStarted(a, a.process);
  if (a.process !== undefined) await a.commit({ process: null });
  if (a.turn === undefined) {
    a.move("ready");
    return;
  }
  // Its conversation is another model's: nobody can go on with it.
  if (a.modelChanged && a.turn.delivered) return endFromRecord(a, undefined, { kind: "stopped" });
  await afterDeath(a, cause);
}

/** A connection that breaks is no reason to end a Codex that works (L8): as long as it lives it is tried again. */
async function rejoined(a: ActorContext): Promise<boolean> {
  for (let attempt = 1; a.process !== undefined && a.parts.codex.alive(a.process); attempt += 1) {
    const attached = await a.parts.codex.attach(a.process, a.chat);
    try {
      if (attached !== undefined) {
        await rejoin(a, attached);
        return true;
      }
    } catch (error) {
      attached?.detach();
      if (!(error instanceof CodexError) && !outOfPlace(error)) throw error;
      a.log.warn({ error, attempt }, "living codex cannot be rejoined");
      a.session = undefined;
      a.listening = undefined;
      if (!(error instanceof CodexError) || error.code !== "disconnected") return false;
    }
    // Another model's Codex is not to be reached.
    if (attempt >= rejoins || a.modelChanged) return false;
    await a.parts.clock.sleep(rejoinPauseMs * 2 ** attempt, a.abort.signal);
  }
  return false;
}

/** Its project folder is gone: this Codex can go on with nothing. */
function outOfPlace(error: unknown): boolean {
  return error instanceof BridgeError && error.code === "projectMissing";
}

/** The process lives: its turn goes on, or ended while nobody listened. */
async function rejoin(a: ActorContext, session: CodexSession): Promise<void> {
  const { spec, project } = await a.parts.workspace.resolve(a.binding);
  a.project = project;
  listen(a, session);
  const state = await openThread(a, session, spec);
  a.session = session;
  a.spec = spec;
  const turn = a.turn;
  if (turn === undefined) {
    a.move("ready");
    return;
  }
  const heard = await turnOf(session, turn);
  // A start that was on its way when the connection broke may come to Codex between the two answers: asked once more.
  const unclear = !state.active && (heard.ours === undefined || heard.ours.status === "inProgress");
  const { active, turnId } = unclear ? await openThread(a, session, spec) : state;
  const { ours, running } = unclear ? await turnOf(session, turn) : heard;
  if (active && (ours === undefined || ours.status === "inProgress")) {
    await goOn(a, ours ?? running, turnId);
    return;
  }
  // What Codex had may be gone from the disk with the conversation: there is nothing left to begin again with.
  if (ours === undefined && !turn.delivered) return startAgain(a);
  await endFromRecord(a, ours, { kind: "died", cause: "restart", goesOn: "asks" });
}

/** What Codex has of our turn, and which one runs. */
async function turnOf(
  session: CodexSession,
  turn: RunningTurn,
): Promise<{ readonly ours: TurnRecord | undefined; readonly running: TurnRecord | undefined }> {
  const turns = await session.turns(lookBack);
  return {
    ours: turns.find((record) => isOf(record, turn)),
    running: turns.find(({ status }) => status === "inProgress"),
  };
}

/** A turn that ended before Codex had read what began it (it compacts first) is none: that message is still to be read. */
function isOf({ turnId, clientIds, status }: TurnRecord, turn: RunningTurn): boolean {
  const unread = !turn.delivered && (status === "interrupted" || status === "failed");
  return clientIds.includes(turn.clientId) || (turn.turnId !== undefined && turnId === turn.turnId && !unread);
}

/** Still running: items that finished meanwhile come from the record, the text so far from Redis, the rest will stream. */
async function goOn(a: ActorContext, record: TurnRecord | undefined, running: TurnId | undefined): Promise<void> {
  const turn = a.turn;
  if (turn === undefined) return;
  const turnId = turn.turnId ?? record?.turnId ?? running;
  if (turnId !== undefined && turn.turnId === undefined) await a.commit({ turn: { ...withPolicy(a, turn), turnId } });
  if (record !== undefined) await ackDelivered(a, record);
  a.move("running");
  a.sent = true;
  a.parts.slots.resume(a.chat);
  if (a.view !== undefined && record !== undefined) a.view = merged(a.view, record, "streaming", a.spec?.cwd);
  a.openWriter();
  if (a.view !== undefined) a.showView({ ...a.view, phase: a.view.phase === "starting" ? "working" : a.view.phase });
  if (turn.stopping === undefined || turnId === undefined) return;
  a.stopAskedAt = a.now;
  sendInterrupt(a, turnId);
}

/** The process is gone: a fresh one tells what became of the turn. */
async function afterDeath(a: ActorContext, cause: Cause): Promise<void> {
  const turn = a.turn;
  if (turn === undefined) return;
  a.deaths += 1;
  const { spec, project } = await a.parts.workspace.resolve(a.binding);
  a.project = project;
  const record = await recordAfterDeath(a, spec, turn);
  const hopeless = a.deaths > maxDeaths;
  if (record === undefined && turn.delivered === false)
    return hopeless ? couldNotStart(a, new CodexError("spawnFailed", "codex dies each time")) : startAgain(a);
  const asks = hopeless || a.parts.settings.recovery === "ask";
  const more =
    nextGroup(a.mail, a.taken(), a.parts.clock.uptime()) !== undefined ||
    nextWaiting(a.waiting) !== undefined ||
    (turn.stopping !== "stop" && turn.steers.some((s) => record?.clientIds.includes(s.clientId) !== true));
  const ending: Ending = { kind: "died", cause, goesOn: more ? "already" : asks ? "asks" : "byItself" };
  const slot = turn.slot;
  await endFromRecord(a, record, ending);
  if (!more && !asks && turn.stopping === undefined) await continueTurn(a, slot);
}

async function recordAfterDeath(
  a: ActorContext,
  spec: Parameters<typeof openThread>[2],
  turn: RunningTurn,
): Promise<TurnRecord | undefined> {
  const session = await a.parts.codex.spawn(a.chat, spec);
  try {
    await a.commit({ process: session.process });
    listen(a, session);
    const before = a.binding.threadId;
    await openThread(a, session, spec);
    a.session = session;
    a.spec = spec;
    if (a.binding.threadId !== before) return undefined;
    const turns = await session.turns(lookBack);
    return turns.find((record) => isOf(record, turn));
  } catch (error) {
    a.session = undefined;
    session.detach();
    await endStarted(a, session.process);
    throw error;
  }
}

/** No model request was made for it: the same turn once more, under the same client id. */
async function startAgain(a: ActorContext): Promise<void> {
  const turn = a.turn;
  if (turn === undefined) return;
  const { turnId: _gone, ...rest } = turn;
  // This Codex has none of its steers: they are written again, in their place.
  const fresh = { ...rest, steers: [] };
  a.steered.clear();
  await a.commit({ turn: fresh });
  a.move("running");
  a.sent = false;
  a.openWriter();
  if (a.view !== undefined) a.showView(a.view);
  void prepare(a, fresh);
}

/** The turn is over; what its record holds is shown, and how it ended. */
async function endFromRecord(a: ActorContext, record: TurnRecord | undefined, died: Ending): Promise<void> {
  const turn = a.turn;
  if (turn === undefined) return;
  a.view ??= emptyView(turn.slot, turn.startedAt, a.language);
  if (record !== undefined) {
    a.over = record.turnId;
    await ackDelivered(a, record);
    a.view = merged(a.view, record, record.status === "completed" ? "whole" : "partial", a.spec?.cwd);
    a.view = withTimes(a.view, record);
  }
  a.move("running");
  await endTurn(a, endingOf(a, record, died), endRequests(a, record?.status === "completed"));
}

/** What Codex's record tells of the time nobody listened. */
function withTimes(view: TurnView, { startedAt, endedAt }: TurnRecord): TurnView {
  const { started = startedAt, firstText } = view.times ?? {};
  // Codex keeps whole seconds: nothing ends before its beginning.
  const ended = endedAt === undefined ? undefined : Math.max(endedAt, started ?? 0, firstText ?? 0);
  const times = {
    ...(started === undefined ? {} : { started }),
    ...(firstText === undefined ? {} : { firstText }),
    ...(ended === undefined ? {} : { ended }),
  };
  const durationMs = startedAt === undefined || endedAt === undefined ? view.durationMs : endedAt - startedAt;
  return { ...view, times, ...(durationMs === undefined ? {} : { durationMs }) };
}

function endingOf(a: ActorContext, record: TurnRecord | undefined, died: Ending): Ending {
  if (record?.status === "completed") return { kind: "completed" };
  if (a.turn?.stopping === "message") return { kind: "interruptedForMessage" };
  if (a.turn?.stopping !== undefined) return { kind: "stopped" };
  if (record?.status === "failed")
    return { kind: "failed", failure: record.failure ?? { reason: "other", message: "" }, ref: a.parts.ref() };
  return died;
}

async function ackDelivered(a: ActorContext, record: TurnRecord): Promise<void> {
  const turn = a.turn;
  if (turn === undefined) return;
  const steers = turn.steers.filter((s) => record.clientIds.includes(s.clientId));
  const own = !turn.delivered && record.clientIds.includes(turn.clientId);
  const reasons = turn.reasons?.filter((one) => !record.clientIds.includes(reasonId(one.request))) ?? [];
  if (!own && steers.length === 0 && reasons.length === (turn.reasons?.length ?? 0)) return;
  await a.commit({
    ack: [...(own ? turn.mailIds : []), ...steers.flatMap((s) => s.mailIds)],
    turn: { ...withSteered(a, turn, steers), ...(own ? { delivered: true, mailIds: [] } : {}), reasons },
  });
}

/** [Continue], or `recovery: continue`. */
export async function continueTurn(
  a: ActorContext,
  slot: string,
  also: Parameters<typeof beginOwnTurn>[3] = {},
  by?: Person,
): Promise<void> {
  const words = "Your previous turn was interrupted. Continue where you left off.";
  await beginOwnTurn(a, `${slot}-c${a.now}`, words, also, by === undefined ? {} : { by });
}

/**
 * A stored view brought up to date by the record of its turn. What the record does not know of is kept while the turn is
 * `streaming` (with a mark: text went by while nobody listened) or ended `partial`; a `whole` turn has everything. Pure.
 */
export function merged(
  view: TurnView,
  record: TurnRecord,
  course: "streaming" | "partial" | "whole",
  folder?: string,
): TurnView {
  let next = view;
  for (const action of record.actions)
    next = reduceView(next, { kind: "action", turnId: record.turnId, action: relativeAction(action, folder) });
  const finished: ViewMessage[] = record.messages.map(({ itemId, phase, text }) => ({
    itemId,
    phase,
    text,
    complete: true,
  }));
  const unknown = (m: ViewMessage): boolean =>
    !finished.some((f) => f.itemId === m.itemId || (m.complete && f.text === m.text));
  const rest = course === "whole" ? [] : view.messages.filter(unknown);
  const shown = rest.map((m) => (course === "streaming" && !m.complete ? { ...m, text: gap(m.text) } : m));
  return { ...next, turnId: record.turnId, messages: [...finished, ...shown] };
}

/** Marks that text was streamed while nobody listened; the whole text comes when the message completes. */
function gap(text: string): string {
  return text === "" || text.endsWith(" … ") ? text : `${text} … `;
}
