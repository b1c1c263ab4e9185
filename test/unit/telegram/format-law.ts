import { readdirSync, readFileSync } from "node:fs";
import type { Nodes } from "mdast";
import { fromMarkdown } from "mdast-util-from-markdown";
import { gfmFromMarkdown } from "mdast-util-gfm";
import { cjkFriendlyExtension } from "micromark-extension-cjk-friendly";
import { gfmStrikethroughCjkFriendly } from "micromark-extension-cjk-friendly-gfm-strikethrough";
import { gfm } from "micromark-extension-gfm";
import type { Formatted } from "../../../adapters/telegram/styled-text.ts";

const folder = new URL("../../fixtures/markdown/", import.meta.url);

/** Outputs of models that broke other converters, by name. */
export const nasty: readonly (readonly [string, string])[] = readdirSync(folder)
  .sort()
  .map((name) => [name, readFileSync(new URL(name, folder), "utf8")]);

const free = new Set(["bold", "italic", "strikethrough"]);

/** What the Bot API's documentation forbids about a text's entities; empty for none. Written without the code under test. */
export function faultsOf({ text, entities }: Formatted): readonly string[] {
  const faults: string[] = [];
  const say = (fault: string): void => void faults.push(fault);
  const spans = entities.map((entity) => ({ ...entity, end: entity.offset + entity.length }));
  for (const span of spans) {
    if (span.offset < 0 || span.length <= 0 || span.end > text.length) say(`${span.type} out of bounds`);
    if (halvesPair(text, span.offset) || halvesPair(text, span.end)) say(`${span.type} splits a surrogate pair`);
    if (span.type === "text_link" && !/^https?:\/\/\S+$/u.test(span.url)) say(`link to ${span.url}`);
  }
  for (const [index, a] of spans.entries()) {
    for (const b of spans.slice(index + 1)) {
      if (a.end <= b.offset || b.end <= a.offset) continue;
      const pair = `${a.type} [${a.offset},${a.end}) and ${b.type} [${b.offset},${b.end})`;
      const contained = (a.offset <= b.offset && a.end >= b.end) || (b.offset <= a.offset && b.end >= a.end);
      if (!contained) say(`${pair} cross`);
      if ([a, b].some((e) => e.type === "code" || e.type === "pre")) say(`${pair} share code`);
      if (a.type === b.type) say(`${pair} repeat`);
      if (!free.has(a.type) && !free.has(b.type) && a.type !== "blockquote" && b.type !== "blockquote") say(pair);
    }
  }
  return faults;
}

function halvesPair(text: string, at: number): boolean {
  return /[\ud800-\udbff]/.test(text.charAt(at - 1)) && /[\udc00-\udfff]/.test(text.charAt(at));
}

/** The texts of a Markdown tree in order: what its author wrote, markup aside. Addresses, titles and labels are not in it. */
export function leavesOf(markdown: string): readonly string[] {
  const tree = fromMarkdown(markdown, {
    extensions: [gfm(), cjkFriendlyExtension(), gfmStrikethroughCjkFriendly()],
    mdastExtensions: [gfmFromMarkdown()],
  });
  const leaves: string[] = [];
  const walk = (node: Nodes): void => {
    if ("value" in node) leaves.push(node.value);
    if ("alt" in node && typeof node.alt === "string") leaves.push(node.alt);
    if ("children" in node) node.children.forEach(walk);
  };
  walk(tree);
  return leaves;
}

/** What of `text` is left over after taking out `leaves` in order (blanks aside); undefined if one of them is missing. */
export function leftover(text: string, leaves: readonly string[]): string | undefined {
  let rest = "";
  let at = 0;
  for (const unit of leaves.join("").replace(/\s/gu, "")) {
    const found = text.indexOf(unit, at);
    if (found < 0) return undefined;
    rest += text.slice(at, found);
    at = found + unit.length;
  }
  return (rest + text.slice(at)).replace(/\s/gu, "");
}

/** The stretches of a text that carry an entity of a type. */
export function withType(formatted: Formatted, type: string): readonly string[] {
  return formatted.entities
    .filter((e) => e.type === type)
    .map((e) => formatted.text.slice(e.offset, e.offset + e.length));
}
