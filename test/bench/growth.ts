import { simulateWeek } from "../fixtures/growth-week.ts";
import { startRedis } from "../fixtures/redis.ts";
import type { Bench } from "./figures.ts";

/** 100 chats, 50 turns a day, seven days; what stands for a day is told in `growth-week.ts`. */
export const growth: Bench = {
  name: "growth",
  run: async (progress) => {
    const server = await startRedis();
    try {
      const link = await server.link();
      // The disk is no part of the question.
      await link.redis.config("SET", "appendfsync", "no");
      progress("growth: 35,000 turns");
      const week = await simulateWeek({ link, days: 7, chats: 100, turnsPerDay: 50 });
      const [, second, , , , , last] = week.map(({ evening }) => evening / 1e6);
      return [
        {
          row: "Redis after day 7 of 100 chats with 50 turns each, as a share of day 2",
          unit: "",
          samples: [(last ?? Number.NaN) / (second ?? Number.NaN)],
          bars: { max: 1.05 },
        },
        {
          row: "Redis at the end of each of the seven days",
          unit: "MB",
          samples: week.map(({ evening }) => evening / 1e6),
        },
      ];
    } finally {
      await server.stop();
    }
  },
};
