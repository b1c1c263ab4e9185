import { renderBlocks } from "./markdown-blocks.ts";
import { parseMarkdown } from "./markdown-tree.ts";
import type { RichText } from "./rich-text.ts";
import { createRichWriter } from "./rich-writer.ts";

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
  const { tree, rest, ...from } = parseMarkdown(markdown);
  const writer = createRichWriter();
  if (tree === undefined) writer.write(from.source);
  else renderBlocks(tree.children, writer, { ...from, codeTab: options.codeTab ?? "\t" });
  writer.separate(1);
  writer.write(rest);
  return writer.result();
}
