/** Sums vitest's JSON reports in a folder and prints "N passed, N failed"; exits 1 on a failure or without any test. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const folder = process.argv[2] ?? "";
const reports = readdirSync(folder).map((file) => JSON.parse(readFileSync(join(folder, file), "utf8")));
const sum = (pick) => reports.reduce((total, report) => total + pick(report), 0);

const passed = sum((report) => report.numPassedTests);
// A file that does not even load has no failed test, but its run has no success.
const unloaded = (report) =>
  report.testResults.filter((f) => f.status === "failed" && f.assertionResults.every((t) => t.status !== "failed"))
    .length;
const failed = sum((report) => report.numFailedTests + unloaded(report));
const skipped = sum((report) => report.numPendingTests + (report.numTodoTests ?? 0));

console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
process.exitCode = passed + failed > 0 && failed === 0 ? 0 : 1;
