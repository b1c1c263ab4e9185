/** Counters since the start, by name; shown by `/readyz` and `hotline status`. */
export interface Metrics {
  /** Adds `by` (default 1) to a counter, which begins at 0. */
  count(name: string, by?: number): void;
  /** Sets a value that can fall as well. */
  set(name: string, value: number): void;
  snapshot(): Readonly<Record<string, number>>;
}

/** An empty set of counters. */
export function createMetrics(): Metrics {
  const values = new Map<string, number>();
  return {
    count: (name, by = 1) => void values.set(name, (values.get(name) ?? 0) + by),
    set: (name, value) => void values.set(name, value),
    snapshot: () => Object.fromEntries([...values].sort(([a], [b]) => a.localeCompare(b))),
  };
}
