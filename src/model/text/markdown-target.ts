import type { Definition, Image, ImageReference, Link, LinkReference, List, ListItem, Nodes } from "mdast";
import type { MarkdownSource } from "./markdown-context.ts";

/** Deeper nesting than this is shown as its source. */
export const deepest = 100;

/** Where a link or image leads. */
export interface Target {
  readonly url: string;
  readonly title?: string | null | undefined;
}

/** The source of a node, for what has no rendering of its own. */
export function sourceOf(node: Nodes, context: MarkdownSource): string {
  return context.source.slice(node.position?.start.offset, node.position?.end.offset);
}

/** Where a node leads; an empty address for a label nobody defined. */
export function targetOf(node: Link | LinkReference | Image | ImageReference, context: MarkdownSource): Target {
  if (node.type === "link" || node.type === "image") return node;
  return context.definitions.get(node.identifier) ?? { url: "" };
}

/** What stands after the label of a link that cannot be tapped: its address, unless the label is it, and its title. */
export function textAfterLabel(node: Link | LinkReference, target: Target): string {
  const known = isAddress(shown(node), target.url);
  return `${known ? "" : spaced(target.url, node.children.length > 0)}${titleOf(target)}`;
}

/** An image in words: its description and address. */
export function textOfImage(node: Image | ImageReference, target: Target): string {
  const alt = node.alt ?? "";
  return isAddress(alt, target.url) ? alt : `${alt}${spaced(target.url, alt !== "")}`;
}

/** Title in brackets, with a blank before it; empty without one. */
export function titleOf(target: Target): string {
  const title = target.title ?? "";
  return title === "" ? "" : ` (${title})`;
}

/** Whether some link or image shows this definition's address. */
export function isUsed(node: Definition, context: MarkdownSource): boolean {
  return context.definitions.get(node.identifier) === node && context.referred.has(node.identifier);
}

/** What stands before each item of a list: its bullet, number or box, and a blank. */
export function markersOf(list: List, context: MarkdownSource): readonly string[] {
  const numbers = list.ordered === true ? numbersOf(list, context) : [];
  return list.children.map((item, index) =>
    markerOf(item, list.ordered === true ? `${numbers[index] ?? index + 1}. ` : ""),
  );
}

/** Numbers as written; counted from the first where all are the same (`1. 1. 1.`). */
function numbersOf(list: List, context: MarkdownSource): readonly number[] {
  const first = list.start ?? 1;
  const written = list.children.map((item) => Number.parseInt(sourceOf(item, context), 10));
  const counted = written.every((number) => number === first) || written.some((number) => Number.isNaN(number));
  return counted ? written.map((_, index) => first + index) : written;
}

function markerOf(item: ListItem, number: string): string {
  if (typeof item.checked === "boolean") return `${number}${item.checked ? "☑" : "☐"} `;
  return number === "" ? "• " : number;
}

function spaced(url: string, afterLabel: boolean): string {
  if (url === "") return "";
  return afterLabel ? ` (${url})` : url;
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
