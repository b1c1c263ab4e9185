import { systemClock } from "./clock.ts";

/** What `work` comes to, or `otherwise` once `ms` are over; the work itself goes on. Rejects as the work does. */
export async function within<T, U>(ms: number, work: Promise<T>, otherwise: U): Promise<T | U> {
  const over = new AbortController();
  const late = systemClock.sleep(ms, over.signal).then(
    () => otherwise,
    () => otherwise,
  );
  try {
    return await Promise.race([work, late]);
  } finally {
    over.abort(new Error("it is over"));
  }
}
