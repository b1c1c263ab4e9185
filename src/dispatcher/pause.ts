import type { InboundCommand, Mail } from "../model/message.ts";
import { type ActorContext, text } from "./context.ts";
import type { Holding } from "./runtime-state.ts";

/** Control mail that begins a turn where none runs. Pure. */
export function beginsTurn(mail: Mail): boolean {
  if (mail.kind === "command") return isStart(mail.command);
  if (mail.kind !== "button") return false;
  const { act } = mail;
  if (act.act === "command") return isStart(act);
  return act.act === "continue" || act.act === "retry" || act.act === "askAgain";
}

/** Pure. */
export function isStart({ name, args }: InboundCommand): boolean {
  return name === "retry" || (name === "new" && args !== "");
}

/**
 * What would begin a turn is another worker's, where there is one that may: "elsewhere". Else it stays unread until the
 * service is back, and the chat is told once.
 */
export async function holdBack(a: ActorContext): Promise<"elsewhere" | undefined> {
  if (a.parts.holding?.() !== "drain" || a.phase !== "ready" || !hasHeld(a)) return undefined;
  if ((await a.parts.standIn?.(a.chat)) === true) return "elsewhere";
  await tellOnce(a, a.words.pause.held);
  return undefined;
}

function hasHeld(a: ActorContext): boolean {
  const taken = a.taken();
  return a.mail.some(
    (m) => !a.handled.has(m.id) && !taken.has(m.id) && (beginsTurn(m.mail) || m.mail.kind === "prompt"),
  );
}

/** Tells the chat of a running turn what becomes of it: `drain`: the stop waits for its end; `stop`: it goes on alone. */
export async function tellPause(a: ActorContext, why: Holding): Promise<void> {
  if (a.turn !== undefined) await tellOnce(a, a.words.pause[why]);
}

/** At most one note each time the service goes. */
async function tellOnce(a: ActorContext, words: string): Promise<void> {
  if (a.binding.pausedNote !== undefined) return;
  const slot = `pause-${a.now}`;
  await a.say(text(words), { binding: { ...a.binding, pausedNote: slot } }, { slot, ring: false });
}

/** The note of the pause becomes the note of its end. */
export async function tellBack(a: ActorContext): Promise<void> {
  const { pausedNote: slot, ...binding } = a.binding;
  if (slot === undefined || a.parts.holding?.() !== undefined) return;
  await a.commit({ binding, ops: [{ op: "edit", slot, content: text(a.words.pause.back), orSend: false }] });
}
