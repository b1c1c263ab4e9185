import { renderUnicodeCompact } from "uqr";

/** Modules of light around the code, the widest that fits; one is too few for some cameras, and better than none. */
const borders = [3, 2, 1];

/**
 * A QR code as lines for a terminal of so many columns, two rows of modules per line, dark on light whatever the
 * terminal's colours are (many phones do not read the reverse). No lines where it does not fit, or where there is no text.
 */
export function qrLines(text: string, columns: number): readonly string[] {
  if (text === "") return [];
  for (const border of borders) {
    const lines = renderUnicodeCompact(text, { border }).split("\n");
    if ((lines[0]?.length ?? 0) <= columns) return lines.map((line) => `\u001b[97;40m${line}\u001b[0m`);
  }
  return [];
}
