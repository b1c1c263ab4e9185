import { describe, expect, test } from "vitest";
import { SenderSimulation } from "../../fixtures/sender-simulation.ts";

function percentile(values: readonly number[], share: number): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length * share)] ?? Number.NaN;
}

describe("1,000 chats streaming at 30 calls a second", () => {
  const figures = new SenderSimulation({ chats: 1000, streamMs: 60_000, groupShare: 0.2, forMs: 180_000 }).run();

  test("get their finals within 0.3 s (p99)", () => {
    expect(figures.finals.length).toBeGreaterThan(1500);
    expect(percentile(figures.finals, 0.99)).toBeLessThanOrEqual(300);
  });

  test("never run into the platform's limits", () => {
    expect(figures.refused).toBe(0);
    expect(figures.calls).toBeGreaterThan(4500);
  });

  test("see their first text before others see more of theirs", () => {
    expect(percentile(figures.firstTexts, 0.5)).toBeLessThan(15_000);
  });
});

describe("100 chats streaming at 30 calls a second", () => {
  const figures = new SenderSimulation({ chats: 100, streamMs: 60_000, groupShare: 0, forMs: 120_000 }).run();

  test("see new text about every n / rate seconds, none much later than others", () => {
    expect(figures.worstLiveGapMs).toBeLessThan(6000);
    expect(percentile(figures.finals, 0.99)).toBeLessThanOrEqual(300);
    expect(percentile(figures.firstTexts, 0.99)).toBeLessThan(500);
    expect(figures.refused).toBe(0);
  });
});
