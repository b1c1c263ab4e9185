/** A stretch that means something: code is skipped as a whole, delimiters open and close. */
const token = /\\[\s\S]|(`+)|(\*+|_+|~~+|~$)|\[/gu;
/** A link or image whose address is still coming, at the end of the text: label, then the unfinished address. */
const unfinishedLink = /!?\[([^[\]]*)\]\((?:[^()\s]|\([^()\s]*\))*(?:\s+(?:["'(][^"')]*)?)?$/u;
const unfinishedLabel = /(?<![\w\]])!?\[([^[\]\n]*)$/u;

interface Scan {
  /** Delimiters still open, outermost first. */
  readonly open: readonly string[];
  /** The text, half-typed ends removed. */
  readonly text: string;
  /** The text ends within a code span. */
  readonly inCode: boolean;
}

/** Pure. Closes what is open in one block of inline Markdown. */
export function openInlines(block: string): string {
  // A link can be unfinished within an unfinished one; deeper than this, only a hostile text goes.
  let linkless = block;
  for (let level = 0; level < 3; level += 1) linkless = withoutUnfinishedLink(linkless);
  const { open, text } = scan(linkless);
  const content = text.trimEnd();
  if (open.length === 0) return text;
  return content + [...open].reverse().join("") + text.slice(content.length);
}

function withoutUnfinishedLink(block: string): string {
  const bracket = /\[[^[]*$/u.exec(block)?.index;
  if (bracket === undefined || scan(block.slice(0, bracket)).inCode) return block;
  const whole = block.replace(unfinishedLink, "$1");
  return whole === block ? block.replace(unfinishedLabel, "$1") : whole;
}

function scan(block: string): Scan {
  const open: string[] = [];
  token.lastIndex = 0;
  for (let match = token.exec(block); match !== null; match = token.exec(block)) {
    const end = match.index + match[0].length;
    if (match[1] !== undefined) {
      const close = codeEnd(block, match[1], end);
      if (close < 0) return unclosedCode(block, match.index, end, open, match[1]);
      token.lastIndex = close;
    } else if (match[2] !== undefined) step(open, block, match[2], match.index, end);
  }
  return withoutEmptyOpeners(block, open);
}

function codeEnd(block: string, run: string, from: number): number {
  const pattern = new RegExp(`(?<!\`)${run}(?!\`)`, "gu");
  pattern.lastIndex = from;
  const match = pattern.exec(block);
  return match === null ? -1 : match.index + run.length;
}

/** An open code span is closed; one with nothing in it yet, left out. */
function unclosedCode(block: string, start: number, end: number, open: readonly string[], run: string): Scan {
  if (block.slice(end).trim() === "") return { ...withoutEmptyOpeners(block.slice(0, start), open), inCode: true };
  // A closing run of two or more that is half there would be content.
  const body = run.length > 1 ? block.replace(/(?<=[^`])`+[ \t]*$/u, "") : block;
  return { open: [...open, run], text: body, inCode: true };
}

/** Opens or closes with one run of delimiters; `***` is `**` and `*`. */
function step(open: string[], block: string, run: string, start: number, end: number): void {
  const mark = run.charAt(0);
  const before = block.charAt(start - 1);
  const after = block.charAt(end);
  const canClose = before !== "" && !/\s/u.test(before) && (mark !== "_" || !/\w/u.test(after));
  const canOpen = run.length > 1 && mark !== "_" ? !/\s/u.test(after) : emphasisOpens(mark, before, after);
  let left = run.length;
  while (canClose && left > 0) {
    const top = open.at(-1);
    if (top?.charAt(0) !== mark) break;
    if (top.length <= left) {
      open.pop();
      left -= top.length;
    } else if (end === block.length) left = 0;
    else break;
  }
  if (!canOpen || left > 3 || left === 0) return;
  if (left >= 2) open.push(mark.repeat(2));
  if (left % 2 === 1) open.push(mark);
}

/** Stricter than CommonMark: a lone `*` of a product or a glob would set everything after it in italics. */
function emphasisOpens(mark: string, before: string, after: string): boolean {
  return !/[\w)]/u.test(before) && (after === "" || /[\p{L}\p{N}`"'“‘([*~]/u.test(after)) && mark !== "~";
}

/** Removes delimiters at the very end: openers with nothing after them, and halves of closers. */
function withoutEmptyOpeners(block: string, open: readonly string[]): Scan {
  const tail = /(?:\*+|_+|~+)[ \t]*$/u.exec(block);
  if (open.length === 0 || tail === null) return { open, text: block, inCode: false };
  const run = tail[0].trimEnd();
  let left = run.length;
  const kept = [...open];
  const isOpener = !/\S/u.test(block.charAt(tail.index - 1)) || kept.join("").endsWith(run);
  while (isOpener && left > 0 && kept.at(-1)?.charAt(0) === run.charAt(0) && (kept.at(-1)?.length ?? 9) <= left) {
    left -= kept.pop()?.length ?? 0;
  }
  return { open: kept, text: block.slice(0, tail.index), inCode: false };
}
