import { systemClock } from "../../lib/clock.ts";
import { readAudit } from "../../redis/audit.ts";
import type { RedisLink } from "../../redis/connection.ts";
import type { Traces } from "../../redis/traces.ts";
import { readTurnLog } from "../../redis/turn-log.ts";
import { namedChat, unwatchChat, watchChat, watchedLines } from "../../redis/watch.ts";
import type { Inspection } from "./port.ts";

/** What is read comes from Redis: whatever process wrote it. */
export function createInspection(link: RedisLink, traces: Traces): Inspection {
  return {
    turns: (since, chat) => readTurnLog(link, { since, ...(chat === undefined ? {} : { chat }) }),
    async *audit(limit) {
      yield* await readAudit(link, limit);
    },
    async *trace(named, ms, signal) {
      const { chat, known } = await namedChat(link, named);
      const watcher = await watchChat(link, chat, ms);
      try {
        // Whoever reads `until` may rely on it: from now on this process tells.
        await traces.refresh();
        yield { until: systemClock.now() + ms, chat, known };
        yield* watchedLines(link, watcher, systemClock, signal);
      } finally {
        await unwatchChat(link, chat, watcher);
      }
    },
    traceOff: async (named) => unwatchChat(link, (await namedChat(link, named)).chat),
  };
}
