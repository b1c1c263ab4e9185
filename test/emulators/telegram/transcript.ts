import type { Fault } from "./faults.ts";
import type { ViolationKind } from "./refusal.ts";

/** One request and what became of it. */
export interface Exchange {
  readonly index: number;
  /** `performance.now()` when it came and when it was answered. */
  readonly at: number;
  readonly answeredAt: number;
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** Names of the files it carried. */
  readonly files: readonly string[];
  /** HTTP status and JSON (or HTML) as sent; undefined: the client got no answer. */
  readonly response: { readonly status: number; readonly body: unknown } | undefined;
  /** The call took effect. */
  readonly applied: boolean;
  readonly fault?: Fault;
  /** The client had gone before the answer. */
  readonly aborted: boolean;
}

/** Something no correct bot does. */
export interface Violation {
  readonly kind: ViolationKind;
  readonly method: string;
  readonly reason: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** `performance.now()`. */
  readonly at: number;
}

/** What happened, and a bell for those who wait for it. */
export class Transcript {
  readonly exchanges: Exchange[] = [];
  readonly violations: Violation[] = [];
  /** Called with every exchange after it was answered. */
  onRequest: ((exchange: Exchange) => void) | undefined;
  /** False: `exchanges` stays empty (long benches). */
  keep = true;
  #count = 0;
  readonly #waiting = new Set<() => void>();

  add(exchange: Omit<Exchange, "index">): void {
    const made = { index: this.#count, ...exchange };
    this.#count += 1;
    if (this.keep) this.exchanges.push(made);
    this.onRequest?.(made);
    this.ring();
  }

  /** Something changed: those who wait look again. */
  ring(): void {
    for (const look of this.#waiting) look();
  }

  /**
   * Resolves with the first answer of `probe` that is neither undefined, null nor false. It is asked at once, after
   * every answered request, and when a poll begins to wait. Rejects after `timeoutMs`, naming the last requests.
   */
  waitFor<T>(probe: () => T | undefined | null | false, timeoutMs = 10_000): Promise<T> {
    return new Promise((resolve, reject) => {
      const end = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(look);
      };
      const look = (): void => {
        try {
          const found = probe();
          if (found === undefined || found === null || found === false) return;
          end();
          resolve(found);
        } catch (error) {
          end();
          reject(error instanceof Error ? error : new Error(String(error)));
        }
      };
      const timer = setTimeout(() => {
        end();
        reject(new Error(`not seen within ${timeoutMs} ms; last requests:\n${this.tail(12)}`));
      }, timeoutMs);
      this.#waiting.add(look);
      look();
    });
  }

  /** The last requests, one a line. */
  tail(count: number): string {
    const line = (exchange: Exchange): string => {
      const outcome = exchange.response === undefined ? "no answer" : String(exchange.response.status);
      return `${exchange.method} ${JSON.stringify(exchange.params).slice(0, 200)} → ${outcome}`;
    };
    return this.exchanges.slice(-count).map(line).join("\n");
  }
}
