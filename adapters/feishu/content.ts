import type { Content, Piece } from "../../src/model/delivery.ts";
import { renderMarkdown } from "../../src/model/text/markdown.ts";
import type { Mark, RichText } from "../../src/model/text/rich-text.ts";
import { sanitize } from "../../src/model/text/sanitize.ts";
import { oneLine } from "../../src/model/text/truncate.ts";
import { card, type Element, foldElement, markdownElement, noteElement, rowElement } from "./card.ts";
import { fenced, toCardMarkdown } from "./format.ts";

/** Longest code shown inline instead of as a block, UTF-16 units. */
const inlineCodeLength = 80;
const foldTitleLength = 60;

/** A stretch of a body: text in one element, or a panel that is folded. */
export interface Block {
  readonly rich: RichText;
  readonly fold: boolean;
}

/** Pure. The body of a content without footer; neighbours that are not folded are one block, pieces on lines of their own. */
export function blocksOf(pieces: readonly Piece[]): readonly Block[] {
  const blocks: Block[] = [];
  for (const piece of pieces) {
    const next: Block = { rich: richOf(piece), fold: piece.as === "fold" };
    if (next.rich.text.trim() === "") continue;
    const last = blocks.at(-1);
    if (last === undefined || last.fold || next.fold) blocks.push(next);
    else blocks[blocks.length - 1] = { rich: joined(last.rich, next.rich), fold: false };
  }
  return blocks;
}

/** Pure. Elements of a body. */
export function elementsOf(blocks: readonly Block[]): readonly Element[] {
  return blocks.map(({ rich, fold }) =>
    fold
      ? foldElement(oneLine(rich.text, foldTitleLength), [markdownElement(fenced(rich.text))])
      : markdownElement(toCardMarkdown(rich)),
  );
}

/** Pure. What stands below a body: footer and buttons. */
export function tailOf(content: Content): readonly Element[] {
  const footer = sanitize(content.footer ?? "");
  const rows = (content.buttons ?? []).filter((row) => row.length > 0);
  return [...(footer.trim() === "" ? [] : [noteElement(footer)]), ...rows.map(rowElement)];
}

/** Pure. The card of a body; `tail` stands below it. */
export function cardOfBlocks(blocks: readonly Block[], tail: readonly Element[]): object {
  const elements = [...elementsOf(blocks), ...tail];
  return card(elements.length === 0 ? [markdownElement("…")] : elements, blocks[0]?.rich.text.slice(0, 200) ?? "…");
}

/** Text of a body, markup aside. */
export function plainOfBlocks(blocks: readonly Block[]): string {
  return blocks.map((block) => block.rich.text).join("\n");
}

/** Source text of a content, for a document that holds all of it. */
export function sourceOf(content: Content): string {
  return content.pieces
    .map((piece) => (piece.as === "code" ? fenced(piece.text, piece.language) : piece.text))
    .join("\n");
}

function richOf(piece: Piece): RichText {
  if (piece.as === "markdown") return renderMarkdown(piece.text);
  const text = sanitize(piece.text);
  switch (piece.as) {
    case "text":
    case "fold":
      return { text, marks: [] };
    case "bold":
      return whole(text, { kind: "bold", start: 0, end: text.length });
    case "code": {
      const block = piece.language !== undefined || text.includes("\n") || text.length > inlineCodeLength;
      if (!block) return whole(text, { kind: "code", start: 0, end: text.length });
      const language = piece.language === undefined ? {} : { language: piece.language };
      return whole(text, { kind: "pre", ...language, start: 0, end: text.length });
    }
  }
}

function whole(text: string, mark: Mark): RichText {
  return { text, marks: text === "" ? [] : [mark] };
}

function joined(a: RichText, b: RichText): RichText {
  const offset = a.text.length + 1;
  const moved = b.marks.map((mark) => ({ ...mark, start: mark.start + offset, end: mark.end + offset }));
  return { text: `${a.text}\n${b.text}`, marks: [...a.marks, ...moved] };
}
