import type { ChatKey } from "../model/ids.ts";
import { type IngressDeps, wordsOf } from "./ingress-deps.ts";
import { tell } from "./notice.ts";

/** A pause this long ends the batch of messages that waited, ms. */
const batchEndMs = 300;
/** A single message that waited needs no note. */
const worthTelling = 2;

/** Counts, per chat, the messages sent while the service was down, and tells the chat once per start. */
export interface Waited {
  /** One more such message of the chat was stored. */
  add(chat: ChatKey): void;
}

/** Notes are sent in the background; `deps.signal` ends it. */
export function createWaited(deps: IngressDeps): Waited {
  const counts = new Map<ChatKey, { count: number; lastAt: number }>();
  const told = new Set<ChatKey>();

  async function tellAfterBatch(chat: ChatKey, batch: { count: number; lastAt: number }): Promise<void> {
    for (let now = deps.clock.now(); now < batch.lastAt + batchEndMs; now = deps.clock.now()) {
      await deps.clock.sleep(batch.lastAt + batchEndMs - now, deps.signal);
    }
    counts.delete(chat);
    if (batch.count < worthTelling) return;
    told.add(chat);
    const words = await wordsOf(deps, chat);
    await tell(deps.store, deps.log, chat, { text: words.waited(batch.count) });
  }

  return {
    add(chat) {
      if (told.has(chat)) return;
      const batch = counts.get(chat);
      if (batch !== undefined) {
        batch.count++;
        batch.lastAt = deps.clock.now();
        return;
      }
      const started = { count: 1, lastAt: deps.clock.now() };
      counts.set(chat, started);
      tellAfterBatch(chat, started).catch((error: unknown) => {
        if (deps.signal?.aborted !== true)
          deps.log.warn({ err: error, chat }, "note about waited messages is not sent");
      });
    },
  };
}
