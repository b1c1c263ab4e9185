import type { Content } from "../../../src/model/delivery.ts";
import { plainOf } from "../../../src/model/text/plain.ts";
import { oneLine } from "../../../src/model/text/truncate.ts";

const previewLength = 120;

/** Pure. The beginning of a message on one line, at most `length` UTF-16 units. */
export function previewOf(content: Content, length = previewLength): string {
  const texts = content.pieces.map((piece) => {
    const start = piece.text.slice(0, 2 * length);
    return piece.as === "markdown" ? plainOf(start) : start;
  });
  return oneLine(texts.join(" "), length);
}
