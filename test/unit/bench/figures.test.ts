import { expect, test } from "vitest";
import { type Figure, misses, table } from "../../bench/figures.ts";

const figure = (samples: readonly number[], bars?: Figure["bars"]): Figure => ({
  row: "a row",
  unit: "ms",
  samples,
  ...(bars === undefined ? {} : { bars }),
});

const oneToHundred = Array.from({ length: 100 }, (_, at) => at + 1);

test("a figure without bars misses nothing", () => {
  expect(misses(figure([1e9]))).toEqual([]);
  expect(misses(figure([]))).toEqual([]);
});

test("a statistic on its bar is held, one above it is missed, and each is told", () => {
  expect(misses(figure(oneToHundred, { p50: 50, p95: 95, p99: 99, max: 100 }))).toEqual([]);
  expect(misses(figure(oneToHundred, { p50: 49, p95: 94, p99: 98, max: 99 }))).toEqual([
    "a row: p50 is 50 ms, over 49",
    "a row: p95 is 95 ms, over 94",
    "a row: p99 is 99 ms, over 98",
    "a row: max is 100 ms, over 99",
  ]);
});

test("a lower bar is missed by a median under it, whatever its best samples say", () => {
  expect(misses(figure([0.1, 0.6, 0.9], { atLeast: 0.6 }))).toEqual([]);
  expect(misses(figure([0.5, 0.59, 3], { atLeast: 0.6 }))).toEqual(["a row: p50 is 0.59 ms, under 0.6"]);
});

test("a figure that was never measured misses every bar it has, the lower one too", () => {
  expect(misses(figure([], { p50: 1, max: 1, atLeast: 0 }))).toHaveLength(3);
  expect(misses(figure([Number.NaN], { max: 1 }))).toHaveLength(1);
  expect(misses(figure([Number.NaN], { atLeast: 0 }))).toHaveLength(1);
});

test("the table says which way a bar limits, and whether it is held", () => {
  expect(table([figure([1], { atLeast: 2 })])).toContain("p50 ≥ 2 | **missed** |");
  expect(table([figure([1], { max: 2 })])).toContain("max ≤ 2 | held |");
});
