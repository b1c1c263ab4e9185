/** A measured row. `samples` are kept whole: the report orders them. */
export interface Figure {
  readonly row: string;
  readonly unit: "ms" | "s" | "MB" | "B" | "CPU-s" | "1/s" | "";
  readonly samples: readonly number[];
  /** Upper limits by statistic, and `atLeast`: the lower limit of the p50. Absent: told, not judged. */
  readonly bars?: {
    readonly p50?: number;
    readonly p95?: number;
    readonly p99?: number;
    readonly max?: number;
    readonly atLeast?: number;
  };
  /** What the same run gave without the service. */
  readonly baseline?: readonly number[];
  /** What to know when a bar is missed. */
  readonly why?: string;
}

/** One group of rows, measured in one world. */
export interface Bench {
  readonly name: string;
  readonly run: (say: (line: string) => void) => Promise<readonly Figure[]>;
}

/** By the nearest rank; NaN without samples. `share` from 0 to 1. */
function quantile(samples: readonly number[], share: number): number {
  const ordered = [...samples].sort((a, b) => a - b);
  return ordered[Math.min(ordered.length - 1, Math.max(0, Math.ceil(share * ordered.length) - 1))] ?? Number.NaN;
}

/** The bars a figure misses, in words. A figure without samples misses all of them. */
export function misses(figure: Figure): readonly string[] {
  const { bars = {}, samples, row, unit } = figure;
  const why = figure.why === undefined ? "" : ` (${figure.why})`;
  const shares = { p50: 0.5, p95: 0.95, p99: 0.99, max: 1 } as const;
  const over = (["p50", "p95", "p99", "max"] as const).flatMap((name) => {
    const bar = bars[name];
    const value = quantile(samples, shares[name]);
    return bar === undefined || value <= bar ? [] : [`${row}: ${name} is ${round(value)} ${unit}, over ${bar}${why}`];
  });
  const median = quantile(samples, 0.5);
  if (bars.atLeast === undefined || median >= bars.atLeast) return over;
  return [...over, `${row}: p50 is ${round(median)} ${unit}, under ${bars.atLeast}${why}`];
}

/** The figures as a Markdown table. */
export function table(figures: readonly Figure[]): string {
  const head = ["what", "unit", "n", "p50", "p5", "p95", "min", "max", "baseline p50", "ratio", "bar", ""];
  return [head, head.map(() => "---"), ...figures.map(cells)].map((row) => `| ${row.join(" | ")} |`).join("\n");
}

function cells(figure: Figure): readonly string[] {
  const { row, unit, samples, baseline, bars = {} } = figure;
  const at = (share: number): string => round(quantile(samples, share));
  const base = baseline === undefined ? undefined : quantile(baseline, 0.5);
  const barred = Object.entries(bars).map(([name, value]) =>
    name === "atLeast" ? `p50 ≥ ${value}` : `${name} ≤ ${value}`,
  );
  const verdict = barred.length === 0 ? "" : misses(figure).length === 0 ? "held" : "**missed**";
  return [
    row,
    unit,
    String(samples.length),
    at(0.5),
    at(0.05),
    at(0.95),
    at(0),
    at(1),
    base === undefined ? "" : round(base),
    base === undefined ? "" : round(quantile(samples, 0.5) / base),
    barred.join(", "),
    verdict,
  ];
}

function round(value: number): string {
  return String(Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(3)));
}
