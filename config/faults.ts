/** One thing wrong with the configuration. Never holds a secret's value. */
export interface ConfigFault {
  /** The file, `.env` file, or "environment". */
  readonly file: string;
  /** Dotted key path; empty for the file as a whole. */
  readonly keyPath: string;
  /** What should stand there, completing "expected …". */
  readonly expected: string;
  /** What stands there, shortened; absent for secrets. */
  readonly got?: string;
  /** The known key that resembles an unknown one. */
  readonly nearest?: string;
}

/** The configuration cannot be used; the process exits 78. `message` has one line per fault. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly faults: readonly ConfigFault[];

  constructor(faults: readonly ConfigFault[], options?: { readonly cause?: unknown }) {
    super(faults.map(faultLine).join("\n"), options);
    this.faults = faults;
  }
}

/** A fault as the operator reads it: file, key path, what was expected. */
export function faultLine(fault: ConfigFault): string {
  const where = fault.keyPath === "" ? fault.file : `${fault.file}: ${fault.keyPath}`;
  const got = fault.got === undefined ? "" : `, got ${fault.got}`;
  const nearest = fault.nearest === undefined ? "" : `; did you mean "${fault.nearest}"?`;
  return `${where}: expected ${fault.expected}${got}${nearest}`;
}

/** The candidate that resembles `key` most; undefined when none does (more than about a third differs). */
export function nearestKey(key: string, candidates: readonly string[]): string | undefined {
  const ranked = candidates
    .map((candidate) => ({ candidate, distance: editDistance(key.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
  const best = ranked[0];
  if (best === undefined) return undefined;
  return best.distance <= Math.max(2, Math.ceil(Math.max(key.length, best.candidate.length) / 3))
    ? best.candidate
    : undefined;
}

/** Edits (insert, delete, replace, swap of neighbours) between two words. */
function editDistance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, i) => i)];
  const at = (i: number, j: number): number => rows[i]?.[j] ?? Number.POSITIVE_INFINITY;
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    rows.push(row);
    for (let j = 1; j <= b.length; j++) {
      const replaced = at(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped =
        i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
          ? at(i - 2, j - 2) + 1
          : Number.POSITIVE_INFINITY;
      row.push(Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, replaced, swapped));
    }
  }
  return at(a.length, b.length);
}
