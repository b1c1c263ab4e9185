import type { Nodes } from "mdast";
import { fromMarkdown } from "mdast-util-from-markdown";
import { gfmFromMarkdown } from "mdast-util-gfm";
import { gfm } from "micromark-extension-gfm";
import type { Content } from "../../src/model/delivery.ts";
import { sanitize } from "../../src/model/text/sanitize.ts";
import { limits } from "./capabilities.ts";
import type { TelegramCall } from "./requests.ts";

/**
 * Pure. The same message as a rich one (Bot API 10.1+), falling back to `plain` on any refusal; undefined when the
 * content is not all Markdown or too long. Tags are escaped: rich Markdown would make live buttons of the model's text.
 */
export function richCall(content: Content, plain: TelegramCall): TelegramCall | undefined {
  if (content.pieces.length === 0 || content.pieces.some((piece) => piece.as !== "markdown")) return undefined;
  const source = content.pieces.map((piece) => sanitize(piece.text)).join("\n\n");
  const body = source.length > limits.rich ? undefined : escapeTags(source);
  if (body === undefined || body.trim() === "") return undefined;
  const markdown = content.footer === undefined ? body : `${body}\n\n${escapeMarkdown(sanitize(content.footer))}`;
  if (markdown.length > limits.rich) return undefined;
  const { text: _text, entities: _entities, link_preview_options: _preview, ...envelope } = plain.request.payload;
  return {
    ...plain,
    method: "sendRichMessage",
    request: { payload: { ...envelope, rich_message: { markdown, skip_entity_detection: true } } },
    fallback: plain,
  };
}

/** `<` becomes literal everywhere but in code, where it is already. Undefined when the nesting exceeds the parser. */
export function escapeTags(markdown: string): string | undefined {
  const tree = parsed(markdown);
  if (tree === undefined) return undefined;
  const code = codeRanges(tree);
  return markdown.replace(/(\\*)</gu, (found, slashes: string, at: number) => {
    const tag = at + slashes.length;
    const inCode = code.some(([start, end]) => tag >= start && tag < end);
    const escaped = slashes.length % 2 === 1;
    return inCode || escaped ? found : `${slashes}\\<`;
  });
}

function parsed(markdown: string): Nodes | undefined {
  try {
    return fromMarkdown(markdown, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] });
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function codeRanges(tree: Nodes): readonly (readonly [number, number])[] {
  const ranges: (readonly [number, number])[] = [];
  const open: Nodes[] = [tree];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    const start = node.position?.start.offset;
    const end = node.position?.end.offset;
    const isCode = node.type === "code" || node.type === "inlineCode";
    if (isCode && start !== undefined && end !== undefined) ranges.push([start, end]);
    if ("children" in node) open.push(...node.children);
  }
  return ranges;
}

function escapeMarkdown(text: string): string {
  return text.replace(/[\\`*_{}[\]<>()#+\-.!|~$=^]/gu, "\\$&");
}
