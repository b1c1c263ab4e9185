import type { Content } from "../../../src/model/delivery.ts";
import { plainOf } from "../../../src/model/text/plain.ts";
import { oneLine } from "../../../src/model/text/truncate.ts";

const previewLength = 120;

/** Pure. The beginning of a message on one line. */
export function previewOf(content: Content): string {
  const texts = content.pieces.map((piece) => {
    const start = piece.text.slice(0, 2 * previewLength);
    return piece.as === "markdown" ? plainOf(start) : start;
  });
  return oneLine(texts.join(" "), previewLength);
}
