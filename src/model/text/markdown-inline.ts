import type { Image, ImageReference, Link, LinkReference, Nodes, PhrasingContent } from "mdast";
import { tappable } from "./links.ts";
import type { MarkdownContext } from "./markdown-context.ts";
import type { RichWriter } from "./rich-writer.ts";

/** Deeper nesting than this is shown as its source. */
export const deepest = 100;

/** Where inline content stands. */
export interface InlinePlace {
  /** Within a link: no second link may begin. */
  readonly linked: boolean;
  readonly depth: number;
}

interface Target {
  readonly url: string;
  readonly title?: string | null | undefined;
}

/** Writes inline nodes: text, emphasis, code, links, images, breaks, footnote references, literal HTML. */
export function renderInlines(
  nodes: readonly PhrasingContent[],
  writer: RichWriter,
  context: MarkdownContext,
  place: InlinePlace,
): void {
  for (const node of nodes) renderInline(node, writer, context, place);
}

function renderInline(node: PhrasingContent, writer: RichWriter, context: MarkdownContext, place: InlinePlace): void {
  if (place.depth > deepest) {
    writer.write(sourceOf(node, context));
    return;
  }
  const inner = { ...place, depth: place.depth + 1 };
  switch (node.type) {
    case "text":
    case "html":
      writer.write(node.value);
      return;
    case "inlineCode":
      writer.marked({ kind: "code" }, () => writer.write(node.value));
      return;
    case "break":
      writer.write("\n");
      return;
    case "strong":
      writer.marked({ kind: "bold" }, () => renderInlines(node.children, writer, context, inner));
      return;
    case "emphasis":
      writer.marked({ kind: "italic" }, () => renderInlines(node.children, writer, context, inner));
      return;
    case "delete":
      writer.marked({ kind: "strike" }, () => renderInlines(node.children, writer, context, inner));
      return;
    case "link":
    case "linkReference":
      renderLink(node, writer, context, inner);
      return;
    case "image":
    case "imageReference":
      renderImage(node, writer, context, inner);
      return;
    case "footnoteReference":
      writer.write(`[${node.label ?? node.identifier}]`);
  }
}

/** The source of a node, for what has no rendering of its own. */
export function sourceOf(node: Nodes, context: MarkdownContext): string {
  return context.source.slice(node.position?.start.offset, node.position?.end.offset);
}

function targetOf(node: Link | LinkReference | Image | ImageReference, context: MarkdownContext): Target {
  if (node.type === "link" || node.type === "image") return node;
  return context.definitions.get(node.identifier) ?? { url: "" };
}

function renderLink(
  node: Link | LinkReference,
  writer: RichWriter,
  context: MarkdownContext,
  place: InlinePlace,
): void {
  const target = targetOf(node, context);
  const url = place.linked ? undefined : tappable(target.url);
  const label = (): void => renderInlines(node.children, writer, context, { ...place, linked: true });
  if (url !== undefined && node.children.length > 0) {
    writer.marked({ kind: "link", url }, label);
    writer.write(titleOf(target));
    return;
  }
  label();
  const known = isAddress(shown(node), target.url);
  writer.write(`${known ? "" : spaced(target.url, node.children.length > 0)}${titleOf(target)}`);
}

function renderImage(
  node: Image | ImageReference,
  writer: RichWriter,
  context: MarkdownContext,
  place: InlinePlace,
): void {
  const target = targetOf(node, context);
  const alt = node.alt ?? "";
  const text = isAddress(alt, target.url) ? alt : `${alt}${spaced(target.url, alt !== "")}`;
  const url = place.linked ? undefined : tappable(target.url);
  if (url === undefined) writer.write(text);
  else writer.marked({ kind: "link", url }, () => writer.write(text));
  writer.write(titleOf(target));
}

function spaced(url: string, afterLabel: boolean): string {
  if (url === "") return "";
  return afterLabel ? ` (${url})` : url;
}

function titleOf(target: Target): string {
  const title = target.title ?? "";
  return title === "" ? "" : ` (${title})`;
}

/** Whether a label already shows the address, as `www.` and mail links do. */
function isAddress(label: string | undefined, url: string): boolean {
  return label !== undefined && (label === url || `mailto:${label}` === url || `http://${label}` === url);
}

/** Text of a label whose children are plain; undefined where there is more. */
function shown(node: Link | LinkReference): string | undefined {
  const [only] = node.children;
  return node.children.length === 1 && (only?.type === "text" || only?.type === "inlineCode") ? only.value : undefined;
}
