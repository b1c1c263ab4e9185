import { renderMarkdown } from "../../src/model/text/markdown.ts";
import type { Mark, RichText } from "../../src/model/text/rich-text.ts";

/** Keeps two runs of delimiters, or a delimiter and a letter, apart: a blank to every parser, nearly nothing to the eye. */
const hair = "\u200a";
const special = /[\\`*_~[\]<>|$!]|&(?=#|\w+;)/gu;
const lineStart = /^(?:[#+=:-]|\d{1,9}[.)])/u;

/** Pure. A model's Markdown as the Markdown of a card; see {@link toCardMarkdown}. */
export function cardMarkdown(markdown: string): string {
  return toCardMarkdown(renderMarkdown(markdown));
}

/**
 * Pure. Formatted text as Markdown any CommonMark parser reads the same way: every character with a meaning is a numeric
 * reference (the card platform's own way of escaping), so no `<at>` or `<font>` comes alive; styles never cross a line;
 * code stands in a fence longer than any inside it.
 */
export function toCardMarkdown({ text, marks }: RichText): string {
  const out: string[] = [];
  let from = 0;
  for (const mark of marks) {
    if (mark.kind !== "pre") continue;
    out.push(lines(text, marks, from, mark.start), fenced(text.slice(mark.start, mark.end), mark.language));
    from = mark.end;
  }
  out.push(lines(text, marks, from, text.length));
  return out.filter((chunk) => chunk !== "").join("\n\n");
}

/** Pure. Literal text on a card. */
export function escapeCard(text: string): string {
  return toCardMarkdown({ text, marks: [] });
}

/** Pure. A code block whose fence is longer than any run of backticks in it. */
export function fenced(code: string, language?: string): string {
  const runs = code.match(/`{3,}/gu) ?? [];
  const fence = "`".repeat(Math.max(2, ...runs.map((run) => run.length)) + 1);
  const info = language === undefined ? "" : language.replace(/[`\s<>]/gu, "");
  return `${fence}${info}\n${code.replace(/\n$/u, "")}\n${fence}`;
}

/** Lines of a stretch without code blocks; a blank line where the kind of block changes. */
function lines(text: string, marks: readonly Mark[], from: number, to: number): string {
  const out: string[] = [];
  let kind = "";
  let at = from;
  for (const line of text.slice(from, to).split("\n")) {
    const end = at + line.length;
    const here = marks.filter((mark) => mark.start < Math.max(end, at + 1) && mark.end > at);
    const prefix = prefixOf(here);
    if (line !== "" && prefix !== kind && out.length > 0 && out.at(-1) !== "") out.push("");
    if (line !== "") kind = prefix;
    out.push(`${prefix}${inline(text, here, at, end)}`.trimEnd());
    at = end + 1;
  }
  return out.join("\n").replace(/^\n+|\n+$/gu, "");
}

function prefixOf(marks: readonly Mark[]): string {
  const heading = marks.find((mark) => mark.kind === "heading");
  const quote = marks.some((mark) => mark.kind === "quote") ? "> " : "";
  return heading?.kind === "heading" ? `${quote}${"#".repeat(heading.level)} ` : quote;
}

function inline(text: string, marks: readonly Mark[], from: number, to: number): string {
  const edges = new Set([from, to]);
  for (const mark of marks) {
    if (mark.start > from && mark.start < to) edges.add(mark.start);
    if (mark.end > from && mark.end < to) edges.add(mark.end);
  }
  const places = [...edges].sort((a, b) => a - b);
  let out = "";
  for (const [index, start] of places.entries()) {
    const end = places[index + 1];
    if (end === undefined) break;
    const styles = marks.filter((mark) => mark.start <= start && mark.end >= end);
    out = append(out, text.slice(start, end), styles);
  }
  return out.replace(/^[ \t]+/u, (blanks) => "&nbsp;".repeat(blanks.replaceAll("\t", "    ").length));
}

/** One stretch of equal style; its blanks stay outside of the delimiters. */
function append(out: string, piece: string, styles: readonly Mark[]): string {
  const body = piece.trim();
  if (body === "") return out + piece;
  const before = piece.slice(0, piece.indexOf(body));
  const after = piece.slice(before.length + body.length);
  const styled = wrapped(body, styles, out.trim() === "");
  const opened = out + before;
  return `${opened}${touches(opened, styled) ? hair : ""}${styled.text}${after}`;
}

/** Whether two neighbours would change each other's meaning: delimiters side by side, or one that may not open or close there. */
function touches(out: string, next: Styled): boolean {
  if (out === "" || /\s$/u.test(out)) return false;
  if (/`$/u.test(out) && next.text.startsWith("`")) return true;
  if (/[*~]$/u.test(out)) {
    return next.delimited || (endsInMark(out) && !/^\p{P}/u.test(next.text));
  }
  const opens = /^(?:\*+~|~+\*)/u.test(next.text) || /^[\p{P}\p{S}]/u.test(next.text.replace(/^[*~]+/u, ""));
  return next.delimited && !/\p{P}$/u.test(out) && opens;
}

/** Whether the last letter inside the delimiters at the end is punctuation; delimiters of another kind are. */
function endsInMark(out: string): boolean {
  return /\*~+$|~\*+$/u.test(out) || /[\p{P}\p{S}]$/u.test(out.replace(/[*~]+$/u, ""));
}

interface Styled {
  readonly text: string;
  readonly delimited: boolean;
}

function wrapped(body: string, styles: readonly Mark[], first: boolean): Styled {
  const has = (kind: Mark["kind"]): boolean => styles.some((mark) => mark.kind === kind);
  if (has("code")) return { text: codeSpan(body), delimited: false };
  const stars = `${has("bold") ? "**" : ""}${has("italic") ? "*" : ""}`;
  const strike = has("strike") ? "~~" : "";
  const link = styles.find((mark) => mark.kind === "link");
  const plain = escaped(body, first && stars === "" && strike === "" && link === undefined);
  const label = `${strike}${stars}${plain}${stars}${strike}`;
  const text = link?.kind === "link" ? `[${label}](${address(link.url)})` : label;
  return { text, delimited: stars !== "" || strike !== "" };
}

function escaped(text: string, first: boolean): string {
  // What our parser took for no address must not become one: it would swallow the references behind it.
  const safe = text
    .replace(special, (found) => `&#${found.charCodeAt(0)};`)
    .replace(/:(?=\/\/)/gu, "&#58;")
    .replace(/\b(www)\./giu, "$1&#46;");
  if (!first) return safe;
  return safe.replace(lineStart, (found) => found.replace(/.$/u, (last) => `&#${last.charCodeAt(0)};`));
}

function codeSpan(code: string): string {
  const runs = new Set((code.match(/`+/gu) ?? []).map((run) => run.length));
  let length = 1;
  while (runs.has(length)) length += 1;
  const mark = "`".repeat(length);
  return /^`|`$/u.test(code) ? `${mark} ${code} ${mark}` : `${mark}${code}${mark}`;
}

function address(url: string): string {
  return url.replace(/[()<>\s*_~`[\]|\\]/gu, (found) => `%${found.charCodeAt(0).toString(16).toUpperCase()}`);
}
