import type { Mark, RichText } from "../../src/model/text/rich-text.ts";
import { graphemeBoundary } from "../../src/model/text/truncate.ts";
import { jsonBytes } from "./card.ts";
import { type Block, elementsOf } from "./content.ts";

/** One card's worth of a body. */
export type Part = readonly Block[];

/** A line of CJK has no blanks: a cut after its punctuation reads well. */
const wordEnd = /[。！？；：，、」』）》…]/u;

/**
 * Pure. Cuts a body into parts whose elements take at most `room` bytes as JSON. The letters of all parts in order are
 * those of the body; only blanks at the cuts are left out. Cuts are at the end of a block of text, else a line, else a
 * word, if one of them lies in the second half of the room, else between graphemes. Code goes on in the next part with
 * its language, a fold as another fold.
 */
export function split(blocks: readonly Block[], room: number): readonly Part[] {
  const parts: Block[][] = [];
  let part: Block[] = [];
  for (const block of blocks) {
    let rest: Block | undefined = block;
    while (rest !== undefined) {
      const left = room - jsonBytes(elementsOf(part));
      const head: Block | undefined = left > room / 4 || part.length === 0 ? headOf(rest, left) : undefined;
      const fits = head !== undefined && (part.length === 0 || bytesOf(head) <= left);
      if (head === undefined || !fits) {
        parts.push(part);
        part = [];
        continue;
      }
      part.push(head);
      rest = remainder(rest, head);
      if (rest !== undefined) {
        parts.push(part);
        part = [];
      }
    }
  }
  return part.length === 0 ? parts : [...parts, part];
}

/** As much of a block as fits: all of it, or up to a good cut. At least one grapheme. */
function headOf(block: Block, room: number): Block | undefined {
  const { text } = block.rich;
  if (text.length <= room && bytesOf(block) <= room) return block;
  let low = 1;
  let high = Math.min(text.length, Math.max(1, room));
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (bytesOf(slice(block, 0, middle)) <= room) low = middle;
    else high = middle - 1;
  }
  return slice(block, 0, goodCut(block.rich, low));
}

function remainder(block: Block, head: Block): Block | undefined {
  const { text, marks } = block.rich;
  let from = head.rich.text.length;
  if (from >= text.length) return undefined;
  const inCode = marks.some((mark) => mark.kind === "pre" && mark.start < from && mark.end > from);
  if (inCode) from += text.charAt(from) === "\n" ? 1 : 0;
  // The indentation of what follows is kept, blank lines before it are not needed.
  else from += (/^[ \t]*\n(?:[ \t]*\n)*/u.exec(text.slice(from))?.[0] ?? "").length;
  const rest = slice(block, from, text.length);
  return rest.rich.text.trim() === "" ? undefined : rest;
}

function goodCut({ text, marks }: RichText, most: number): number {
  const least = Math.floor(most / 2);
  const outside = (at: number): boolean =>
    !marks.some((mark) => (mark.kind === "pre" || mark.kind === "code") && mark.start < at && mark.end > at);
  for (let at = text.lastIndexOf("\n\n", most); at > least; at = text.lastIndexOf("\n\n", at - 1))
    if (outside(at)) return at;
  const line = text.lastIndexOf("\n", most);
  if (line > least) return line;
  for (let at = most; at > least; at -= 1)
    if (/[ \t]/u.test(text.charAt(at)) || wordEnd.test(text.charAt(at - 1))) return at;
  return Math.max(1, graphemeBoundary(text, most, 1));
}

function bytesOf(block: Block): number {
  return jsonBytes(elementsOf([block]));
}

function slice(block: Block, from: number, to: number): Block {
  const marks: Mark[] = block.rich.marks.flatMap((mark) => {
    const start = Math.max(mark.start, from);
    const end = Math.min(mark.end, to);
    return end > start ? [{ ...mark, start: start - from, end: end - from }] : [];
  });
  return { rich: { text: block.rich.text.slice(from, to), marks }, fold: block.fold };
}
