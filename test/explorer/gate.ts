/** What the scheduler may let a held call come to, besides running and answering. */
export type Fault =
  /** It happens and its answer is lost. */
  | "lose"
  /** It never happens and the caller hears an error, or that nobody knows. */
  | "drop"
  /** The caller gave up waiting; it may happen later. */
  | "late"
  /** The other side says no, for now or for good. */
  | "busy"
  | "refuse";

/** A call that waits for the scheduler. */
export interface Held {
  /** Stable name, the same in a repetition: owner, what, and which of its kind. */
  readonly name: string;
  /** Calls of one lane happen in their order; they share a connection. */
  readonly lane: string;
  readonly owner: string;
  readonly faults: readonly Fault[];
  /** It happened already, and is sent again; default: it never is. */
  readonly happened?: () => boolean;
  /** Lets it happen. Resolves when it did and its caller was told, as far as it is told. */
  run(fault?: Fault): Promise<void> | void;
  /** Its process is gone: it may happen, but nobody hears of it. */
  readonly orphan: () => void;
}

/** Every call that is out. */
export interface Gate {
  readonly held: readonly Held[];
  /** The oldest call of each lane. */
  heads(): readonly Held[];
  /** Makes the name of a call. */
  name(owner: string, what: string): string;
  add(held: Held): void;
  remove(held: Held): void;
  /** Drops what a dead process had out. */
  forget(owner: string): void;
}

/** An empty gate. */
export function createGate(): Gate {
  const counts = new Map<string, number>();
  let held: Held[] = [];
  return {
    get held() {
      return held;
    },
    heads() {
      const lanes = new Set<string>();
      return held.filter(({ lane }) => {
        if (lanes.has(lane)) return false;
        lanes.add(lane);
        return true;
      });
    },
    name(owner, what) {
      const stem = `${owner} ${what}`;
      const count = (counts.get(stem) ?? 0) + 1;
      counts.set(stem, count);
      return `${stem} ${count}`;
    },
    add(one) {
      held.push(one);
    },
    remove(one) {
      held = held.filter((other) => other !== one);
    },
    forget(owner) {
      held = held.filter((one) => one.owner !== owner);
    },
  };
}
