import type { Nodes } from "mdast";
import { fromMarkdown } from "mdast-util-from-markdown";
import { gfmFromMarkdown } from "mdast-util-gfm";
import { gfm } from "micromark-extension-gfm";

/** What a strict CommonMark reader (without leniency for CJK) makes of card Markdown. */
function read(markdown: string): Nodes {
  return fromMarkdown(markdown, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] });
}

/** Nodes of a type. */
export function nodesOf(markdown: string, type: Nodes["type"]): readonly Nodes[] {
  const found: Nodes[] = [];
  const walk = (node: Nodes): void => {
    if (node.type === type) found.push(node);
    if ("children" in node) node.children.forEach(walk);
  };
  walk(read(markdown));
  return found;
}

/** Text a reader sees. */
export function shown(markdown: string): string {
  const walk = (node: Nodes): string => {
    if ("value" in node) return node.value;
    if ("children" in node)
      return node.children.map(walk).join(node.type === "table" || node.type === "tableRow" ? "" : "");
    return "";
  };
  return walk(read(markdown));
}

/** Text without blanks, for comparison. */
export function letters(text: string): string {
  return text.replace(/[\s\u00a0\u200a]/gu, "");
}

/** Markdown of all text elements of a card in order, folds included, notes (part marks, footers) left out. */
export function markdownOf(card: unknown): readonly string[] {
  const found: string[] = [];
  const walk = (value: unknown): void => {
    if (Array.isArray(value)) {
      value.forEach(walk);
      return;
    }
    if (typeof value !== "object" || value === null) return;
    const element = value as Readonly<Record<string, unknown>>;
    if (element.tag === "markdown" && element.text_size === undefined) found.push(String(element.content));
    for (const key of ["body", "elements", "columns"]) walk(element[key]);
  };
  walk(card);
  return found;
}
