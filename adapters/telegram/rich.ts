import type { Nodes } from "mdast";
import { fromMarkdown } from "mdast-util-from-markdown";
import { gfmFromMarkdown } from "mdast-util-gfm";
import { gfm } from "micromark-extension-gfm";
import type { Content } from "../../src/model/delivery.ts";
import { limits } from "./capabilities.ts";
import type { TelegramCall } from "./requests.ts";

/**
 * Pure. The same message as a rich one (Bot API 10.1+), falling back to `plain` on any refusal; undefined when the
 * content is not all Markdown or too long. Tags are escaped: rich Markdown would make live buttons of the model's text.
 */
export function richCall(content: Content, plain: TelegramCall): TelegramCall | undefined {
  if (content.pieces.length === 0 || content.pieces.some((piece) => piece.as !== "markdown")) return undefined;
  const body = content.pieces.map((piece) => escapeTags(piece.text)).join("\n\n");
  const markdown = content.footer === undefined ? body : `${body}\n\n${escapeMarkdown(content.footer)}`;
  if (body.trim() === "" || markdown.length > limits.rich) return undefined;
  const { text: _text, entities: _entities, link_preview_options: _preview, ...envelope } = plain.request.payload;
  return {
    ...plain,
    method: "sendRichMessage",
    request: { payload: { ...envelope, rich_message: { markdown, skip_entity_detection: true } } },
    fallback: plain,
  };
}

/** `<` becomes literal everywhere but in code, where it is already. */
export function escapeTags(markdown: string): string {
  const tree = fromMarkdown(markdown, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] });
  const code: (readonly [number, number])[] = [];
  collectCode(tree, code);
  return markdown.replace(/(\\*)</gu, (found, slashes: string, at: number) => {
    const tag = at + slashes.length;
    const inCode = code.some(([start, end]) => tag >= start && tag < end);
    const escaped = slashes.length % 2 === 1;
    return inCode || escaped ? found : `${slashes}\\<`;
  });
}

function collectCode(node: Nodes, ranges: (readonly [number, number])[]): void {
  const start = node.position?.start.offset;
  const end = node.position?.end.offset;
  if ((node.type === "code" || node.type === "inlineCode") && start !== undefined && end !== undefined)
    ranges.push([start, end]);
  if ("children" in node) for (const child of node.children) collectCode(child, ranges);
}

function escapeMarkdown(text: string): string {
  return text.replace(/[\\`*_{}[\]<>()#+\-.!|~$=^]/gu, "\\$&");
}
