/** What goes wrong with a call. */
export type Fault =
  /** The platform's refusal. `resetSeconds`: of a gateway limit. */
  | {
      readonly kind: "refuse";
      readonly code: number;
      readonly message?: string;
      readonly status?: number;
      readonly resetSeconds?: number;
    }
  /** HTTP 502 with a page. `applied`: the call took effect. */
  | { readonly kind: "badGateway"; readonly applied?: boolean }
  /** The connection ends without an answer. */
  | { readonly kind: "cut"; readonly applied: boolean }
  /** No answer for `ms`, then the connection ends. */
  | { readonly kind: "hang"; readonly ms: number; readonly applied: boolean }
  /** Applied, answered after `ms`. */
  | { readonly kind: "slow"; readonly ms: number };

/** Which calls: by name (`im.message.reply`), default all. */
export interface FaultMatch {
  readonly method?: string | readonly string[];
  readonly times?: number;
}

interface Armed {
  readonly fault: Fault;
  readonly match: FaultMatch;
  hits: number;
}

/** Faults wait here for their calls; the one armed first strikes first. */
export class Faults {
  readonly #armed = new Set<Armed>();

  arm(fault: Fault, match: FaultMatch = {}): void {
    this.#armed.add({ fault, match, hits: 0 });
  }

  clear(): void {
    this.#armed.clear();
  }

  take(method: string): Fault | undefined {
    for (const armed of this.#armed) {
      const names = armed.match.method === undefined ? [method] : [armed.match.method].flat();
      if (!names.includes(method)) continue;
      armed.hits += 1;
      if (armed.hits >= (armed.match.times ?? 1)) this.#armed.delete(armed);
      return armed.fault;
    }
    return undefined;
  }
}

/** Counts calls in sliding windows. Switched off by tests that are not about rates. */
export class Rates {
  enabled = true;
  readonly #times = new Map<string, number[]>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** False when this call would be more than `limit` within `ms`; a refused call does not count. */
  take(key: string, limit: number, ms: number): boolean {
    if (!this.enabled) return true;
    const now = this.#now();
    const times = (this.#times.get(key) ?? []).filter((at) => at > now - ms);
    this.#times.set(key, times);
    if (times.length >= limit) return false;
    times.push(now);
    return true;
  }
}
