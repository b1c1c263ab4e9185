const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" });
/** Longest grapheme that is kept whole, UTF-16 units; the longest emoji have about 40. */
const graphemeLength = 128;

/**
 * The last place at or before `at` where the text can be cut without splitting what a reader sees as one character.
 * A cluster longer than any real one is cut between code points. Never below `least` unless `at` is.
 */
export function graphemeBoundary(text: string, at: number, least = 0): number {
  if (at >= text.length || at <= 0) return Math.max(0, Math.min(at, text.length));
  const from = clusterStart(text, at);
  let boundary = from;
  for (const segment of segmenter.segment(text.slice(from, at + graphemeLength))) {
    const start = from + segment.index;
    if (start > at) break;
    boundary = start;
  }
  return boundary > least ? boundary : at - (insidePair(text, at) ? 1 : 0);
}

/** At most `max` UTF-16 units; what is missing is marked by "…". Graphemes stay whole. */
export function clip(text: string, max: number): string {
  if (text.length <= max) return text;
  return max < 1 ? "" : `${text.slice(0, graphemeBoundary(text, max - 1)).trimEnd()}…`;
}

/** {@link clip} of the text on one line, runs of blanks joined. */
export function oneLine(text: string, max: number): string {
  return clip(
    text
      .slice(0, 4 * max + 1024)
      .replace(/\s+/gu, " ")
      .trim(),
    max,
  );
}

/** A place before `at` that certainly begins a grapheme: between two printable ASCII characters, else far enough back. */
function clusterStart(text: string, at: number): number {
  const least = Math.max(0, at - graphemeLength);
  for (let from = at; from > least; from -= 1) if (isAscii(text, from) && isAscii(text, from - 1)) return from;
  return least - (insidePair(text, least) ? 1 : 0);
}

function isAscii(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 0x20 && code < 0x7f;
}

function insidePair(text: string, at: number): boolean {
  const before = text.charCodeAt(at - 1);
  const after = text.charCodeAt(at);
  return before >= 0xd800 && before <= 0xdbff && after >= 0xdc00 && after <= 0xdfff;
}
