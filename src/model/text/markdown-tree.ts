import type { Definition, Nodes, Root } from "mdast";
import { fromMarkdown } from "mdast-util-from-markdown";
import { gfmFromMarkdown } from "mdast-util-gfm";
import { cjkFriendlyExtension } from "micromark-extension-cjk-friendly";
import { gfmStrikethroughCjkFriendly } from "micromark-extension-cjk-friendly-gfm-strikethrough";
import { gfm } from "micromark-extension-gfm";
import type { MarkdownSource } from "./markdown-context.ts";
import { parseable } from "./parseable.ts";
import { sanitize } from "./sanitize.ts";

const parseOptions = {
  extensions: [gfm(), cjkFriendlyExtension(), gfmStrikethroughCjkFriendly()],
  mdastExtensions: [gfmFromMarkdown()],
};

/** A Markdown text as a tree, and what of it is shown as it is. */
export interface MarkdownTree extends MarkdownSource {
  /** Undefined if the nesting exceeds the parser's stack: then `source` is shown as it is. */
  readonly tree: Root | undefined;
  /** What follows `source` and is not worth parsing; see {@link parseable}. */
  readonly rest: string;
}

/** Pure. Parses a model's Markdown: GFM, lenient about CJK, free of what a screen silently eats. */
export function parseMarkdown(markdown: string): MarkdownTree {
  const { head: source, rest } = parseable(sanitize(markdown));
  const tree = parsed(source);
  const definitions = new Map<string, Definition>();
  const referred = new Set<string>();
  if (tree !== undefined) collectReferences(tree, definitions, referred);
  return { tree, source, rest, definitions, referred };
}

/** Undefined if the nesting exceeds the parser's stack. */
function parsed(source: string): Root | undefined {
  try {
    return fromMarkdown(source, parseOptions);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function collectReferences(tree: Nodes, definitions: Map<string, Definition>, referred: Set<string>): void {
  const open: Nodes[] = [tree];
  const found: Definition[] = [];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (node.type === "definition") found.push(node);
    if (node.type === "linkReference" || node.type === "imageReference") referred.add(node.identifier);
    if ("children" in node) open.push(...node.children);
  }
  // The stack reverses the order of siblings; of two definitions the first counts, as in CommonMark.
  for (const definition of found) definitions.set(definition.identifier, definition);
}
