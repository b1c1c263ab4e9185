import type { Image, ImageReference, Link, LinkReference, PhrasingContent } from "mdast";
import { tappable } from "./links.ts";
import type { MarkdownContext } from "./markdown-context.ts";
import { deepest, sourceOf, targetOf, textAfterLabel, textOfImage, titleOf } from "./markdown-target.ts";
import type { RichWriter } from "./rich-writer.ts";

/** Where inline content stands. */
export interface InlinePlace {
  /** Within a link: no second link may begin. */
  readonly linked: boolean;
  readonly depth: number;
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
  writer.write(textAfterLabel(node, target));
}

function renderImage(
  node: Image | ImageReference,
  writer: RichWriter,
  context: MarkdownContext,
  place: InlinePlace,
): void {
  const target = targetOf(node, context);
  const text = textOfImage(node, target);
  const url = place.linked ? undefined : tappable(target.url);
  if (url === undefined) writer.write(text);
  else writer.marked({ kind: "link", url }, () => writer.write(text));
  writer.write(titleOf(target));
}
