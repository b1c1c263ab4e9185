import type { Blockquote, Code, List, Root, RootContent, Table } from "mdast";
import type { ComponentChildren, VNode } from "preact";
import type { MarkdownSource } from "../../../src/model/text/markdown-context.ts";
import { deepest, isUsed, markersOf, sourceOf } from "../../../src/model/text/markdown-target.ts";
import { parseMarkdown } from "../../../src/model/text/markdown-tree.ts";
import { Inlines } from "./markdown-inline.tsx";

/** Draws a code block; `language` is the first word after its fence. */
export type DrawCode = (code: string, language: string | undefined) => VNode;

interface Place {
  readonly context: MarkdownSource;
  readonly code: DrawCode;
  readonly depth: number;
}

/**
 * Pure. A model's Markdown as elements. Raw HTML is literal text, an image is a link to it, an address that is not safe
 * to tap stands in brackets after its label; every character of the text is in the text of the elements.
 */
export function renderMarkdown(markdown: string, code: DrawCode): VNode {
  const { tree, rest, ...context } = parseMarkdown(markdown);
  return (
    <div class="markdown">
      {tree === undefined ? <p class="as-is">{context.source}</p> : blocksOf(tree, { context, code, depth: 0 })}
      {rest === "" ? undefined : <p class="as-is">{rest}</p>}
    </div>
  );
}

type Parent = Root | Blockquote | { readonly children: readonly RootContent[] };

function blocksOf(parent: Parent, place: Place): ComponentChildren {
  const inner = { ...place, depth: place.depth + 1 };
  return parent.children.map((node) => blockOf(node, inner));
}

function blockOf(node: RootContent, place: Place): ComponentChildren {
  const { context } = place;
  if (place.depth > deepest) return <p class="as-is">{sourceOf(node, context)}</p>;
  const inline = { context, linked: false, depth: place.depth };
  switch (node.type) {
    case "paragraph":
      return <p>{Inlines(node.children, inline)}</p>;
    case "heading": {
      // The page's own headings are h1 and h2; the model's begin below them.
      const Heading = `h${Math.min(6, node.depth + 2)}` as "h3";
      return <Heading class={`level-${node.depth}`}>{Inlines(node.children, inline)}</Heading>;
    }
    case "thematicBreak":
      return <hr />;
    case "blockquote":
      return <blockquote>{blocksOf(node, place)}</blockquote>;
    case "list":
      return listOf(node, place);
    case "code":
      return codeOf(node, place);
    case "table":
      return tableOf(node, place);
    case "html":
      return <p class="as-is">{node.value}</p>;
    case "definition":
      return isUsed(node, context) ? undefined : <p class="as-is">{sourceOf(node, context)}</p>;
    case "footnoteDefinition":
      return (
        <div class="item">
          <span class="marker">{`[${node.label ?? node.identifier}] `}</span>
          <div>{blocksOf(node, place)}</div>
        </div>
      );
    default:
      return <p class="as-is">{sourceOf(node, context)}</p>;
  }
}

function codeOf(node: Code, place: Place): VNode {
  const language = node.lang ?? undefined;
  return place.code(node.value, language !== undefined && language.length <= 64 ? language : undefined);
}

/** Bullets, numbers and boxes are text of the page: they are copied with it, and stay as they were written. */
function listOf(list: List, place: Place): VNode {
  const markers = markersOf(list, place.context);
  const loose = list.spread === true || list.children.some((item) => item.spread === true);
  return (
    // A list without the browser's own markers is none to some screen readers, unless it says so.
    <ul class={loose ? "list loose" : "list"} role="list">
      {list.children.map((item, index) => (
        <li class="item">
          <span class="marker">{markers[index]}</span>
          <div>{blocksOf(item, place)}</div>
        </li>
      ))}
    </ul>
  );
}

function tableOf(table: Table, place: Place): VNode {
  const [head, ...rows] = table.children;
  const inline = { context: place.context, linked: false, depth: place.depth };
  const cells = (row: typeof head, Cell: "th" | "td"): ComponentChildren =>
    row?.children.map((cell, column) => (
      <Cell class={`align-${table.align?.[column] ?? "left"}`}>{Inlines(cell.children, inline)}</Cell>
    ));
  return (
    <section class="wide" tabIndex={0}>
      <table>
        <thead>
          <tr>{cells(head, "th")}</tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr>{cells(row, "td")}</tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
