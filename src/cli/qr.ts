import { renderUnicodeCompact } from "uqr";

/**
 * A QR code as lines for a terminal of so many columns, two rows of modules per line, dark on light whatever the
 * terminal's colours are (many phones do not read the reverse). No lines where it does not fit, or where there is no text.
 */
export function qrLines(text: string, columns: number): readonly string[] {
  if (text === "") return [];
  const lines = renderUnicodeCompact(text, { border: 2 }).split("\n");
  if ((lines[0]?.length ?? 0) + margin.length > columns) return [];
  return lines.map((line) => `${margin}\u001b[97;40m${line}\u001b[0m`);
}

/** Room for the bar set-up draws at the left. */
const margin = "   ";
