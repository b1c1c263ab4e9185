import { expect, it } from "vitest";
import { report } from "../chaos/report.ts";
import { run } from "../chaos/run.ts";

const seed = 5;
const minuteMs = 60_000;

// Every kind of fault comes once; the judgement waits for ends, never for a time.
it(
  "L1, L2, L5, L7, L8, L12: fifty chats survive every fault at once: nothing lost, doubled, out of order or without an end",
  async () => {
    const timeline: string[] = [];
    const result = await run({
      seed,
      writingMs: 1.6 * minuteMs,
      chats: 50,
      keepIn: `test-output/chaos-${seed}`,
      tell: (line) => timeline.push(line),
    });
    console.log([...timeline, report(seed, result)].join("\n"));
    expect(result.verdict.findings).toEqual([]);
    expect(result.unsettled).toEqual([]);
    expect(result.evidence.chats.flatMap((chat) => chat.said).length).toBeGreaterThan(100);
  },
  10 * minuteMs,
);
