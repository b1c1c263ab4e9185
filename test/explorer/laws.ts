import type { Law } from "../mutants/catalog.ts";
import { approvalLaw, strangerLaw } from "./laws-of-people.ts";
import { finalsLaw, framesLaw, visibleEndLaw, wordsLaw } from "./laws-of-screens.ts";
import { only, repeated, type Terms, type Verdict, type Violation } from "./reading.ts";
import type { Sent, TraceEvent } from "./trace.ts";

/** Acknowledged only after it was stored; and in the end everything is. */
const durableLaw: Verdict = (trace) => {
  const stored = new Set<string>();
  const found: string[] = [];
  for (const event of trace) {
    if (event.kind === "stored") stored.add(event.id);
    if (event.kind === "acked" && event.id.startsWith("m") && !stored.has(event.id))
      found.push(`${event.id} is acknowledged and not stored`);
  }
  for (const { id } of only(trace, "written"))
    if (id.startsWith("m") && !stored.has(id)) found.push(`${id} is never stored`);
  return found;
};

/** Every stored message reaches Codex once, in the order of arrival; one that was stopped or kept with a note may not. */
const onceLaw: Verdict = (trace) => {
  const stored = only(trace, "stored").filter(({ mail }) => mail === "prompt");
  const delivered = only(trace, "delivered");
  const sent = only(trace, "sent");
  const found = repeated(stored.map(({ id }) => id)).map((id) => `${id} is stored twice`);
  const told = (words: RegExp) => new Set(sent.filter(({ text }) => words.test(text)).map(({ replyTo }) => replyTo));
  const unsure = told(/may not have this/);
  const kept = told(/(could not take|may not have) this/);
  const unshown = new Set(only(trace, "refused").map(({ chat }) => chat));
  const chatOf = new Map(stored.map(({ id, chat }) => [id, chat]));
  const times = (id: string): number => timesDelivered(trace, chatOf.get(id) ?? "", id);
  if (delivered.some(({ text }) => text === "")) found.push("a message without text reaches Codex");
  for (const { id, chat } of stored) {
    const count = times(id);
    const stopped =
      sent.some((one) => one.replyTo === id && /^(.*\n)*Stopped/.test(one.text)) || takenBack(sent, chat, id);
    // A person who is told that nobody could ask, and tries again, may be wrong: Codex died with it and came not back.
    if (count > (unsure.has(id) ? 2 : 1)) found.push(`${id} reaches Codex ${count} times`);
    if (count === 0 && !stopped && !unshown.has(chat)) found.push(`${id} never reaches Codex`);
  }
  for (const chat of new Set(stored.map((one) => one.chat))) {
    const ids = stored.filter((one) => one.chat === chat && !kept.has(one.id) && times(one.id) > 0).map(({ id }) => id);
    const order = delivered.flatMap(({ text }) => ids.filter((id) => text.endsWith(` ${id}.`)));
    if ([...new Set(order)].join() !== [...new Set(ids)].join())
      found.push(`${chat} is read in the order ${order.join()} instead of ${ids.join()}`);
  }
  return found;
};

/** Several are taken back with one note, in reply to the first; the others are marked, where the mark was not lost. */
function takenBack(sent: readonly Sent[], chat: string, id: string): boolean {
  if (sent.some(({ as, text, replyTo }) => as === "mark" && text === "dropped" && replyTo === id)) return true;
  return sent.some(({ chat: at, text, replyTo }) => {
    const count = Number(/None of these (\d+) messages/.exec(text)?.[1] ?? 0);
    const marked = sent.filter((one) => one.chat === at && one.text === "dropped").length;
    return at === chat && marked < count && numberOf(replyTo) < numberOf(id);
  });
}

/** Ids grow with the moment they were written at. */
function numberOf(id: string | undefined): number {
  return Number(id?.slice(1) ?? Number.NaN);
}

/**
 * How often Codex has the message. One that went with a conversation deleted from the disk before any owner had written
 * down that it was delivered is started anew: the conversation that would tell is gone.
 */
function timesDelivered(trace: readonly TraceEvent[], chat: string, id: string): number {
  let times = 0;
  let last = "";
  let gone = false;
  const noted = new Set<string>();
  for (const event of trace) {
    // Mail of two chats may have one id.
    if (event.kind === "removed" && event.chat === chat) for (const mail of event.mails) noted.add(mail);
    // Named after its mail: t-1-0 begins a turn, s-1-0 is steered.
    if (event.kind === "erased" && event.chat === chat && event.clientIds.includes(last)) gone = true;
    if (event.kind !== "delivered" || !event.text.endsWith(` ${id}.`)) continue;
    if (!gone || noted.has(last.slice(2))) times += 1;
    last = event.clientId;
    gone = false;
  }
  return times;
}

/** One owner, and nothing of a stale one. */
const ownerLaw: Verdict = (trace) =>
  trace.flatMap((event) => {
    if (event.kind === "claimed" && event.over !== undefined)
      return [`${event.node} takes ${event.lease} while ${event.over} holds it`];
    if (event.kind === "wrote" && event.epoch !== event.current)
      return [`${event.script} writes with epoch ${event.epoch}, which is ${event.current} by now`];
    if (event.kind === "asked" && event.stale) return [`a stale owner asks the ${event.of} for ${event.what}`];
    return [];
  });

/** One running turn per chat; a text steers only where that was chosen. */
const turnLaw: Verdict = (trace) =>
  trace.flatMap((event) => {
    if (event.kind === "turn" && event.state === "overlaps") return [`${event.chat} has two running turns`];
    if (event.kind === "steered" && !event.allowed) return [`"${event.text}" steers although the chat chose otherwise`];
    return [];
  });

/** We end no process whose turn runs. */
const survivalLaw: Verdict = (trace) =>
  only(trace, "ended").flatMap(({ chat, excused }) => (excused ? [] : [`the running turn of ${chat} is ended by us`]));

/** Each law that schedules are held to. */
const verdicts: Readonly<Partial<Record<Law, Verdict>>> = {
  L1: durableLaw,
  L2: onceLaw,
  L3: ownerLaw,
  L4: turnLaw,
  L5: finalsLaw,
  L6: framesLaw,
  L7: approvalLaw,
  L8: survivalLaw,
  L9: strangerLaw,
  L11: wordsLaw,
  L12: visibleEndLaw,
};

/** Every breach of every law. Pure. */
export function verdict(trace: readonly TraceEvent[], terms: Terms): readonly Violation[] {
  return Object.entries(verdicts).flatMap(([law, judge]) =>
    judge(trace, terms).map((what) => ({ law: law as Law, what })),
  );
}
