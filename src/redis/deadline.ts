import { BridgeError } from "../model/errors.ts";

/**
 * `work`'s result, or BridgeError `redisUnavailable` after `ms`. The work itself goes on: only for steps that may
 * happen after their caller gave up (they are deduplicated or repeatable).
 */
export function withinDeadline<T>(ms: number, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new BridgeError("redisUnavailable", `Redis did not answer within ${ms} ms`)),
      ms,
    );
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
