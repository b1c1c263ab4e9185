import { account } from "./platform.ts";
import { only, repeated, type Verdict } from "./reading.ts";
import type { Sent, TraceEvent } from "./trace.ts";

/** A turn that made room before Codex had its message is begun once more, under the same name. */
const madeRoom = /Interrupted for your new message/;

/** Operation of a part. */
function operationOf(key: string): string {
  return key.slice(0, key.lastIndexOf("-"));
}

/** Finals and cards exactly once; twice only where nobody knew and the platform knows no key. */
export const finalsLaw: Verdict = (trace, { keyed }) => {
  const found: string[] = [];
  const sent = only(trace, "sent");
  const keys = sent.flatMap(({ key, as }) => (key === undefined || as === "mark" || as === "edit" ? [] : [key]));
  for (const key of repeated(keys)) {
    const allowed = keyed ? 1 : 1 + doubts(trace, key);
    const shown = keys.filter((one) => one === key).length;
    if (shown > allowed) found.push(`${key} is shown ${shown} times`);
  }
  const operations = [...finalsOf(sent), ...cardsOf(sent)];
  for (const name of repeated(operations.map(([of]) => of))) {
    const different = new Set(operations.flatMap(([of, operation]) => (of === name ? [operation] : [])));
    if (different.size > 1) found.push(`${name} is said by ${different.size} operations`);
  }
  // What was said in a conversation that is gone from the disk is nowhere: the chat is told that the conversation is lost.
  const erased = new Set(only(trace, "erased").flatMap(({ clientIds }) => clientIds));
  for (const { chat, clientId, said } of only(trace, "turn").filter(({ state }) => state === "completed")) {
    if (erased.has(clientId)) continue;
    const final = sent.findLast((one) => one.final && one.chat === chat && one.slot === clientId);
    // Nobody could ask for what it had said: the final says so, with a reference.
    if (final !== undefined && /\nref \w/.test(final.text) && gaveUp(trace, chat)) continue;
    if (final !== undefined && !final.text.includes(said)) found.push(`the final of ${clientId} lacks "${said}"`);
  }
  return found;
};

/** Tries of a recovery; see `recoveries` in src/dispatcher/actor.ts. */
const recoveries = 4;

function gaveUp(trace: readonly TraceEvent[], chat: string): boolean {
  return only(trace, "noCodex").filter((event) => event.chat === chat).length >= recoveries;
}

/** How often nobody could know whether it was sent: no answer, or one its sender did not write down before the next took over. */
function doubts(trace: readonly TraceEvent[], key: string): number {
  let shown = false;
  let count = 0;
  for (const event of trace) {
    if (event.kind === "unsure" && event.key === key) count += 1;
    if (event.kind === "sent" && event.key === key) {
      shown = true;
      // It was on the wire when its sender lost the lease or gave up: what came of it can be noted no more.
      if (event.stale) count += 1;
    }
    if (event.kind === "claimed" && event.lease === account && shown) count += 1;
  }
  return count;
}

function finalsOf(sent: readonly Sent[]): readonly (readonly [string, string])[] {
  return sent.flatMap(({ final, chat, slot, text, key = "" }) =>
    final && !madeRoom.test(text) ? [[`the final of ${chat} ${slot}`, operationOf(key)] as const] : [],
  );
}

function cardsOf(sent: readonly Sent[]): readonly (readonly [string, string])[] {
  return sent.flatMap(({ as, chat, slot, key = "" }) =>
    as === "card" ? [[`the card of ${chat} ${slot}`, operationOf(key)] as const] : [],
  );
}

/** No frame after its final, and none older than one before it. What was on the wire when the lease went is excused. */
export const framesLaw: Verdict = (trace) => {
  const found: string[] = [];
  const ended = new Set<string>();
  const newest = new Map<string, number>();
  for (const event of only(trace, "sent")) {
    const turn = `${event.chat} ${event.slot}`;
    if (event.final && !madeRoom.test(event.text)) ended.add(turn);
    if (event.as !== "frame" || event.stale) continue;
    if (ended.has(turn)) found.push(`a frame of ${turn} comes after its final`);
    const word = Math.max(0, ...wordsOf(event.text).map((one) => Number(one.slice(1))));
    if (word > 0 && word < (newest.get(turn) ?? 0)) found.push(`a frame of ${turn} goes back to w${word}`);
    newest.set(turn, Math.max(word, newest.get(turn) ?? 0));
  }
  return found;
};

/** What the model said is shown in its order and once: every word of it is greater than all before. */
export const wordsLaw: Verdict = (trace) =>
  only(trace, "sent").flatMap(({ as, final, chat, slot, text }) => {
    const words = as === "frame" || final ? wordsOf(text) : [];
    const numbers = words.map((word) => Number(word.slice(1)));
    const rising = numbers.every((number, at) => at === 0 || number > (numbers[at - 1] ?? 0));
    return rising ? [] : [`the ${final ? "final" : "frame"} of ${chat} ${slot} says ${words.join()}`];
  });

/** Everything comes to rest, every turn has its final, and what was shown of it is kept. */
export const visibleEndLaw: Verdict = (trace) => {
  const found = [
    ...only(trace, "left").map(({ what }) => `left at the end: ${what}`),
    ...only(trace, "failed").map(({ what }) => what),
  ];
  const sent = only(trace, "sent");
  const refused = new Set(only(trace, "refused").map(({ key }) => operationOf(key)));
  for (const operation of refused) {
    // Sent once more by the next sender, it may have been taken after all.
    const parts = sent.filter(({ key }) => key !== undefined && operationOf(key) === operation);
    if (!parts.some(({ final, text }) => final || /ref \w/.test(text)))
      found.push(`the refusal of ${operation} is not told`);
  }
  const turns = new Set(only(trace, "turn").map(({ chat, clientId }) => `${chat} ${clientId}`));
  for (const turn of turns) {
    const final = sent.findLast((one) => one.final && `${one.chat} ${one.slot}` === turn);
    const unseen = final === undefined && !isRefused(trace, turn) && !isTriedAnew(sent, turn);
    if (unseen) found.push(`turn ${turn} has no visible end`);
    if (final !== undefined) found.push(...lostWords(sent, turn, final));
  }
  return found;
};

/** A turn of our own words ([Continue]) that could not start: the chat was told so, and its [Try now] has a name of its own. */
function isTriedAnew(sent: readonly Sent[], turn: string): boolean {
  const own = /-c\d+/.test(turn);
  return (
    own && sent.some((one) => `${one.chat} ${one.slot}` === turn && /(could not take|may not have) this/.test(one.text))
  );
}

function isRefused(trace: readonly TraceEvent[], turn: string): boolean {
  const chat = turn.split(" ")[0] ?? "";
  return trace.some((event) => event.kind === "refused" && event.chat === chat);
}

function lostWords(sent: readonly Sent[], turn: string, final: Sent): readonly string[] {
  const shown = sent.filter((one) => one.as === "frame" && `${one.chat} ${one.slot}` === turn);
  const lost = new Set(shown.flatMap(({ text }) => wordsOf(text)));
  for (const word of wordsOf(final.text)) lost.delete(word);
  return lost.size === 0 ? [] : [`the final of ${turn} lost ${[...lost].join()}`];
}

function wordsOf(text: string): readonly string[] {
  return text.match(/\bw\d+\b/g) ?? [];
}
