import type { AlignType, Table } from "mdast";
import type { MarkdownContext } from "./markdown-context.ts";
import { renderInlines } from "./markdown-inline.ts";
import { createRichWriter } from "./rich-writer.ts";
import { columnsOf } from "./width.ts";

/** Widest column others are aligned to; a longer cell sticks out. */
const paddedColumns = 40;

/** A table as lines of equal-width columns (East Asian width counted), each row on one line, a rule under the header. */
export function tableText(table: Table, context: MarkdownContext): string {
  const rows = table.children.map((row) => row.children.map((cell) => cellText(cell, context)));
  const count = Math.max(...rows.map((row) => row.length), 0);
  const widths = Array.from({ length: count }, (_, column) =>
    Math.min(paddedColumns, Math.max(...rows.map((row) => columnsOf(row[column] ?? "")))),
  );
  const lines = rows.map((row) => line(row, widths, table.align ?? []));
  const ruled = widths.map((width) => "-".repeat(Math.max(width, 1))).join("-+-");
  return [lines[0] ?? "", ruled, ...lines.slice(1)].join("\n");
}

function cellText(cell: Table["children"][number]["children"][number], context: MarkdownContext): string {
  const writer = createRichWriter();
  // A link within a code block cannot be tapped: its address has to be readable.
  renderInlines(cell.children, writer, context, { linked: true, depth: 0 });
  return writer.result().text.replace(/\s+/gu, " ");
}

function line(row: readonly string[], widths: readonly number[], align: readonly AlignType[]): string {
  return widths
    .map((width, column) => padded(row[column] ?? "", width, align[column] ?? "left"))
    .join(" | ")
    .trimEnd();
}

function padded(text: string, width: number, align: "left" | "right" | "center"): string {
  const free = Math.max(0, width - columnsOf(text));
  if (align === "right") return " ".repeat(free) + text;
  const left = align === "center" ? Math.floor(free / 2) : 0;
  return " ".repeat(left) + text + " ".repeat(free - left);
}
