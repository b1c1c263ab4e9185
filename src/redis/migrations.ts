import type { RedisLink } from "./connection.ts";

/**
 * One step from a data format to the next. `run` is killed at any moment and run again from its start: it must be atomic,
 * or harmless to repeat on data it has changed in part. A node that froze inside it may go on beside its successor.
 */
export interface Migration {
  /** The format it starts from; its result is `from + 1`. */
  readonly from: number;
  /** For the log. */
  readonly name: string;
  run(link: RedisLink): Promise<void>;
}

/**
 * Every step so far, in order, the first from 1. Format 1 is also what was written before the format was noted. A change
 * of what keys hold that an older version could not read, or would read wrongly, is a step here.
 */
export const migrations: readonly Migration[] = [];

/** The format this list leads to. */
export function latestFormat(steps: readonly Migration[]): number {
  return 1 + steps.length;
}
