import { CodexError } from "../codex/port.ts";
import { requestWords } from "../model/catalog/request.ts";
import type { PendingSteer, RunningTurn } from "../model/chat.ts";
import type { OutboxBody } from "../model/delivery.ts";
import type { ClientId, MessageId } from "../model/ids.ts";
import type { Mint } from "../model/mint.ts";
import { type ActorContext, text } from "./context.ts";
import type { Input } from "./inputs.ts";
import { sendInterrupt } from "./interrupt.ts";
import { busyMode, type Group } from "./mailbox.ts";
import { nextInPlace } from "./place.ts";
import type { BuiltInput } from "./prompt.ts";
import { buildInput, needsFiles } from "./prompt.ts";
import { named } from "./turn-log.ts";
import { tellSkipped } from "./turn-start.ts";

/** Deals with messages that arrived while a turn runs. Answers how long to wait for the rest of a joined one. */
export async function feedRunning(a: ActorContext): Promise<number | undefined> {
  for (;;) {
    const turn = a.turn;
    if (turn?.turnId === undefined || a.closing || turn.stopping !== undefined) return undefined;
    // One on its way, or its files: what was written later is read later.
    if (a.steering.size > 0 || a.building.size > 0) return undefined;
    // One of unknown outcome may yet become the next turn: what was written later must not overtake it.
    if (turn.steers.some((steer) => !a.steered.has(steer.clientId))) return undefined;
    const next = nextInPlace(a);
    if (next === undefined) return undefined;
    if ("waitMs" in next) return next.waitMs;
    const configured = a.binding.whileBusy ?? a.parts.settings.whileBusy;
    const chosen = busyMode(configured, next.group, a.comment);
    // Where nothing new begins, nothing is ended for it either.
    const mode = chosen === "interrupt" && a.parts.holding?.() !== undefined ? "queue" : chosen;
    // Codex is to have read the message before: ended earlier it would begin anew, and be ended again, for ever.
    if (mode === "interrupt") return turn.delivered ? interruptFor(a, turn) : undefined;
    // In a chat that steers, what waits was written while a turn took nothing more: it is read first.
    const behind = configured === "steer" && a.waiting.some((w) => w.held !== true);
    if (mode === "queue" || turn.notSteerable === true || behind) await wait(a, next.group);
    else await steerGroup(a, next.group);
  }
}

/** Hands a group to the running turn; fetching its files first happens outside of the loop. */
export async function steerGroup(a: ActorContext, group: Group): Promise<void> {
  const cwd = a.spec?.cwd;
  if (cwd === undefined || !needsFiles(group.messages)) {
    await sendSteer(a, group, await buildInput(a.chat, group.messages, cwd ?? "", a.parts.workspace));
    return;
  }
  const slot = a.turn?.slot ?? "";
  for (const id of group.mailIds) a.building.add(id);
  void buildInput(a.chat, group.messages, cwd, a.parts.workspace).then(
    (built) => a.post({ kind: "steerBuilt", slot, group, built }),
    (error: unknown) => {
      a.log.error({ error }, "steer is not built");
      a.post({ kind: "steerBuilt", slot, group, built: undefined });
    },
  );
}

/**
 * The files are here: the group goes on its way, as a steer if the turn still runs. Of one that was taken back meanwhile,
 * in whole or in part, nothing does; what is left of it is built anew.
 */
export async function onSteerBuilt(a: ActorContext, input: Extract<Input, { kind: "steerBuilt" }>): Promise<void> {
  for (const id of input.group.mailIds) a.building.delete(id);
  const whole = input.group.mailIds.every((id) => a.mail.some((m) => m.id === id));
  const goesOn = whole && a.turn?.slot === input.slot && a.turn.stopping === undefined && !a.closing;
  if (input.built !== undefined && goesOn) await sendSteer(a, input.group, input.built);
}

