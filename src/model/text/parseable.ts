/** Longest source that is parsed, UTF-16 units: more than the eight messages a platform shows of one answer. */
const parsedLength = 40_000;
/** Deepest nesting of quotations and lists on one line. */
const containers = /^(?:[ \t]*(?:>|[-+*]|\d{1,9}[.)])){40}/u;
const fence = /^[\s>]*(`{3,}|~{3,})/u;
const delimiters = /[*_~\]]/gu;
/** Delimiters of one paragraph; the parser's time grows with their square. */
const delimitersLength = 4000;

/**
 * Splits Markdown into a head that is parsed and a rest that is shown as it is, so that no text, however long or hostile,
 * holds up the process. The rest is nearly always empty; it begins at the end of a paragraph where there is one.
 */
export function parseable(source: string): { readonly head: string; readonly rest: string } {
  if (isHostile(source)) return { head: "", rest: source };
  if (source.length <= parsedLength) return { head: source, rest: "" };
  const paragraph = source.lastIndexOf("\n\n", parsedLength);
  const line = source.lastIndexOf("\n", parsedLength);
  const at = [paragraph, line].find((place) => place > parsedLength / 2) ?? 0;
  return { head: source.slice(0, at), rest: source.slice(at) };
}

function isHostile(source: string): boolean {
  let open = "";
  let count = 0;
  for (const line of source.slice(0, parsedLength).split("\n")) {
    if (containers.test(line)) return true;
    const mark = fence.exec(line)?.[1] ?? "";
    if (open === "" ? mark !== "" : mark.startsWith(open)) open = open === "" ? mark : "";
    count = open !== "" || line.trim() === "" ? 0 : count + (line.match(delimiters)?.length ?? 0);
    if (count > delimitersLength) return true;
  }
  return false;
}
