import type { MessageEntity } from "grammy/types";

/** Text as Telegram takes it; entity offsets and lengths in UTF-16 units. */
export interface Formatted {
  readonly text: string;
  readonly entities: readonly MessageEntity[];
}

/** Literal text. */
export function plain(text: string): Formatted {
  return { text, entities: [] };
}

/** The parts one after the other, with `separator` between them. */
export function joined(parts: readonly Formatted[], separator: string): Formatted {
  let text = "";
  const entities: MessageEntity[] = [];
  for (const [index, part] of parts.entries()) {
    if (index > 0) text += separator;
    const at = text.length;
    entities.push(...part.entities.map((entity) => ({ ...entity, offset: entity.offset + at })));
    text += part.text;
  }
  return { text, entities };
}

/** `[from, to)` with its entities cut to it. Never splits a surrogate pair. */
export function sliced(whole: Formatted, from: number, to: number): Formatted {
  const start = insidePair(whole.text, from) ? from + 1 : from;
  const end = insidePair(whole.text, to) ? to - 1 : to;
  const entities = whole.entities.flatMap((entity) => {
    const first = Math.max(entity.offset, start);
    const length = Math.min(entity.offset + entity.length, end) - first;
    return length > 0 ? [{ ...entity, offset: first - start, length }] : [];
  });
  return { text: whole.text.slice(start, end), entities };
}

/** At most `limit` units, what is missing marked by "…". */
export function clippedFormatted(whole: Formatted, limit: number): Formatted {
  if (whole.text.length <= limit) return whole;
  return joined([sliced(whole, 0, limit - 1), plain("…")], "");
}

/** The last `limit` units, what is missing marked by "…". */
export function tailFormatted(whole: Formatted, limit: number): Formatted {
  if (whole.text.length <= limit) return whole;
  return joined([plain("…"), sliced(whole, whole.text.length - limit + 1, whole.text.length)], "");
}

/** At most `limit` units of plain text, what is missing marked by "…". */
export function clipped(text: string, limit: number): string {
  return clippedFormatted(plain(text), limit).text;
}

/** Whether cutting at `at` would split a surrogate pair. */
export function insidePair(text: string, at: number): boolean {
  const before = text.charCodeAt(at - 1);
  const after = text.charCodeAt(at);
  return before >= 0xd800 && before <= 0xdbff && after >= 0xdc00 && after <= 0xdfff;
}
