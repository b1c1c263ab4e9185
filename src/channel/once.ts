import type { ChatKey } from "../model/ids.ts";
import type { IngressStore } from "./port.ts";

/** Runs an effect once per event, also when the platform hands the event over again because the effect failed. */
export interface Once {
  /** Undefined when the event was dealt with before. Rejects as `effect` or the store does; the next delivery tries again. */
  run<T>(chat: ChatKey, dedupe: string, effect: () => Promise<T>): Promise<T | undefined>;
}

/** For events that leave no mail; those with mail are recognized by `ingest`. */
export function createOnce(store: IngressStore): Once {
  /** Marked as seen (or perhaps so), but not dealt with. */
  const unfinished = new Set<string>();
  return {
    async run(chat, dedupe, effect) {
      const key = `${chat} ${dedupe}`;
      const again = unfinished.has(key);
      unfinished.add(key);
      if (!(await store.once(chat, dedupe)) && !again) {
        unfinished.delete(key);
        return undefined;
      }
      const result = await effect();
      unfinished.delete(key);
      return result;
    },
  };
}
