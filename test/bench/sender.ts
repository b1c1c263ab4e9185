import { SenderSimulation } from "../fixtures/sender-simulation.ts";
import type { Bench } from "./figures.ts";

/** 1,000 chats stream at 30 calls a second: production scheduler and budgets on a virtual clock, platform that counts. */
export const sender: Bench = {
  name: "sender",
  run: async () => {
    const { finals, firstTexts, refused, calls } = new SenderSimulation({
      chats: 1000,
      streamMs: 60_000,
      groupShare: 0.2,
      forMs: 180_000,
    }).run();
    const seconds = (ms: readonly number[]): number[] => ms.map((one) => one / 1000);
    return [
      {
        row: "1,000 chats streaming at 30 calls a second, simulated: end of a turn → final requested",
        unit: "s",
        samples: seconds(finals),
        bars: { p99: 0.3 },
      },
      { row: "of its calls answered by a limit", unit: "", samples: [refused], bars: { max: 0 } },
      { row: "its calls in 3 min", unit: "", samples: [calls] },
      { row: "start of a turn → its first text requested", unit: "s", samples: seconds(firstTexts) },
    ];
  },
};
