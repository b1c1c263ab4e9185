import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { cruiseProject } from "./cruise-project.ts";
import { PRODUCTION, productionFiles, ROOT } from "./source-files.ts";

test("every import of the production code obeys the import rules", async () => {
  const folders = PRODUCTION.filter((folder) => existsSync(join(ROOT, folder)));
  const { modules, violations } = await cruiseProject(ROOT, folders);
  expect(violations).toEqual([]);
  // A cruiser that cannot parse TypeScript reads nothing and finds nothing wrong.
  const sources = productionFiles().filter((path) => /\.tsx?$/.test(path));
  expect(sources.length).toBeGreaterThan(10);
  expect(modules).toBeGreaterThanOrEqual(sources.length);
});
