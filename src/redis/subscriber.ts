import type { Redis } from "ioredis";
import type { Logger } from "../lib/log.ts";
import { answered } from "./script-runner.ts";

/** Hears what is published. Messages are hints: what was missed while disconnected is never repeated. */
export interface Subscriber {
  /** Resolves once subscribed. `missed` is called after every reconnect: read everything again. */
  listen(channel: string, heard: (message: string) => void, missed: () => void): Promise<void>;
}

interface Listener {
  readonly heard: (message: string) => void;
  readonly missed: () => void;
}

/** Uses `redis` for nothing else; it must not resubscribe by itself (`autoResubscribe: false`). */
export function createSubscriber(redis: Redis, logger: Logger): Subscriber {
  const listeners = new Map<string, Listener[]>();
  redis.on("message", (channel: string, message: string) => {
    for (const listener of listeners.get(channel) ?? []) listener.heard(message);
  });
  redis.on("ready", () => {
    if (listeners.size === 0) return;
    answered(redis.subscribe(...listeners.keys())).then(
      () => {
        for (const listener of [...listeners.values()].flat()) listener.missed();
      },
      // The connection broke again; its next "ready" tries anew.
      (error: unknown) => logger.warn({ reason: String(error) }, "redis subscription fails"),
    );
  });
  return {
    async listen(channel, heard, missed) {
      listeners.set(channel, [...(listeners.get(channel) ?? []), { heard, missed }]);
      await answered(redis.subscribe(channel));
    },
  };
}
