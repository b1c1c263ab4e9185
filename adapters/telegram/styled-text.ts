import type { MessageEntity } from "grammy/types";
import { graphemeBoundary } from "../../src/model/text/truncate.ts";

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

/** At most `limit` units, what is missing marked by "…". */
export function clippedFormatted(whole: Formatted, limit: number): Formatted {
  if (whole.text.length <= limit) return whole;
  return joined([sliced(whole, 0, graphemeBoundary(whole.text, limit - 1)), plain("…")], "");
}

/** The last `limit` units, what is missing marked by "…". */
export function tailFormatted(whole: Formatted, limit: number): Formatted {
  const { length } = whole.text;
  if (length <= limit) return whole;
  const rough = length - limit + 1;
  const boundary = graphemeBoundary(whole.text, rough);
  // A character that begins before the room does is left out whole.
  const from = boundary === rough ? rough : nextBoundary(whole.text, rough);
  return joined([plain("…"), sliced(whole, from, length)], "");
}

/** `[from, to)` with its entities cut to it. */
function sliced(whole: Formatted, from: number, to: number): Formatted {
  const entities = whole.entities.flatMap((entity) => {
    const first = Math.max(entity.offset, from);
    const length = Math.min(entity.offset + entity.length, to) - first;
    return length > 0 ? [{ ...entity, offset: first - from, length }] : [];
  });
  return { text: whole.text.slice(from, to), entities };
}

/** The first grapheme boundary after `at`. */
function nextBoundary(text: string, at: number): number {
  for (let next = at + 1; next < text.length; next += 1) if (graphemeBoundary(text, next) === next) return next;
  return text.length;
}
