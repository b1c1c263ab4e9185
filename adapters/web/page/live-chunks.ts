/** A chunk is at least this long, UTF-16 units. */
const chunkLength = 2000;
const fence = /^ {0,3}(`{3,}|~{3,})/u;
/** A line that begins a block of its own whatever stands before it: no list, quotation or code goes on here. */
const freshBlock = /^(?:#{1,6} |[\p{L}`~])/u;

/**
 * Pure. Cuts a growing Markdown text where its parts mean the same alone, so that only the last part has to be drawn
 * anew. Joined, the chunks are the text; as it grows, all but the last chunk stay as they are.
 */
export function chunksOf(text: string): readonly string[] {
  const chunks: string[] = [];
  let open = "";
  let afterBlank = false;
  let start = 0;
  let at = 0;
  for (const line of text.split("\n")) {
    if (open === "" && afterBlank && at - start >= chunkLength && freshBlock.test(line)) {
      chunks.push(text.slice(start, at));
      start = at;
    }
    const mark = fence.exec(line)?.[1] ?? "";
    if (open === "") open = mark;
    else if (mark.startsWith(open) && line.trim() === mark) open = "";
    afterBlank = line.trim() === "";
    at += line.length + 1;
  }
  return [...chunks, text.slice(start)];
}
