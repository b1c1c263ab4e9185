import type { Image, ImageReference, Link, LinkReference, PhrasingContent } from "mdast";
import type { ComponentChildren, VNode } from "preact";
import type { MarkdownSource } from "../../../src/model/text/markdown-context.ts";
import {
  deepest,
  sourceOf,
  targetOf,
  textAfterLabel,
  textOfImage,
  titleOf,
} from "../../../src/model/text/markdown-target.ts";
import { linkTarget } from "./link-target.ts";

/** Where inline content stands. */
interface InlinePlace {
  readonly context: MarkdownSource;
  /** Within a link: no second link may begin. */
  readonly linked: boolean;
  readonly depth: number;
}

/** Pure. Inline nodes as elements. */
export function Inlines(nodes: readonly PhrasingContent[], place: InlinePlace): ComponentChildren {
  return nodes.map((node) => inlineOf(node, place));
}

function inlineOf(node: PhrasingContent, place: InlinePlace): ComponentChildren {
  if (place.depth > deepest) return sourceOf(node, place.context);
  const inner = { ...place, depth: place.depth + 1 };
  switch (node.type) {
    case "text":
    case "html":
      return node.value;
    case "inlineCode":
      return <code>{node.value}</code>;
    case "break":
      return <br />;
    case "strong":
      return <strong>{Inlines(node.children, inner)}</strong>;
    case "emphasis":
      return <em>{Inlines(node.children, inner)}</em>;
    case "delete":
      return <del>{Inlines(node.children, inner)}</del>;
    case "link":
    case "linkReference":
      return linkOf(node, inner);
    case "image":
    case "imageReference":
      return imageOf(node, inner);
    case "footnoteReference":
      return <sup>{`[${node.label ?? node.identifier}]`}</sup>;
    default:
      return undefined;
  }
}

function linkOf(node: Link | LinkReference, place: InlinePlace): ComponentChildren {
  const target = targetOf(node, place.context);
  const url = place.linked ? undefined : linkTarget(target.url);
  const label = Inlines(node.children, { ...place, linked: true });
  if (url === undefined || node.children.length === 0) return [label, textAfterLabel(node, target)];
  return [anchor(url, label), titleOf(target)];
}

function imageOf(node: Image | ImageReference, place: InlinePlace): ComponentChildren {
  const target = targetOf(node, place.context);
  const text = textOfImage(node, target);
  const url = place.linked ? undefined : linkTarget(target.url);
  return [url === undefined ? text : anchor(url, text), titleOf(target)];
}

function anchor(url: string, label: ComponentChildren): VNode {
  return (
    <a href={url} target="_blank" rel="noopener noreferrer">
      {label}
    </a>
  );
}
