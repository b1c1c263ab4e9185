import { assertNever } from "../lib/assert-never.ts";
import { clockTime } from "../lib/duration.ts";
import { commandWords } from "../model/catalog/commands.ts";
import type { MailId } from "../model/ids.ts";
import type { MailItem, Person } from "../model/message.ts";
import { fullRequest } from "../model/present/card.ts";
import { detailsContent } from "../model/present/details.ts";
import type { ButtonAct } from "../model/request.ts";
import { onChoice, writeAnswerOf } from "./approvals.ts";
import { runCommand } from "./commands.ts";
import { type ActorContext, text } from "./context.ts";
import { continueTurn } from "./recovery.ts";
import { endProcess, endSession } from "./session.ts";
import { stopTurn } from "./stop.ts";
import { beginOwnTurn } from "./turn-start.ts";
import { onWaiting } from "./waiting.ts";

/** A tap that the gateway let through. Its mail is acked in the step that carries its effect. */
export async function onButton(a: ActorContext, item: MailItem, act: ButtonAct, person: Person): Promise<void> {
  const ack = [item.id];
  switch (act.act) {
    case "stop":
      return stopTurn(a, item.id, act.slot);
    case "steerNow":
    case "runNext":
    case "drop":
      return onWaiting(a, item.id, act.act, act.mail);
    case "continue":
    case "retry":
    case "leave":
      return onEnded(a, item.id, act, person);
    case "details":
    case "diff":
    case "undo":
      return onLook(a, item.id, act.act, act.slot);
    case "showRequest": {
      const record = await a.parts.store.request(act.request);
      return record === undefined
        ? a.commit({ ack })
        : a.say({ pieces: fullRequest(record) }, { ack }, { ring: false });
    }
    case "choose": {
      const answer = await onChoice(a, act.request, act.index, act.option);
      if (answer === undefined) return a.commit({ ack });
      return writeAnswerOf(a, item.id, act.request, answer, person);
    }
    case "askAgain": {
      const record = await a.parts.store.request(act.request);
      if (a.turn !== undefined || record === undefined || record.request.turnId !== a.binding.lastTurn?.turnId)
        return a.say(text(a.words.alreadyWentOn), { ack }, { ring: false });
      return continueTurn(a, `r-${act.request}`, { ack }, person);
    }
    case "wait":
      a.lastProgressAt = a.now;
      a.stallAsked = false;
      return a.say(text(a.words.stillWaiting), { ack }, { ring: false });
    case "restartCodex":
      return restartCodex(a, item.id, act.slot);
    case "command":
      return runCommand(a, ack, { name: act.name, args: act.args }, person, act.how, act.message);
    case "setting":
      return runCommand(a, ack, { name: "settings", args: `${act.key} ${act.value}` }, person, undefined);
    case "terminal":
      return goOnInTerminal(a, ack);
    case "endTerminal":
      await a.assertOwner();
      await a.session?.endTerminal(act.processId);
      return a.commit({ ack });
    // Settled by the gateway; they never become mail of this kind.
    case "answer":
    case "answerWhy":
    case "answerOther":
    case "sendAsText":
    case "rehome":
      a.log.warn({ act: act.act }, "button belongs to the gateway");
      return a.commit({ ack });
    default:
      return assertNever(act);
  }
}

async function onEnded(
  a: ActorContext,
  mailId: MailId,
  act: Extract<ButtonAct, { act: "continue" | "retry" | "leave" }>,
  by: Person,
): Promise<void> {
  const ack = [mailId];
  // Its turn is not the last one any more: what it offers would happen to another.
  if (a.turn !== undefined || a.binding.lastTurn?.slot !== act.slot)
    return a.say(text(a.words.alreadyWentOn), { ack }, { ring: false });
  if (act.act === "leave") return a.say(text(a.words.left), { ack }, { ring: false });
  if (act.act === "continue") return continueTurn(a, act.slot, { ack }, by);
  if (act.at !== undefined && act.at > a.now) {
    const known = a.later;
    a.retryLater(act.at, mailId);
    if (known !== undefined && known.mailId !== mailId) return a.commit({ ack: [known.mailId] });
    const time = clockTime(act.at, a.parts.settings.timeZone);
    return a.say(text(a.words.willRetry(time)), {}, { ring: false });
  }
  const words = "The previous attempt failed. Do the last request again.";
  return beginOwnTurn(a, `${act.slot}-r${a.now}`, words, { ack }, { by });
}

async function onLook(a: ActorContext, mailId: MailId, act: "details" | "diff" | "undo", slot: string): Promise<void> {
  const ack = [mailId];
  const view = a.view?.slot === slot ? a.view : await a.parts.store.archived(a.chat, slot);
  if (view === undefined) return a.say(text(a.words.noDetails), { ack });
  if (act === "details") return a.say(detailsContent(view), { ack }, { ring: false });
  if (view.diff === undefined || view.diff === "") return a.say(text(a.words.noDiff), { ack });
  if (act === "diff")
    return a.say({ pieces: [{ as: "code", text: view.diff, language: "diff" }] }, { ack }, { ring: false });
  const { spec } = await a.parts.workspace.resolve(a.binding);
  await a.assertOwner();
  const undone = a.turn === undefined && (await a.parts.workspace.undo(spec.cwd, view.diff));
  return a.say(text(undone ? a.words.undone : a.words.cannotUndo), { ack });
}

/** A thread has one writer: our process lets go of it first. */
async function goOnInTerminal(a: ActorContext, ack: readonly MailId[]): Promise<void> {
  const words = commandWords[a.language];
  const threadId = a.binding.threadId;
  if (a.turn !== undefined || threadId === undefined) return a.say(text(words.busyAsk), { ack }, { ring: false });
  await endSession(a);
  await a.say(text(words.status.goOn(threadId)), { ack }, { ring: false });
}

/** Only for the turn that hung: a later one has done nothing to be ended for. */
async function restartCodex(a: ActorContext, mailId: MailId, slot: string): Promise<void> {
  if (a.turn?.slot !== slot) return a.say(text(a.words.alreadyWentOn), { ack: [mailId] }, { ring: false });
  await a.commit({ ack: [mailId] });
  endProcess(a);
}
