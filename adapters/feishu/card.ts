import type { Button } from "../../src/model/delivery.ts";
import { clip } from "../../src/model/text/truncate.ts";
import { escapeCard } from "./format.ts";

/** Largest card, bytes of its JSON: 80 % of the platform's 30 KB. */
export const cardBytes = Math.floor(30 * 1024 * 0.8);
/** Labels have no published limit; longer ones are cut by every client. */
const labelLength = 64;
/** Preview of the chat list, UTF-16 units. */
const summaryLength = 80;

/** An element of a card, JSON 2.0. */
export type Element = Readonly<Record<string, unknown>>;

/** A text element. `id` (letters, digits, `_`) names it for later changes. */
export function markdownElement(content: string, id?: string): Element {
  return { tag: "markdown", ...(id === undefined ? {} : { element_id: id }), content };
}

/** One small grey line. */
export function noteElement(text: string): Element {
  return { tag: "markdown", content: `<font color='grey'>${escapeCard(text)}</font>`, text_size: "notation" };
}

/** A part that is folded until tapped. */
export function foldElement(title: string, elements: readonly Element[], id?: string): Element {
  return {
    tag: "collapsible_panel",
    ...(id === undefined ? {} : { element_id: id }),
    expanded: false,
    header: { title: { tag: "plain_text", content: title } },
    elements,
  };
}

/** A button whose tap brings the nonce back. */
export function buttonElement(button: Button, id?: string): Element {
  return {
    tag: "button",
    ...(id === undefined ? {} : { element_id: id }),
    text: { tag: "plain_text", content: clip(button.label, labelLength) },
    type: button.style ?? "default",
    behaviors: [{ type: "callback", value: { n: button.nonce } }],
  };
}

/** Buttons side by side. */
export function rowElement(row: readonly Button[]): Element {
  const columns = row.map((button) => ({ tag: "column", width: "auto", elements: [buttonElement(button)] }));
  return { tag: "column_set", flex_mode: "flow", columns };
}

/** A card, JSON 2.0. `streaming`: its text elements may grow. `summary`: what the chat list shows. */
export function card(elements: readonly Element[], summary: string, streaming = false): object {
  return {
    schema: "2.0",
    config: {
      update_multi: true,
      streaming_mode: streaming,
      summary: { content: clip(summary.replace(/\s+/gu, " ").trim(), summaryLength) },
      ...(streaming
        ? {
            streaming_config: {
              print_frequency_ms: { default: 50 },
              print_step: { default: 2 },
              print_strategy: "fast",
            },
          }
        : {}),
    },
    body: { elements },
  };
}

/** Bytes of something as JSON. */
export function jsonBytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}
