import { CodexError } from "../codex/port.ts";
import type { RunningTurn, Waiting } from "../model/chat.ts";
import type { OutboxBody } from "../model/delivery.ts";
import type { BridgeError } from "../model/errors.ts";
import type { ClientId, MessageId } from "../model/ids.ts";
import type { Person } from "../model/message.ts";
import { emptyView, type TurnView } from "../model/view.ts";
import { type ActorContext, text } from "./context.ts";
import { compareIds, type Group, groupOfIds, nextWaiting } from "./mailbox.ts";
import { endEarly } from "./not-started.ts";
import { nextInPlace } from "./place.ts";
import type { Commit } from "./port.ts";
import { buildInput } from "./prompt.ts";
import { ensureSession } from "./session.ts";
import { freshNotes } from "./turn-log.ts";

/** Takes the next thing that waits, if no turn runs. Answers how long to wait for the rest of a joined message. */
export async function startNext(a: ActorContext): Promise<number | undefined> {
  if (a.turn !== undefined || a.phase !== "ready") return undefined;
  const next = nextInPlace(a);
  const waiting = nextWaiting(a.waiting);
  const waitingGroup = waiting === undefined ? undefined : groupOfIds(a.mail, waiting.mailIds);
  if (waiting !== undefined && waitingGroup === undefined) {
    await a.commit({ waiting: a.waiting.filter((w) => w !== waiting) });
    return startNext(a);
  }
  const free = next !== undefined && "group" in next ? next.group : undefined;
  if (
    waiting !== undefined &&
    waitingGroup !== undefined &&
    (waiting.first === true || free === undefined || before(waitingGroup, free))
  ) {
    await beginGroup(a, waitingGroup, waiting);
    return undefined;
  }
  if (next === undefined) return undefined;
  if ("waitMs" in next) return next.waitMs;
  await beginGroup(a, next.group, undefined);
  return undefined;
}

/** Starts a turn of our own words ([Continue], [Try now]), asked for by `from.by`; `also` is written in the same step. */
export async function beginOwnTurn(
  a: ActorContext,
  slot: string,
  words: string,
  also: Commit,
  from: { readonly replyTo?: MessageId; readonly by?: Person } = {},
): Promise<void> {
  const turn: RunningTurn = {
    slot,
    clientId: slot as ClientId,
    mailIds: [],
    delivered: false,
    startedAt: a.now,
    steers: [],
    text: words,
    notes: freshNotes(a.now, from.by),
    ...(from.replyTo === undefined ? {} : { messageId: from.replyTo }),
  };
  await openTurn(a, turn, also);
}

/** Starts a turn with a group of messages; `waiting`: the entry it was taken from. */
export async function beginGroup(a: ActorContext, group: Group, waiting: Waiting | undefined): Promise<void> {
  const slot = `t-${group.mailIds[0] ?? ""}`;
  const first = group.messages[0];
  const turn: RunningTurn = {
    slot,
    clientId: slot as ClientId,
    mailIds: group.mailIds,
    messageId: group.messageId,
    delivered: false,
    startedAt: a.now,
    steers: [],
    notes: freshNotes(first?.sentAt ?? a.now, first?.person),
  };
  a.comment = first === undefined ? undefined : { person: first.person.id, sentAt: first.sentAt };
  const ops: OutboxBody[] = [{ op: "mark", messageId: group.messageId, mark: "taken" }];
  if (waiting !== undefined)
    ops.push({ op: "edit", slot: waiting.slot, content: text(a.words.runsNext), orSend: false });
  await openTurn(a, turn, {
    ops,
    ...(waiting === undefined ? {} : { waiting: a.waiting.filter((w) => w !== waiting) }),
  });
}

/** The durable intent first, then everything that may take time, outside of the loop. */
async function openTurn(a: ActorContext, asked: RunningTurn, also: Commit): Promise<void> {
  const turn = a.lastRead === undefined ? asked : { ...asked, readTo: a.lastRead };
  const mint = a.mint();
  const stop = mint.button(a.words.buttons.stop, { act: "stop", slot: turn.slot });
  const view: TurnView = { ...emptyView(turn.slot, a.now, a.language), stopNonce: stop.nonce };
  await a.commit({ ...also, turn, view, buttons: [...(also.buttons ?? []), ...mint.records] });
  a.move("running");
  a.sent = false;
  a.preparing = new AbortController();
  a.closing = false;
  a.stallAsked = false;
  a.lastProgressAt = a.now;
  a.openWriter();
  a.showView(view);
  void prepare(a, turn);
}

