import type { Bench } from "./figures.ts";
import { inWorld } from "./world.ts";

const samples = 9;

/** From spawning `hotline start` to its first `getUpdates`; Redis starts anew each time, the disk cache is warm. */
export const starts: Bench = {
  name: "starts",
  run: () =>
    inWorld({}, async ({ world }) => {
      const taken: number[] = [];
      for (let at = -1; at < samples; at += 1) {
        const from = performance.now();
        await world.start();
        if (at >= 0) taken.push(performance.now() - from);
        // Codex's facts are asked for meanwhile; the next start must not compete with that.
        await world.waitFor(() => /started|Ctrl/i.test(world.output), "the banner");
        await world.stop();
        world.output = "";
      }
      return [{ row: "start → first `getUpdates`, Redis included", unit: "ms", samples: taken, bars: { p50: 1_500 } }];
    }),
};
