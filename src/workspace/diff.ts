/** One file of a unified diff. Paths as the diff has them, without `a/` and `b/`. */
export interface DiffFile {
  readonly path: string;
  /** The former path of a renamed file. */
  readonly oldPath?: string;
  readonly added: number;
  readonly removed: number;
}

interface Draft {
  /** From the `diff --git` line; absent when its two names differ. */
  readonly headerPath: string | undefined;
  oldPath: string | undefined;
  newPath: string | undefined;
  added: number;
  removed: number;
}

/** Files and line counts of a git diff. Hunks are followed by their counts, so that content which looks like a header is none. Pure. */
export function diffFiles(diff: string): readonly DiffFile[] {
  const files: Draft[] = [];
  let left = { old: 0, next: 0 };
  for (const line of diff.split("\n")) {
    const file = files.at(-1);
    if (file !== undefined && (left.old > 0 || left.next > 0)) {
      left = countLine(file, line, left);
    } else if (line.startsWith("diff --git ")) {
      files.push({ headerPath: headerPath(line), oldPath: undefined, newPath: undefined, added: 0, removed: 0 });
    } else if (file !== undefined) {
      left = readHeader(file, line) ?? left;
    }
  }
  return files.flatMap(finished);
}

function countLine(file: Draft, line: string, left: { old: number; next: number }): { old: number; next: number } {
  if (line.startsWith("+")) {
    file.added += 1;
    return { old: left.old, next: left.next - 1 };
  }
  if (line.startsWith("-")) {
    file.removed += 1;
    return { old: left.old - 1, next: left.next };
  }
  return line.startsWith("\\") ? left : { old: left.old - 1, next: left.next - 1 };
}

function readHeader(file: Draft, line: string): { old: number; next: number } | undefined {
  const hunk = /^@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@/.exec(line);
  if (hunk !== null) return { old: Number(hunk[1] ?? 1), next: Number(hunk[2] ?? 1) };
  if (line.startsWith("--- ")) file.oldPath = sidePath(line.slice(4));
  else if (line.startsWith("+++ ")) file.newPath = sidePath(line.slice(4));
  else if (line.startsWith("rename from ")) file.oldPath = unquoted(line.slice(12));
  else if (line.startsWith("rename to ")) file.newPath = unquoted(line.slice(10));
  return undefined;
}

function finished({ oldPath, newPath, headerPath, added, removed }: Draft): readonly DiffFile[] {
  const path = newPath ?? oldPath ?? headerPath;
  if (path === undefined) return [];
  return [{ path, ...(oldPath === undefined || oldPath === path ? {} : { oldPath }), added, removed }];
}

/** Undefined for /dev/null. */
function sidePath(text: string): string | undefined {
  const path = unquoted(text.split("\t")[0] ?? text);
  return path === "/dev/null" ? undefined : path.replace(/^[ab]\//, "");
}

/** Only sure when both sides have the same name: needed for empty and binary files alone. */
function headerPath(line: string): string | undefined {
  const rest = line.slice("diff --git ".length);
  const half = rest.slice(0, (rest.length - 1) / 2);
  const other = rest.slice((rest.length + 1) / 2);
  const [old, next] = [unquoted(half), unquoted(other)];
  return old.startsWith("a/") && next.startsWith("b/") && old.slice(2) === next.slice(2) ? next.slice(2) : undefined;
}

/** Undoes git's C-style quoting of unusual names. */
function unquoted(text: string): string {
  if (!text.startsWith('"') || !text.endsWith('"') || text.length < 2) return text;
  const named: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", a: "\u0007", b: "\b", f: "\f", v: "\v" };
  const bytes: Buffer[] = [];
  for (const [part, octal, letter] of text.slice(1, -1).matchAll(/\\([0-7]{3})|\\(.)|[^\\]+/gs)) {
    if (octal !== undefined) bytes.push(Buffer.from([Number.parseInt(octal, 8)]));
    else bytes.push(Buffer.from(letter === undefined ? part : (named[letter] ?? letter)));
  }
  return Buffer.concat(bytes).toString("utf8");
}