/** Slot, process, thread, files; the outcome comes back as an input. Never rejects. */
export async function prepare(a: ActorContext, turn: RunningTurn): Promise<void> {
  a.attempt += 1;
  const attempt = a.attempt;
  try {
    const { spec, project } = await a.parts.workspace.resolve(a.binding);
    await a.parts.slots.acquire(
      a.chat,
      (before) => a.post({ kind: "queuedForSlot", before }),
      AbortSignal.any([a.abort.signal, a.preparing.signal]),
    );
    const messages = turn.text === undefined ? (groupOfIds(a.mail, turn.mailIds)?.messages ?? []) : [];
    const [built] = await Promise.all([
      turn.text === undefined
        ? buildInput(a.chat, messages, spec.cwd, a.parts.workspace)
        : { input: [{ type: "text" as const, text: turn.text }], skipped: [] },
      ensureSession(a, spec),
    ]);
    a.post({ kind: "prepared", slot: turn.slot, attempt, built, spec, project });
  } catch (error) {
    a.post({ kind: "prepareFailed", slot: turn.slot, attempt, error });
  }
}

/** A turn that waits for its slot says so, in one note that changes when the wait is over. */
export async function tellQueued(a: ActorContext, before: number): Promise<void> {
  if (a.turn === undefined) return;
  a.queued = true;
  await a.commit({
    ops: [{ op: "edit", slot: queueSlot(a.turn), content: text(a.words.waitingSlot(before)), orSend: true }],
  });
}

function queueSlot(turn: RunningTurn): string {
  return `q-${turn.slot}`;
}

async function tellUnqueued(a: ActorContext, turn: RunningTurn): Promise<void> {
  if (!a.queued) return;
  a.queued = false;
  await a.commit({ ops: [{ op: "edit", slot: queueSlot(turn), content: text(a.words.slotFree), orSend: false }] });
}

/** The prepared turn goes out, unless it was stopped meanwhile. */
export async function sendPrepared(
  a: ActorContext,
  input: Extract<Parameters<ActorContext["post"]>[0], { kind: "prepared" }>,
): Promise<void> {
  const turn = a.turn;
  if (turn === undefined || turn.slot !== input.slot || turn.turnId !== undefined) return;
  // A recovery prepared it once more: sent twice it would be steered into itself.
  if (input.attempt !== a.attempt) return;
  if (turn.stopping !== undefined) return endEarly(a, turn);
  // `/new` may have come while its Codex still opened the conversation before.
  if (a.session === undefined || a.binding.threadId === undefined) return void prepare(a, turn);
  await tellUnqueued(a, turn);
  await tellSkipped(a, input.built.skipped, turn.messageId);
  await a.assertOwner();
  a.spec = input.spec;
  a.project = input.project;
  a.sent = true;
  a.session.startTurn(turn.clientId, input.built.input, input.spec).catch((error: unknown) => {
    if (error instanceof CodexError) a.post({ kind: "startFailed", slot: turn.slot, error });
    else a.log.error({ error }, "turn is not written");
  });
  noteClean(a, turn, input.spec.cwd);
}

/**
 * Looks whether the turn can be taken back. After `turn/start` is written, because forking git takes milliseconds; the
 * model needs far longer to its first change, and a change seen only makes the answer no.
 */
function noteClean(a: ActorContext, turn: RunningTurn, cwd: string): void {
  a.parts.workspace.clean(cwd).then(
    (clean) => (clean ? a.post({ kind: "clean", slot: turn.slot }) : undefined),
    (error: unknown) => a.log.warn({ error }, "checkout cannot be looked at"),
  );
}

/** Files that were left out are told, each with its reason. */
export async function tellSkipped(
  a: ActorContext,
  skipped: readonly { readonly name: string; readonly error: BridgeError }[],
  replyTo: MessageId | undefined,
): Promise<void> {
  for (const file of skipped) {
    const why = a.words.fileWhy;
    const code = file.error.code;
    const reason =
      code === "fileTooLarge"
        ? why.fileTooLarge(Math.floor(a.parts.settings.maxDownloadBytes(a.chat) / 1_000_000))
        : code === "fileGone" || code === "fileElsewhere"
          ? why[code]
          : code === "diskFull"
            ? why.diskFull
            : why.channelUnreachable;
    await a.say(text(a.words.fileSkipped(file.name, reason)), {}, replyTo === undefined ? {} : { replyTo });
  }
}

function before(x: Group, y: Group): boolean {
  return compareIds(x.mailIds[0], y.mailIds[0]) < 0;
}
