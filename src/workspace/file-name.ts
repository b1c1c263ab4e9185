/** Longest name kept, UTF-8 bytes; file systems allow 255, the rest is for a number and `.part`. */
const maxBytes = 180;

/**
 * A file name as people sent it, made safe for the chat's inbox: one path component, no control or bidirectional
 * characters, no leading dot or dash, clipped before its extension. Pure; never empty.
 */
export function safeFileName(sent: string | undefined, fallback: string): string {
  const last = (sent ?? "").normalize("NFC").split(/[/\\]/).at(-1) ?? "";
  const cleaned = last
    .replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, "")
    .replaceAll(/[<>:"|?*]/g, "_")
    .replaceAll(/\s+/g, " ")
    .replace(/^[\s.-]+/, "")
    .replace(/[\s.]+$/, "");
  const name = cleaned === "" ? fallback : cleaned;
  const extension = /\.[A-Za-z0-9]{1,12}$/.exec(name)?.[0] ?? "";
  return clipped(name.slice(0, name.length - extension.length), maxBytes - extension.length) + extension;
}

/** `a.txt` and 2 → `a-2.txt`; 1 leaves it alone. */
export function numberedName(name: string, number: number): string {
  if (number === 1) return name;
  const dot = name.lastIndexOf(".");
  return dot <= 0 ? `${name}-${number}` : `${name.slice(0, dot)}-${number}${name.slice(dot)}`;
}

function clipped(text: string, bytes: number): string {
  let kept = "";
  let used = 0;
  for (const character of text) {
    used += Buffer.byteLength(character);
    if (used > bytes) break;
    kept += character;
  }
  return kept;
}
