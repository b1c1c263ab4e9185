import { CodexError } from "../codex/port.ts";
import type { RunningTurn } from "../model/chat.ts";
import type { MailId } from "../model/ids.ts";
import type { MailItem } from "../model/message.ts";
import { type ActorContext, text } from "./context.ts";
import { sendInterrupt } from "./interrupt.ts";
import { editsOf, isPrompt } from "./mailbox.ts";
import { endEarly } from "./not-started.ts";
import { keepsPlace } from "./place.ts";
import { liveTerminals } from "./session.ts";
import { takenBack } from "./turn.ts";

/** Background commands named at most. */
const maxTerminals = 5;

/** Stops the running turn (or only the one of `slot`), and is told when there is none. */
export async function stopTurn(a: ActorContext, mailId: MailId | undefined, slot: string | undefined): Promise<void> {
  const turn = a.turn;
  const ack = mailId === undefined ? [] : [mailId];
  if (turn === undefined) {
    const later = a.later;
    if (later !== undefined && slot === undefined) {
      a.later = undefined;
      return a.say(text(a.words.stoppedEarly(1)), { ack: [...ack, later.mailId] }, { ring: false });
    }
    const overtaken = slot === undefined && mailId !== undefined ? waitingBefore(a, mailId) : [];
    if (overtaken.length > 0)
      return a.say(text(a.words.stoppedEarly(overtaken.length)), { ack: [...ack, ...overtaken] });
    // A late tap on an ended turn's button needs no answer of its own; the final stands right there.
    return slot === undefined ? sayNothingRuns(a, ack) : a.commit({ ack });
  }
  if (slot !== undefined && slot !== turn.slot) return a.commit({ ack });
  if (slot === undefined && mailId !== undefined) await takeBack(a, waitingBefore(a, mailId));
  await interrupt(a, turn, "stop", mailId);
}

/** What waited behind the turn goes with it. */
async function takeBack(a: ActorContext, overtaken: readonly MailId[]): Promise<void> {
  if (overtaken.length > 0) await a.commit(takenBack(a, overtaken));
}

/** What earlier turns left running is no turn, but it runs: it is named, each with its end. */
async function sayNothingRuns(a: ActorContext, ack: readonly MailId[]): Promise<void> {
  const terminals = (await liveTerminals(a)).slice(0, maxTerminals);
  if (terminals.length === 0) return a.say(text(a.words.nothingRuns), { ack }, { ring: false });
  const mint = a.mint();
  const ends = terminals.map(({ command, processId }) => [
    mint.button(a.words.buttons.end(command.slice(0, 30)), { act: "endTerminal", processId }, "danger"),
  ]);
  const lines = [a.words.onlyBackground, ...terminals.map(({ command }) => `▸ ${command}`)];
  await a.say({ ...text(lines.join("\n")), buttons: ends }, { ack }, { ring: false, mint });
}

/** What was sent before the stop and nothing has taken yet, prompts and commands behind them: it is what it means. */
function waitingBefore(a: ActorContext, stop: MailId): readonly MailId[] {
  const taken = a.taken();
  const at = a.mail.findIndex((m) => m.id === stop);
  const edits = editsOf(a.mail);
  const means = (m: MailItem): boolean => m.mail.kind === "prompt" || isPrompt(m, edits) || keepsPlace(a, m, edits);
  // Its files may still be fetched for the running turn.
  const free = (id: MailId): boolean => !taken.has(id) || a.building.has(id);
  return a.mail.slice(0, at).flatMap((m) => (free(m.id) && means(m) ? [m.id] : []));
}

/** Marks the turn as stopping, then interrupts it as soon as it has an id. */
export async function interrupt(
  a: ActorContext,
  turn: RunningTurn,
  why: NonNullable<RunningTurn["stopping"]>,
  mailId?: MailId,
): Promise<void> {
  if (turn.turnId === undefined && !a.sent) return endEarly(a, turn, mailId === undefined ? [] : [mailId]);
  await a.commit({ turn: { ...turn, stopping: why }, ...(mailId === undefined ? {} : { ack: [mailId] }) });
  if (a.view !== undefined) a.showView({ ...a.view, phase: "stopping" });
  a.stopAskedAt ??= a.now;
  if (turn.turnId !== undefined) sendInterrupt(a, turn.turnId); // else as soon as it has an id
}

/** What a stopped turn had started keeps running after an interrupt: its own terminals are ended, earlier ones stay. */
export async function endTerminalsOf(a: ActorContext, itemIds: ReadonlySet<string>): Promise<void> {
  try {
    for (const terminal of await liveTerminals(a)) {
      if (terminal.itemId !== undefined && itemIds.has(terminal.itemId))
        await a.session?.endTerminal(terminal.processId);
    }
  } catch (error) {
    if (!(error instanceof CodexError)) throw error;
    a.log.warn({ error }, "terminals are not ended");
  }
}
