import type { ChatKey } from "../model/ids.ts";

interface Waiter {
  readonly chat: ChatKey;
  readonly grant: () => void;
}

/**
 * Working turns at once on this machine (not the slot a message or turn is named by). A turn that waits for a person gives its slot back (`release`) and takes it
 * again without waiting (`resume`), so answers are never held up; the bound may be exceeded for that long.
 */
export interface Slots {
  /** Resolves when the chat may work. `queued` tells how many are before it, at once when it must wait. */
  acquire(chat: ChatKey, queued: (before: number) => void, signal: AbortSignal): Promise<void>;
  resume(chat: ChatKey): void;
  /** Also leaves the queue. */
  release(chat: ChatKey): void;
  readonly working: number;
  readonly waiting: number;
}

/** First come, first served; `max` ≥ 1. */
export function createSlots(max: number): Slots {
  const working = new Set<ChatKey>();
  let queue: Waiter[] = [];
  const next = (): void => {
    while (working.size < max) {
      const head = queue.shift();
      if (head === undefined) return;
      working.add(head.chat);
      head.grant();
    }
  };
  return {
    get working() {
      return working.size;
    },
    get waiting() {
      return queue.length;
    },
    acquire(chat, queued, signal) {
      if (signal.aborted) return Promise.reject(signal.reason);
      if (working.has(chat)) return Promise.resolve();
      if (working.size < max && queue.length === 0) {
        working.add(chat);
        return Promise.resolve();
      }
      return new Promise((resolve, reject) => {
        const waiter: Waiter = {
          chat,
          grant: () => {
            signal.removeEventListener("abort", leave);
            resolve();
          },
        };
        const leave = (): void => {
          queue = queue.filter((w) => w !== waiter);
          reject(signal.reason);
        };
        signal.addEventListener("abort", leave, { once: true });
        queue.push(waiter);
        queued(queue.length - 1);
      });
    },
    resume(chat) {
      working.add(chat);
    },
    release(chat) {
      working.delete(chat);
      next();
    },
  };
}
