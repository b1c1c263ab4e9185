import type { Content } from "../../../src/model/delivery.ts";
import { oneLine } from "../../../src/model/text/truncate.ts";

const previewLength = 120;

/** Pure. The beginning of a message on one line. */
export function previewOf(content: Content): string {
  return oneLine(content.pieces.map((piece) => piece.text.slice(0, 2 * previewLength)).join(" "), previewLength);
}
