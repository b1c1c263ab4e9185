import type { MessageEntity } from "grammy/types";
import { renderMarkdown } from "../../src/model/text/markdown.ts";
import type { Mark } from "../../src/model/text/rich-text.ts";
import type { Formatted } from "./styled-text.ts";

/** Telegram shows a tab as one blank, which would take the indentation out of code. */
const codeTab = "    ";

/**
 * Pure. A model's Markdown as text with entities, which obey the Bot API's rules of nesting: code and pre alone, quotes
 * not within quotes, everything else either apart or contained. Headings are bold. Not limited in length.
 */
export function toEntities(markdown: string): Formatted {
  const { text, marks } = renderMarkdown(showable(markdown), { codeTab });
  return { text, entities: withoutRepeats(marks.map(entityOf)) };
}

/**
 * The characters Telegram removes from every message (td misc.cpp clean_input_string: U+2028–202E, U+0333, U+033F,
 * U+030A), as ones it keeps: separators as line feeds, marks composed or as their nearest kin; invisible ones go.
 */
function showable(text: string): string {
  return text
    .replace(/[\u2028\u2029]/gu, "\n")
    .replace(/[\u202a-\u202e]/gu, "")
    .replace(/\p{L}\u030a/gu, (letter) => letter.normalize("NFC"))
    .replaceAll("\u030a", "\u02da")
    .replaceAll("\u0333", "\u0332")
    .replaceAll("\u033f", "\u0305");
}

function entityOf(mark: Mark): MessageEntity {
  const place = { offset: mark.start, length: mark.end - mark.start };
  switch (mark.kind) {
    case "bold":
    case "heading":
      return { type: "bold", ...place };
    case "italic":
    case "code":
      return { type: mark.kind, ...place };
    case "strike":
      return { type: "strikethrough", ...place };
    case "quote":
      return { type: "blockquote", ...place };
    case "link":
      return { type: "text_link", url: mark.url, ...place };
    case "pre":
      return { type: "pre", ...(mark.language === undefined ? {} : { language: mark.language }), ...place };
  }
}

/** Without those that another one of their type contains already. */
function withoutRepeats(entities: readonly MessageEntity[]): readonly MessageEntity[] {
  const ends = new Map<string, number>();
  return entities.filter((entity) => {
    const end = entity.offset + entity.length;
    if (end <= (ends.get(entity.type) ?? 0)) return false;
    ends.set(entity.type, end);
    return true;
  });
}
