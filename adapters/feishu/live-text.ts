import { tappable } from "../../src/model/text/links.ts";

/** Tables one card shows; more of them stand as they were written. */
const tablesPerCard = 3;
const fenceLine = /^ {0,3}(?:(?:[-+*]|\d{1,9}[.)]) +)*(`{3,}|~{3,})([^`]*)$/u;
const halfFence = /^ {0,3}(?:(?:[-+*]|\d{1,9}[.)]) +)*[`~]{1,}[^`]*$/u;
/** List markers and nothing behind them yet: a fence may follow. */
const onlyMarkers = /^ {0,3}(?:(?:[-+*]|\d{1,9}[.)]?) *)*$/u;
const delimiterRow = /^ {0,3}\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-*:?[ \t]*)*$/u;

/** A growing answer as a card shows it. */
export interface LiveText {
  /** Card Markdown. Of a longer answer that begins with this one, it is the beginning. */
  readonly text: string;
  /** Where lines of the text end, and in which code block (its opening line; empty for none). */
  readonly ends: readonly { readonly at: number; readonly fence: string }[];
}

/**
 * Pure. The Markdown of an answer that is still growing as Markdown of a card that only grows: what follows never
 * changes what stands. What cannot be judged yet (half a link, an open code span, half a table rule) is held back until
 * its line is whole. Tags are literal text, links are http or https only, images are links.
 */
export function liveText(source: string): LiveText {
  const ends: { at: number; fence: string }[] = [];
  const state = { fence: "", mark: "", tables: 0 };
  let text = "";
  let at = 0;
  while (at < source.length) {
    const newline = source.indexOf("\n", at);
    const whole = newline >= 0;
    const line = source.slice(at, whole ? newline : source.length);
    text += whole ? wholeLine(line, state) : openLine(line, state);
    if (!whole) break;
    text += "\n";
    ends.push({ at: text.length, fence: state.fence });
    at = newline + 1;
  }
  return { text, ends };
}

interface State {
  /** Opening line of the code block one is in. */
  fence: string;
  mark: string;
  tables: number;
}

function wholeLine(line: string, state: State): string {
  if (state.fence !== "") {
    const closes = line.trim().startsWith(state.mark) && /^[`~]+$/u.test(line.trim());
    if (closes) state.fence = "";
    return line;
  }
  const [, mark = "", info = ""] = fenceLine.exec(line) ?? [];
  if (mark !== "") {
    state.fence = `${mark}${info}`.replace(/[<>]/gu, "");
    state.mark = mark;
    return line.replace(/[<>]/gu, "");
  }
  if (delimiterRow.test(line) && line.includes("|")) {
    state.tables += 1;
    return state.tables > tablesPerCard ? line.replaceAll("|", "&#124;") : line;
  }
  return inline(line, true);
}

/** The last line, not whole yet. */
function openLine(line: string, state: State): string {
  if (state.fence !== "") return /^[\s`~]*$/u.test(line) ? "" : line;
  if (halfFence.test(line) || onlyMarkers.test(line) || delimiterRow.test(line) || /^[\s|:-]*$/u.test(line)) return "";
  // A line of one unclear beginning is soon a table row or a fence; everything else shows at once.
  return inline(line, false);
}

/** `whole`: nothing of this line is still to come. */
function inline(line: string, whole: boolean): string {
  let out = "";
  let at = 0;
  const quote = /^ {0,3}(?:> ?)+/u.exec(line)?.[0] ?? "";
  out += quote;
  at = quote.length;
  while (at < line.length) {
    const step = token(line, at, whole);
    if (step === undefined) return out;
    out += step.text;
    at = step.next;
  }
  return out;
}

interface Step {
  readonly text: string;
  readonly next: number;
}

/** The next stretch; undefined: it depends on what is still to come. */
function token(line: string, at: number, whole: boolean): Step | undefined {
  const char = line.charAt(at);
  if (char === "`") return codeSpan(line, at, whole);
  if (char === "[") return link(line, at, whole);
  if (char === "!" && (line.charAt(at + 1) === "[" || (at + 1 === line.length && !whole)))
    return at + 1 === line.length ? undefined : { text: "", next: at + 1 };
  if (char === "\\") {
    if (at + 1 === line.length) return whole ? { text: "&#92;", next: at + 1 } : undefined;
    const next = line.charAt(at + 1);
    return /[!-/:-@[-`{-~]/u.test(next)
      ? { text: `&#${next.charCodeAt(0)};`, next: at + 2 }
      : { text: "\\", next: at + 1 };
  }
  if (char === "<" || char === ">") return { text: `&#${char.charCodeAt(0)};`, next: at + 1 };
  const plain = /^[^`[!\\<>]+/u.exec(line.slice(at))?.[0] ?? char;
  return { text: plain, next: at + plain.length };
}

function codeSpan(line: string, at: number, whole: boolean): Step | undefined {
  const run = /^`+/u.exec(line.slice(at))?.[0] ?? "`";
  const inside = at + run.length;
  const close = new RegExp(`(?<!\`)\`{${run.length}}(?!\`)`, "u").exec(line.slice(inside));
  if (close !== null && (whole || inside + close.index + run.length < line.length)) {
    const next = inside + close.index + run.length;
    return { text: line.slice(at, next), next };
  }
  return whole ? { text: run.replaceAll("`", "&#96;"), next: inside } : undefined;
}

/** What may still become a link: its address has no end yet. */
const halfLink = /^\[[^[\]]*(?:\](?:\((?:[^()]|\([^()]*\))*(?:\([^()]*)?)?)?$/u;

/** `[label](address)`; brackets that are no such link are literal. */
function link(line: string, at: number, whole: boolean): Step | undefined {
  const found = /^\[([^[\]]*)\]\(<?([^\s()<>]*(?:\([^\s()<>]*\)[^\s()<>]*)*)>?(?:\s+"[^"]*")?\)/u.exec(line.slice(at));
  if (found !== null) {
    const [source, label = "", url = ""] = found;
    const safe = tappable(url);
    const shown = inline(label, true);
    const next = at + source.length;
    const address = safe?.replace(/[()]/gu, (c) => `%${c.charCodeAt(0).toString(16)}`);
    return {
      text: address === undefined ? `${shown} (${inline(url, true)})` : `[${shown || address}](${address})`,
      next,
    };
  }
  if (!whole && halfLink.test(line.slice(at))) return undefined;
  return { text: "&#91;", next: at + 1 };
}
