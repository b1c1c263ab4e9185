import { lawful, type Mark, type MarkKind, type RichText } from "./rich-text.ts";

/** Collects text, marks and the beginnings of lines while a tree is walked. */
export interface RichWriter {
  /** Text; each of its line feeds is followed by the current line prefix. */
  write(text: string): void;
  /** A block of its own lines, without prefix: code and tables. */
  writePre(text: string, language?: string): void;
  /** Before the next text there are to be `lines` line feeds at least (0 to 2); nothing at the very start. */
  separate(lines: number): void;
  /** Runs `body`; what it writes gets the mark. */
  marked(mark: MarkKind, body: () => void): void;
  /** Runs `body`; lines that begin in it begin with `prefix`, inside the prefixes around it. */
  prefixed(prefix: string, body: () => void): void;
  /** `marker` on the first line of what `body` writes, blanks of the same width on the others. */
  item(marker: string, body: () => void): void;
  /** Whether lines begin with a prefix now. */
  hasPrefix(): boolean;
  result(): RichText;
}

/** An empty writer. */
export function createRichWriter(): RichWriter {
  let text = "";
  let pending = 0;
  /** A list marker stands on this line and nothing after it yet. */
  let afterMarker = false;
  const prefixes: string[] = [];
  const marks: Mark[] = [];

  const flush = (prefix: string): void => {
    if (pending > 0 && text !== "") text += "\n".repeat(pending);
    if (text === "" || text.endsWith("\n")) text += prefix;
    pending = 0;
    afterMarker = false;
  };
  const writer: RichWriter = {
    write(more) {
      const content = text === "" ? more.replace(/^[ \t\n]+/u, "") : more;
      if (content === "") return;
      const prefix = prefixes.join("");
      flush(prefix);
      text += prefix === "" ? content : content.replaceAll("\n", `\n${prefix}`);
    },
    writePre(content, language) {
      if (content.trim() === "") return;
      if (afterMarker) pending = 1;
      flush("");
      const start = text.length;
      text += content;
      marks.push({ kind: "pre", ...(language === undefined ? {} : { language }), start, end: text.length });
      pending = 1;
    },
    separate(lines) {
      pending = afterMarker ? 0 : Math.max(pending, lines);
    },
    marked(mark, body) {
      if (pending > 0) flush(prefixes.join(""));
      const start = text.length;
      body();
      if (text.length > start) marks.push({ ...mark, start, end: text.length });
    },
    prefixed(prefix, body) {
      prefixes.push(prefix);
      body();
      prefixes.pop();
    },
    item(marker, body) {
      writer.write(marker);
      afterMarker = true;
      prefixes.push(" ".repeat(marker.length));
      body();
      prefixes.pop();
      afterMarker = false;
    },
    hasPrefix: () => prefixes.length > 0,
    result() {
      const kept = text.replace(/[ \t\n]+$/u, "");
      const clipped = marks.flatMap((mark) => {
        const end = Math.min(mark.end, kept.length);
        return end > mark.start ? [{ ...mark, end }] : [];
      });
      return lawful(kept, clipped);
    },
  };
  return writer;
}
