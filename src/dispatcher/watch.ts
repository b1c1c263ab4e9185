import { requestWords } from "../model/catalog/request.ts";
import { lastAction } from "../model/present/final.ts";
import { type ActorContext, text } from "./context.ts";
import { liveTerminals } from "./session.ts";
import { interrupt } from "./stop.ts";

/** How long Codex may take to follow a stop before the chat is asked, ms. */
const stopPatienceMs = 5000;

/** Looks after time: stalls, limits, reminders, idleness. Called every second or two. `park`: nothing to do for long enough. */
export async function watch(a: ActorContext): Promise<"park" | "stay"> {
  const turn = a.turn;
  if (turn === undefined) {
    const idle =
      a.phase === "ready" &&
      a.mail.length === 0 &&
      a.afterTurn.length === 0 &&
      a.now - a.lastBusyAt >= a.parts.settings.idleMs;
    return idle && !(await hasTerminals(a)) ? "park" : "stay";
  }
  const { maxTurnMs } = a.parts.settings;
  if (maxTurnMs > 0 && turn.stopping === undefined && a.now - turn.startedAt >= maxTurnMs)
    await interrupt(a, turn, "tooLong");
  if (await askAboutStop(a, turn.slot)) return "stay";
  if (a.open.size > 0) await remind(a);
  else await askAboutStall(a, turn.slot);
  return "stay";
}

/** A chat with something still running in the background is not parked. */
async function hasTerminals(a: ActorContext): Promise<boolean> {
  const live = (await liveTerminals(a)).length > 0;
  if (live) a.lastBusyAt = a.now;
  return live;
}

/** A stop that Codex does not follow: the person decides. True while the turn is stopping. */
async function askAboutStop(a: ActorContext, slot: string): Promise<boolean> {
  if (a.turn?.stopping === undefined) return false;
  if (a.stopAskedAt === undefined || a.now - a.stopAskedAt < stopPatienceMs) return true;
  a.stopAskedAt = undefined;
  const mint = a.mint();
  const words = a.words.buttons;
  const buttons = [
    [
      mint.button(words.wait, { act: "wait", slot }),
      mint.button(words.restartCodex, { act: "restartCodex", slot }, "danger"),
    ],
  ];
  await a.say({ ...text(a.words.stopUnanswered), buttons }, {}, { mint });
  return true;
}

async function remind(a: ActorContext): Promise<void> {
  for (const number of a.open) {
    const record = a.requests.get(number);
    const sent = a.reminded.get(number) ?? 0;
    const due = a.parts.settings.remindMs[sent];
    if (record === undefined || due === undefined || a.answered.has(number)) continue;
    const age = a.now - record.askedAt;
    if (age < due) continue;
    a.reminded.set(number, sent + 1);
    // After a restart several may be due at once; one is enough.
    if (a.parts.settings.remindMs[sent + 1] === undefined || age < (a.parts.settings.remindMs[sent + 1] ?? 0)) {
      await a.say(text(requestWords[a.language].reminder(number, Math.round(age / 60_000))));
    }
  }
}

async function askAboutStall(a: ActorContext, slot: string): Promise<void> {
  const { stallMs } = a.parts.settings;
  if (stallMs <= 0 || a.stallAsked || a.session === undefined || a.now - a.lastProgressAt < stallMs) return;
  a.stallAsked = true;
  const mint = a.mint();
  const words = a.words.buttons;
  const running = a.view === undefined ? undefined : lastAction(a.view);
  const buttons = [
    [
      mint.button(words.wait, { act: "wait", slot }),
      mint.button(words.stop, { act: "stop", slot }, "danger"),
      mint.button(words.restartCodex, { act: "restartCodex", slot }),
    ],
  ];
  await a.say(
    { ...text(a.words.stalled(Math.round((a.now - a.lastProgressAt) / 60_000), running)), buttons },
    {},
    { mint },
  );
}
