/** What a line of a diff is. */
export type DiffKind = "added" | "removed" | "place" | "head" | "same";

/** A line with its line feed, if it has one. */
export interface DiffLine {
  readonly kind: DiffKind;
  readonly text: string;
}

const head = /^(?:diff |index |--- |\+\+\+ |new file|deleted file|similarity |rename |old mode|new mode|Binary )/u;
const place = /^@@ .*@@/mu;
const fileHead = /^(?:diff --git |--- .*\n\+\+\+ )/mu;

/** Pure. Whether a text of unknown kind is a unified diff. */
export function isDiff(text: string): boolean {
  return place.test(text) || fileHead.test(text);
}

/** Pure. The lines of a diff; joined, their texts are the text. */
export function diffLines(text: string): readonly DiffLine[] {
  // Within a hunk a removed line may look like a head: `--- a`.
  let inHunk = false;
  return (text.match(/[^\n]*\n|[^\n]+$/gu) ?? []).map((line) => {
    if (line.startsWith("@@")) inHunk = true;
    else if (line.startsWith("diff ") || (!inHunk && head.test(line))) {
      inHunk = false;
      return { kind: "head", text: line };
    }
    return { kind: kindOf(line), text: line };
  });
}

function kindOf(line: string): DiffKind {
  if (line.startsWith("@@")) return "place";
  if (line.startsWith("+")) return "added";
  return line.startsWith("-") ? "removed" : "same";
}
