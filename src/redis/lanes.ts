/** Runs tasks of one key one after the other; tasks of different keys run at once. A failed task does not stop its lane. */
export interface Lanes {
  run<T>(key: string, task: () => Promise<T>): Promise<T>;
}

/** An empty lane is forgotten. */
export function createLanes(): Lanes {
  const tails = new Map<string, Promise<void>>();
  return {
    run(key, task) {
      const result = (tails.get(key) ?? Promise.resolve()).then(task);
      const tail = result.then(
        () => undefined,
        () => undefined,
      );
      tails.set(key, tail);
      void tail.then(() => {
        if (tails.get(key) === tail) tails.delete(key);
      });
      return result;
    },
  };
}
