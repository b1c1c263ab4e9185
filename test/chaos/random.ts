/** Numbers that the same seed repeats. Each user and each part of the run has a stream of its own: their order does not matter. */
export class Random {
  #state: number;

  /** `name` splits streams of one seed. */
  constructor(seed: number, name: string) {
    let hash = 2_166_136_261 ^ seed;
    for (const char of name) hash = Math.imul(hash ^ char.charCodeAt(0), 16_777_619);
    this.#state = hash >>> 0;
  }

  /** 0 up to 1 (mulberry32). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  /** True in `share` of the cases. */
  chance(share: number): boolean {
    return this.next() < share;
  }

  /** One of them. Throws when there is none. */
  pick<T>(from: readonly T[]): T {
    const found = from[Math.floor(this.next() * from.length)];
    if (found === undefined) throw new Error("nothing to pick from");
    return found;
  }

  /** Them in another order. */
  shuffle<T>(from: readonly T[]): T[] {
    const left = [...from];
    const made: T[] = [];
    while (left.length > 0) made.push(...left.splice(Math.floor(this.next() * left.length), 1));
    return made;
  }
}
