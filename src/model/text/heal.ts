import { openInlines } from "./heal-inline.ts";

const fenceLine = /^((?:[ \t]*(?:>|[-+*]|\d{1,9}[.)])(?=[ \t]|>))*[ \t]*)(`{3,}|~{3,})(.*)$/u;
/** A line that begins a block of its own: emphasis cannot reach over it. */
const blockStart = /^[ \t]*(?:$|[-+*] |\d{1,9}[.)] |#{1,6} |>|\|)/u;
/** A half-typed list marker, rule or table under a paragraph, which would make that paragraph a heading for a moment. */
const falseUnderline = /\n {0,3}(?:-{1,2}|=) *$/u;

interface Fence {
  readonly prefix: string;
  readonly mark: string;
}

/**
 * Pure. A Markdown text that is still growing, made whole: an open fence, code span, emphasis or strikethrough is closed;
 * a link whose address is still coming is its label; a marker with nothing after it yet is left out. Complete Markdown
 * comes back as it is. Never throws. For live frames only: what it hides is there in a later frame.
 */
export function heal(markdown: string): string {
  const { fence, from } = lastBlock(markdown);
  if (fence !== undefined) return closeFence(markdown, fence);
  const steady = markdown.replace(falseUnderline, (found, at: number) => (hasTextBefore(markdown, at) ? "" : found));
  const start = Math.min(from, steady.length);
  return steady.slice(0, start) + openInlines(steady.slice(start));
}

function hasTextBefore(markdown: string, at: number): boolean {
  const line = markdown.slice(markdown.lastIndexOf("\n", at - 1) + 1, at);
  return line.trim() !== "" && !blockStart.test(line);
}

/** The fence open at the end, and where the last paragraph-like block begins. */
function lastBlock(markdown: string): { readonly fence: Fence | undefined; readonly from: number } {
  let fence: Fence | undefined;
  let from = 0;
  let at = 0;
  for (const line of markdown.split("\n")) {
    const [, prefix, mark, info] = fenceLine.exec(line) ?? [];
    if (fence === undefined) {
      if (prefix !== undefined && mark !== undefined && !(mark.startsWith("`") && info?.includes("`") === true)) {
        fence = { prefix: continued(prefix), mark };
      } else if (blockStart.test(line)) from = at;
    } else if (mark?.startsWith(fence.mark) === true && info?.trim() === "") {
      fence = undefined;
      from = at + line.length;
    }
    at += line.length + 1;
  }
  return { fence, from };
}

/** The prefix of further lines in the same container: list markers become blanks. */
function continued(prefix: string): string {
  return prefix.replace(/[^>\s]/gu, " ");
}

function closeFence(markdown: string, { prefix, mark }: Fence): string {
  const newline = markdown.lastIndexOf("\n");
  const last = markdown.slice(newline + 1).replace(/^[\s>]*/u, "");
  const halfTyped = newline >= 0 && last !== "" && mark.startsWith(last);
  const body = halfTyped ? markdown.slice(0, newline) : markdown;
  return `${body}${body.endsWith("\n") ? "" : "\n"}${prefix}${mark}`;
}
