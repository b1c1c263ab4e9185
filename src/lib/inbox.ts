/** An unbounded queue with one consumer. */
export interface Inbox<T> {
  push(item: T): void;
  /** The oldest item, waiting for one if need be. One caller at a time. */
  next(): Promise<T>;
  readonly size: number;
}

/** First in, first out. */
export function createInbox<T>(): Inbox<T> {
  let items: T[] = [];
  let at = 0;
  let waiter: ((item: T) => void) | undefined;
  return {
    get size() {
      return items.length - at;
    },
    push(item) {
      if (waiter !== undefined) {
        const deliver = waiter;
        waiter = undefined;
        deliver(item);
        return;
      }
      items.push(item);
    },
    next() {
      const item = items[at];
      if (at < items.length && item !== undefined) {
        at += 1;
        if (at > 1000 || at === items.length) {
          items = items.slice(at);
          at = 0;
        }
        return Promise.resolve(item);
      }
      return new Promise((resolve) => {
        waiter = resolve;
      });
    },
  };
}
