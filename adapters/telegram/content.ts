import type { Button, Content, Piece } from "../../src/model/delivery.ts";
import { sanitize } from "../../src/model/text/sanitize.ts";
import { clip } from "../../src/model/text/truncate.ts";
import { limits } from "./capabilities.ts";
import { toEntities } from "./format.ts";
import { type Formatted, joined, plain } from "./styled-text.ts";

/** Longest code shown inline instead of as a block, UTF-16 units. */
const inlineCodeLength = 80;

/** Pure. A message body without footer. Pieces stand on lines of their own; empty ones are left out. */
export function formatPieces(pieces: readonly Piece[]): Formatted {
  return joined(
    pieces.map(formatPiece).filter((part) => part.text !== ""),
    "\n",
  );
}

/** Pure. Body and footer in one. */
export function formatContent(content: Content): Formatted {
  return joined(
    [formatPieces(content.pieces), footerOf(content)].filter((part) => part.text !== ""),
    "\n\n",
  );
}

/** The footer line; empty text when there is none. */
export function footerOf(content: Content): Formatted {
  return plain(sanitize(content.footer ?? ""));
}

/** Source text of a content, for a document that holds all of it. */
export function sourceOf(content: Content): string {
  return content.pieces
    .map((piece) => (piece.as === "code" ? `\`\`\`${piece.language ?? ""}\n${piece.text}\n\`\`\`` : piece.text))
    .join("\n");
}

function formatPiece(piece: Piece): Formatted {
  switch (piece.as) {
    case "markdown":
      return toEntities(piece.text);
    case "text":
      return plain(sanitize(piece.text));
    case "bold":
      return whole(piece.text, { type: "bold" });
    case "fold":
      return whole(piece.text, { type: "expandable_blockquote" });
    case "code":
      if (piece.language !== undefined) return whole(piece.text, { type: "pre", language: piece.language });
      return whole(piece.text, {
        type: piece.text.includes("\n") || piece.text.length > inlineCodeLength ? "pre" : "code",
      });
  }
}

type Style =
  | { readonly type: "bold" | "expandable_blockquote" | "pre" | "code" }
  | { readonly type: "pre"; readonly language: string };

function whole(source: string, style: Style): Formatted {
  // Telegram shows a tab as one blank, which would take the indentation out of code and diffs.
  const text = sanitize(source).replaceAll("\t", "    ");
  return { text, entities: text === "" ? [] : [{ ...style, offset: 0, length: text.length }] };
}

/** `reply_markup` of a content: buttons, else a forced reply; empty for neither. */
export function replyMarkup(content: Content): { readonly reply_markup?: object } {
  const rows = (content.buttons ?? []).filter((row) => row.length > 0);
  if (rows.length > 0) return { reply_markup: { inline_keyboard: rows.map((row) => row.map(keyboardButton)) } };
  return content.forceReply === true ? { reply_markup: { force_reply: true, selective: true } } : {};
}

/** A button as Telegram takes it. */
function keyboardButton(button: Button): object {
  return {
    text: clip(button.label, limits.label),
    callback_data: button.nonce,
    ...(button.style === undefined ? {} : { style: button.style }),
  };
}
