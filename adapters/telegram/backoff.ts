/** Growth of waits between attempts, ms. */
export interface BackoffRange {
  readonly minMs: number;
  readonly maxMs: number;
}

/** Pure. Wait before attempt `attempt` (1 = first repetition): doubling from `minMs` to `maxMs`, with up to 25 % jitter on top. `random`: 0–1. */
export function backoffMs(attempt: number, range: BackoffRange, random: number): number {
  const grown = Math.min(range.maxMs, range.minMs * 2 ** Math.min(attempt - 1, 30));
  return Math.round(grown * (1 + random / 4));
}
