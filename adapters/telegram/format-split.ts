import type { MessageEntity } from "grammy/types";
import { graphemeBoundary } from "../../src/model/text/truncate.ts";
import type { Formatted } from "./styled-text.ts";

/** Telegram shows the first 100 entities of a message and drops the rest. */
const maxEntities = 100;
const blank = /[ \t\n]/u;
/** A line of CJK has no blanks: a cut after its punctuation reads well. */
const wordEnd = /[。！？；：，、」』）》…]/u;

/** One message's worth of a text. */
export interface Part extends Formatted {
  /** Blanks and line feeds between this part and the next, which no message needs to show. */
  readonly after: string;
}

/** Where a part ends and the next begins. */
interface Cut {
  readonly end: number;
  readonly next: number;
}

/**
 * Pure. Cuts a text into parts of at most `limit - reserve` UTF-16 units and 100 entities; `reserve` is room for the
 * caller's part mark. Every part's `text` and `after` in order are exactly the whole text (blanks before its first letter
 * aside); `after` is nothing but blanks. Cuts are at the end of a block, else a line, else a word, if one of them lies in
 * the second half of the room, else between graphemes. Code goes on in the next part with its language. No part but the
 * first begins with a blank outside of code, none ends with one. A text of blanks has no parts.
 */
export function split(whole: Formatted, limit = 4096, reserve = 0): readonly Part[] {
  const room = Math.max(2, limit - reserve);
  const { text } = whole;
  const entities = [...whole.entities].sort((a, b) => a.offset - b.offset || b.length - a.length);
  const parts: Part[] = [];
  let live: MessageEntity[] = [];
  let upcoming = 0;
  let from = 0;
  while (from < text.length) {
    const start = from;
    live = live.filter((entity) => endOf(entity) > start);
    for (; (entities[upcoming]?.offset ?? Infinity) < start + room; upcoming += 1) {
      const entity = entities[upcoming];
      if (entity !== undefined && endOf(entity) > start) live.push(entity);
    }
    const { end, next } = cutAfter(text, live, start, Math.min(start + room, entityLimit(live, start)));
    const shown = text.slice(start, end);
    if (shown.trim() !== "")
      parts.push({ text: shown, entities: cutTo(live, start, end), after: text.slice(end, next) });
    else addToLast(parts, text.slice(start, next));
    from = next;
  }
  return parts;
}

/** Parts to send as messages; when there are more than `max`, the first only, and `document` says that the whole answer belongs in a file. */
export function partsOrDocument(
  parts: readonly Part[],
  max = 8,
): { readonly parts: readonly Part[]; readonly document: boolean } {
  return parts.length > max ? { parts: parts.slice(0, 1), document: true } : { parts, document: false };
}

function addToLast(parts: Part[], blanks: string): void {
  const last = parts.at(-1);
  if (last !== undefined) parts[parts.length - 1] = { ...last, after: last.after + blanks };
}

/** Entities of `[from, to)`, with offsets from its beginning. */
function cutTo(entities: readonly MessageEntity[], from: number, to: number): readonly MessageEntity[] {
  return entities.flatMap((entity) => {
    const start = Math.max(entity.offset, from);
    const length = Math.min(endOf(entity), to) - start;
    return length > 0 ? [{ ...entity, offset: start - from, length }] : [];
  });
}

function endOf(entity: MessageEntity): number {
  return entity.offset + entity.length;
}

/** Where the entity after the hundredth begins. */
function entityLimit(live: readonly MessageEntity[], from: number): number {
  const over = live[maxEntities]?.offset ?? Infinity;
  return over > from + 1 ? over : from + 2;
}

function cutAfter(text: string, live: readonly MessageEntity[], from: number, most: number): Cut {
  if (most >= text.length) return { end: trimmed(text, from, text.length), next: text.length };
  const code = live.filter((entity) => entity.type === "pre" || entity.type === "code");
  const at = bestPlace(text, code, from, most);
  return around(text, codeAt(code, at), code, from, at);
}

/** The best place to cut in `(from, most]`. */
function bestPlace(text: string, code: readonly MessageEntity[], from: number, most: number): number {
  const least = from + Math.ceil((most - from) / 2);
  const edges = new Set(code.flatMap((entity) => (entity.type === "pre" ? [entity.offset, endOf(entity)] : [])));
  let line = 0;
  let word = 0;
  for (let at = most; at >= least; at -= 1) {
    if (edges.has(at)) return at;
    const unit = text.charAt(at);
    if (unit === "\n") {
      if (text.charAt(at + 1) === "\n" && codeAt(code, at) === undefined) return at;
      if (line === 0) line = at;
    } else if (word === 0 && (unit === " " || wordEnd.test(text.charAt(at - 1)))) word = at;
  }
  return line || word || graphemeBoundary(text, most, from);
}

/** The code a place lies inside of. */
function codeAt(code: readonly MessageEntity[], at: number): MessageEntity | undefined {
  return code.find((entity) => entity.offset < at && endOf(entity) > at);
}

/** Leaves out the blanks around a cut; within code one line feed only, so that its indentation stays. */
function around(
  text: string,
  inside: MessageEntity | undefined,
  code: readonly MessageEntity[],
  from: number,
  at: number,
): Cut {
  const end = trimmed(text, from, at);
  if (inside !== undefined) {
    if (text.charAt(at) === "\n") return { end, next: at + 1 };
    return end > from ? { end, next: end } : { end, next: at };
  }
  let next = at;
  while (next < text.length && blank.test(text.charAt(next)) && !code.some((entity) => entity.offset === next))
    next += 1;
  return { end, next };
}

/** `at`, or the place after the last letter before it. */
function trimmed(text: string, from: number, at: number): number {
  let end = at;
  while (end > from && blank.test(text.charAt(end - 1))) end -= 1;
  return end;
}
