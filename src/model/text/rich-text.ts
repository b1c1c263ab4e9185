/** What a stretch of text is. */
export type MarkKind =
  | { readonly kind: "bold" | "italic" | "strike" | "code" | "quote" }
  | { readonly kind: "pre" /** First word of the fence's info; absent for none. */; readonly language?: string }
  /** `url` is absolute, http or https. */
  | { readonly kind: "link"; readonly url: string }
  /** 1 to 6. */
  | { readonly kind: "heading"; readonly level: number };

/** A mark on `[start, end)`, UTF-16 units. */
export type Mark = MarkKind & { readonly start: number; readonly end: number };

/**
 * Formatted text, the same for every platform. Marks are sorted by start, the longer first, and lawful everywhere: two
 * marks share no character unless one contains the other; code and pre contain nothing and are contained by nothing;
 * quotes and links do not nest; none is empty.
 */
export interface RichText {
  readonly text: string;
  readonly marks: readonly Mark[];
}

/** Makes properly nested marks lawful. Inside a link, code gives way to the link; elsewhere marks are cut around code. */
export function lawful(text: string, marks: readonly Mark[]): RichText {
  const links = marks.filter((mark) => mark.kind === "link").sort(byStart);
  const verbatim = marks.filter((m) => m.kind === "pre" || (m.kind === "code" && !touchesAny(m, links))).sort(byStart);
  const others = marks.filter((mark) => mark.kind !== "pre" && mark.kind !== "code");
  const cut = others.flatMap((mark) => outside(mark, verbatim)).filter((m) => /\S/u.test(text.slice(m.start, m.end)));
  return { text, marks: [...cut, ...verbatim.filter((mark) => mark.end > mark.start)].sort(byStart) };
}

/** The pieces of a mark that lie outside `holes` (sorted, disjoint). */
function outside(mark: Mark, holes: readonly Mark[]): readonly Mark[] {
  const pieces: Mark[] = [];
  let start = mark.start;
  for (let at = firstEndingAfter(holes, start); at < holes.length; at += 1) {
    const hole = holes[at];
    if (hole === undefined || hole.start >= mark.end) break;
    if (hole.start > start) pieces.push({ ...mark, start, end: hole.start });
    start = Math.max(start, hole.end);
  }
  if (start < mark.end) pieces.push({ ...mark, start });
  return pieces;
}

function touchesAny(mark: Mark, others: readonly Mark[]): boolean {
  const next = others[firstEndingAfter(others, mark.start)];
  return next !== undefined && next.start < mark.end;
}

/** Index of the first of `marks` (sorted, disjoint) that ends after `at`. */
function firstEndingAfter(marks: readonly Mark[], at: number): number {
  let low = 0;
  let high = marks.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((marks[middle]?.end ?? 0) > at) high = middle;
    else low = middle + 1;
  }
  return low;
}

function byStart(a: Mark, b: Mark): number {
  return a.start - b.start || b.end - a.end;
}
