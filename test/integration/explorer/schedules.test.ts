import { readdirSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Lab, openLab } from "../../explorer/lab.ts";
import type { Schedule } from "../../explorer/play.ts";
import { median, run } from "../../explorer/run.ts";
import { replay } from "../../explorer/shrink.ts";

const kept = new URL("../../explorer/kept/", import.meta.url);
const files = readdirSync(kept).filter((name) => name.endsWith(".json"));

/** The same ones each time: what fails can be played again. New ones are for `npm run explore`. */
const schedules = 500;
const seeds = [1, 1 + schedules];
const limitMs = 10 * 60_000;

/** Two run side by side, each on its own server: while one waits for its Redis the other works. */
describe.concurrent("schedules of crashes, freezes and lost replies", () => {
  it.each(seeds)("keep every law (500 from seed %i)", { timeout: limitMs }, async (seed) => {
    const lab = await openLab();
    const summary = await run(lab, { seed, schedules });
    await lab.stop();
    const breaches = summary.failing.map(({ schedule, violations }) => ({ seed: schedule.setting.seed, violations }));
    expect(breaches).toEqual([]);
    expect(summary.schedules).toBe(schedules);
    expect(median(summary.decided)).toBeGreaterThanOrEqual(60);
    expect(Math.min(...summary.owners)).toBeGreaterThanOrEqual(2);
    expect(Math.min(...summary.crashes)).toBeGreaterThanOrEqual(1);
  });
});

describe("schedules", () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await openLab();
  });
  afterAll(() => lab.stop());

  it("come out the same when they are played again", async () => {
    const first = await run(lab, { seed: 77, schedules: 3 });
    const again = await run(lab, { seed: 77, schedules: 3 });
    expect(again.steps).toEqual(first.steps);
  });

  it.each(files)("once broke a law and keep it now: %s", async (file) => {
    const schedule = JSON.parse(readFileSync(new URL(file, kept), "utf8")) as Schedule;
    expect((await replay(lab, schedule)).violations).toEqual([]);
  });
});
