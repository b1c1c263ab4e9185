import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

const MINUTE_MS = 60_000;

/** A project whose files lie in `test/<name>/`. */
const project = (
  name: string,
  options: {
    testTimeout: number;
    hookTimeout: number;
    maxWorkers?: number;
    maxConcurrency?: number;
    sequence?: { groupOrder: number };
  },
) => ({
  test: { name, include: [`test/${name}/**/*.test.ts`], environment: "node" as const, ...options },
});

// Properties run hundreds of cases; on a loaded machine that takes a while, and no test asserts a time.
const fast = { testTimeout: 30_000, hookTimeout: 10_000 };

/**
 * Files that take minutes whatever their size: begun last they would be waited for alone. Those that mostly wait stand
 * beside the chaos run, which needs the cores.
 */
const slow = ["chaos", "watchdogs", "demo-restart", "kill-points", "feishu", "restart", "schedules"];

/** On a fresh clone nothing is known but the sizes of the files. */
class SlowFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const at = slow.findIndex((name) => moduleId.endsWith(`/${name}.test.ts`));
      return at === -1 ? slow.length : at;
    };
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b));
  }
}

/** `HOTLINE_TEST_REPORT` names a folder for the figures of each run as JSON, next to the readable output. */
const folder = process.env.HOTLINE_TEST_REPORT;
const report = folder === undefined ? undefined : `${folder}/${process.pid}.json`;

export default defineConfig({
  test: {
    sequence: { sequencer: SlowFirst },
    reporters: report === undefined ? ["default"] : ["default", ["json", { outputFile: report }]],
    projects: [
      project("unit", fast),
      project("contract", fast),
      project("arch", { testTimeout: MINUTE_MS, hookTimeout: MINUTE_MS }),
      project("integration", { testTimeout: MINUTE_MS, hookTimeout: MINUTE_MS }),
      // Each file starts services and Codex processes: much of it waits, so three files at once fill two cores; nothing runs beside them.
      project("e2e", {
        testTimeout: 2 * MINUTE_MS,
        hookTimeout: 2 * MINUTE_MS,
        maxWorkers: 3,
        // Tests that run side by side within a file each have a service of their own.
        maxConcurrency: 3,
        sequence: { groupOrder: 1 },
      }),
    ],
  },
});