async function sendSteer(a: ActorContext, group: Group, built: BuiltInput): Promise<void> {
  const turn = a.turn;
  const session = a.session;
  const head = group.mailIds[0];
  if (turn?.turnId === undefined || session === undefined || head === undefined) return;
  const by = group.messages[0]?.person;
  const steer: PendingSteer = {
    clientId: `s-${head}` as ClientId,
    mailIds: group.mailIds,
    messageId: group.messageId,
    ...(by === undefined ? {} : { by: named(by) }),
  };
  await a.commit({ turn: { ...turn, steers: [...turn.steers, steer] } });
  await tellSkipped(a, built.skipped, group.messageId);
  await a.assertOwner();
  a.steering.add(steer.clientId);
  // Beside the loop: a Codex that hangs must not hold up a stop.
  session.steer(steer.clientId, turn.turnId, built.input).then(
    (answer) => a.post({ kind: "steerAnswered", steer, answer }),
    (error: unknown) => {
      if (error instanceof CodexError) a.post({ kind: "steerAnswered", steer, answer: error });
      else a.log.error({ error }, "steer is not written");
    },
  );
}

/** What became of a steer; of a turn that is over it says nothing any more. */
export async function onSteerAnswered(
  a: ActorContext,
  { steer, answer }: Extract<Input, { kind: "steerAnswered" }>,
): Promise<void> {
  if (!a.steering.delete(steer.clientId)) return;
  if (answer === "steered") {
    a.steered.add(steer.clientId);
    return tellSteered(a, steer.messageId);
  }
  if (answer instanceof CodexError) {
    // No answer: it may have been taken. It stays with the turn; still absent at its end, it becomes the next one.
    if (answer.code === "disconnected" || answer.code === "timeout") return;
    a.log.warn({ error: answer }, "steer is refused");
  }
  await withdraw(a, steer, answer !== "noActiveTurn");
  if (answer === "noActiveTurn") a.closing = true;
}

async function withdraw(a: ActorContext, steer: PendingSteer, notSteerable: boolean): Promise<void> {
  const turn = a.turn;
  if (turn === undefined) return;
  await a.commit({
    turn: {
      ...turn,
      steers: turn.steers.filter((s) => s.clientId !== steer.clientId),
      ...(notSteerable ? { notSteerable: true as const } : {}),
    },
  });
}

async function tellSteered(a: ActorContext, messageId: MessageId): Promise<void> {
  const ops: OutboxBody[] = [{ op: "mark", messageId, mark: "steered" }];
  const open = [...a.open][0];
  if (open === undefined) return a.commit({ ops });
  const mint = a.mint();
  // Codex has the text already and reads it next: a plain decline is a decline with it.
  const decline = mint.button(requestWords[a.language].declineWith(open), {
    act: "answer",
    request: open,
    answer: { kind: "decision", decision: "decline" },
  });
  const content = { ...text(a.words.afterRequest(open)), buttons: [[decline]] };
  await a.commit({
    ops: [...ops, { op: "message", content, replyTo: messageId, ring: false }],
    buttons: mint.records,
  });
}

async function wait(a: ActorContext, group: Group): Promise<void> {
  const head = group.mailIds[0];
  if (head === undefined) return;
  const mint = a.mint();
  const slot = `w-${head}`;
  const before = a.waiting.filter((w) => w.held !== true).length;
  const content = { ...text(a.words.waiting(before)), buttons: [waitingButtons(a, mint, head)] };
  await a.commit({
    waiting: [...a.waiting, { mailIds: group.mailIds, messageId: group.messageId, slot }],
    ops: [{ op: "message", content, slot, replyTo: group.messageId, ring: false }],
    buttons: mint.records,
  });
}

function waitingButtons(a: ActorContext, mint: Mint, head: Group["mailIds"][number]) {
  const words = a.words.buttons;
  return [
    mint.button(words.steerNow, { act: "steerNow", mail: head }),
    mint.button(words.runNext, { act: "runNext", mail: head }),
    mint.button(words.drop, { act: "drop", mail: head }, "danger"),
  ];
}

async function interruptFor(a: ActorContext, turn: RunningTurn): Promise<undefined> {
  await a.commit({ turn: { ...turn, stopping: "message" } });
  a.stopAskedAt ??= a.now;
  if (turn.turnId !== undefined) sendInterrupt(a, turn.turnId);
  return undefined;
}
