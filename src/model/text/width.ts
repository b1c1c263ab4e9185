const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" });
const printableAscii = /^[\u0020-\u007e]*$/u;
/** East Asian Wide and Fullwidth (UAX #11) by script, with the punctuation blocks, and emoji. */
const wide =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}\p{Script=Yi}\u3000-\u303e\u30fb\u30fc\uff01-\uff60\uffe0-\uffe6\p{Emoji_Presentation}]|\ufe0f/u;
const halfKana = /^[\uff61-\uffdc]/u;
const invisible = /^[\p{Mn}\p{Me}\p{Cf}\p{Cc}]+$/u;

/** Columns a text takes in a monospace font: East Asian wide characters and emoji take two, combining marks none. */
export function columnsOf(text: string): number {
  if (printableAscii.test(text)) return text.length;
  let columns = 0;
  for (const { segment } of segmenter.segment(text)) {
    if (invisible.test(segment)) continue;
    columns += wide.test(segment) && !halfKana.test(segment) ? 2 : 1;
  }
  return columns;
}
