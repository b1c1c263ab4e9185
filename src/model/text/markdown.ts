import type { Definition, Nodes, Root } from "mdast";
import { fromMarkdown } from "mdast-util-from-markdown";
import { gfmFromMarkdown } from "mdast-util-gfm";
import { cjkFriendlyExtension } from "micromark-extension-cjk-friendly";
import { gfmStrikethroughCjkFriendly } from "micromark-extension-cjk-friendly-gfm-strikethrough";
import { gfm } from "micromark-extension-gfm";
import { renderBlocks } from "./markdown-blocks.ts";
import { parseable } from "./parseable.ts";
import type { RichText } from "./rich-text.ts";
import { createRichWriter } from "./rich-writer.ts";
import { sanitize } from "./sanitize.ts";

const parseOptions = {
  extensions: [gfm(), cjkFriendlyExtension(), gfmStrikethroughCjkFriendly()],
  mdastExtensions: [gfmFromMarkdown()],
};

export interface RenderOptions {
  /** What a tab in a code block becomes, for platforms that have none. Default: it stays. */
  readonly codeTab?: string;
}

/**
 * Pure. A model's Markdown (GFM, lenient about CJK) as formatted text. Raw HTML is literal text; an address that is not
 * safe to tap stands in brackets after its label; nothing of the content is dropped or repeated. What is not worth
 * parsing (beyond 40,000 UTF-16 units, nested beyond reason) is shown as it is.
 */
export function renderMarkdown(markdown: string, options: RenderOptions = {}): RichText {
  const { head: source, rest } = parseable(sanitize(markdown));
  const writer = createRichWriter();
  const tree = parsed(source);
  if (tree === undefined) writer.write(source);
  else {
    const definitions = new Map<string, Definition>();
    const referred = new Set<string>();
    collectReferences(tree, definitions, referred);
    renderBlocks(tree.children, writer, { source, definitions, referred, codeTab: options.codeTab ?? "\t" });
  }
  writer.separate(1);
  writer.write(rest);
  return writer.result();
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
