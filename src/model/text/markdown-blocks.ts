import type { Blockquote, Code, List, Nodes, RootContent } from "mdast";
import type { MarkdownContext } from "./markdown-context.ts";
import { renderInlines } from "./markdown-inline.ts";
import { tableText } from "./markdown-table.ts";
import { deepest, isUsed, markersOf, sourceOf } from "./markdown-target.ts";
import type { RichWriter } from "./rich-writer.ts";

const rule = "———";
const quotePrefix = "> ";

/** Line feeds between two blocks: 2 leaves a blank line. */
type Gap = 1 | 2;

/** Where blocks stand. */
interface BlockPlace {
  readonly gap: Gap;
  readonly depth: number;
  /** Within a block quotation; a second one cannot begin. */
  readonly quoted: boolean;
}

const top: BlockPlace = { gap: 2, depth: 0, quoted: false };

/** Writes blocks, a blank line between them. */
export function renderBlocks(nodes: readonly RootContent[], writer: RichWriter, context: MarkdownContext): void {
  renderAll(nodes, writer, context, top);
}

function renderAll(
  nodes: readonly RootContent[],
  writer: RichWriter,
  context: MarkdownContext,
  place: BlockPlace,
): void {
  for (const [index, node] of nodes.entries()) {
    if (index > 0) writer.separate(place.gap);
    renderBlock(node, writer, context, { ...place, depth: place.depth + 1 });
  }
}

function renderBlock(node: RootContent, writer: RichWriter, context: MarkdownContext, place: BlockPlace): void {
  if (place.depth > deepest) {
    writer.write(sourceOf(node, context));
    return;
  }
  const inline = { linked: false, depth: place.depth };
  switch (node.type) {
    case "paragraph":
      renderInlines(node.children, writer, context, inline);
      return;
    case "heading": {
      const { depth: level, children } = node;
      writer.marked({ kind: "heading", level }, () => renderInlines(children, writer, context, inline));
      return;
    }
    case "thematicBreak":
      writer.write(rule);
      return;
    case "blockquote":
      renderQuote(node, writer, context, place);
      return;
    case "list":
      renderList(node, writer, context, place);
      return;
    case "code":
      renderCode(node, writer, context);
      return;
    case "table":
      writer.writePre(tableText(node, context));
      return;
    case "html":
      writer.write(node.value);
      return;
    case "definition":
      if (!isUsed(node, context)) writer.write(sourceOf(node, context));
      return;
    case "footnoteDefinition":
      writer.item(`[${node.label ?? node.identifier}] `, () => renderAll(node.children, writer, context, place));
      return;
    default:
      writer.write(sourceOf(node, context));
  }
}

function renderCode(node: Code, writer: RichWriter, context: MarkdownContext): void {
  const language = node.lang ?? undefined;
  const usable = language !== undefined && language.length <= 64 ? language : undefined;
  writer.writePre(node.value.replace(/\s+$/u, "").replaceAll("\t", context.codeTab), usable);
}

/**
 * A block quotation. Children with code, which no quotation may contain, and whatever is quoted within a quotation or a
 * list, are marked by "> " at the beginning of their lines instead.
 */
function renderQuote(node: Blockquote, writer: RichWriter, context: MarkdownContext, place: BlockPlace): void {
  const inner: BlockPlace = { ...place, gap: 2, quoted: true };
  const prefixed = (children: readonly RootContent[]): void => {
    writer.prefixed(quotePrefix, () => renderAll(children, writer, context, inner));
  };
  if (place.quoted || writer.hasPrefix()) {
    prefixed(node.children);
    return;
  }
  for (const [index, { free, children }] of runsOf(node.children).entries()) {
    if (index > 0) writer.separate(2);
    if (free) writer.marked({ kind: "quote" }, () => renderAll(children, writer, context, inner));
    else prefixed(children);
  }
}

interface Run {
  readonly free: boolean;
  readonly children: RootContent[];
}

/** Neighbours that all contain code, or all do not. */
function runsOf(nodes: readonly RootContent[]): readonly Run[] {
  const runs: Run[] = [];
  for (const node of nodes) {
    const free = !containsCode(node);
    const last = runs.at(-1);
    if (last?.free === free) last.children.push(node);
    else runs.push({ free, children: [node] });
  }
  return runs;
}

function containsCode(root: Nodes): boolean {
  const open: Nodes[] = [root];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (node.type === "code" || node.type === "inlineCode" || node.type === "table") return true;
    if ("children" in node) open.push(...node.children);
  }
  return false;
}

function renderList(list: List, writer: RichWriter, context: MarkdownContext, place: BlockPlace): void {
  const loose = list.spread === true || list.children.some((item) => item.spread === true);
  const inner: BlockPlace = { ...place, gap: loose ? 2 : 1 };
  const markers = markersOf(list, context);
  for (const [index, item] of list.children.entries()) {
    if (index > 0) writer.separate(loose ? 2 : 1);
    writer.item(markers[index] ?? "", () => renderAll(item.children, writer, context, inner));
  }
}
