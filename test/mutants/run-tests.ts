import { execFile } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join, relative } from "node:path";

/** A test that ran. */
export interface Outcome {
  /** Relative to the project. */
  readonly file: string;
  readonly name: string;
  readonly passed: boolean;
  /** Why it failed; empty when it passed. */
  readonly message: string;
}

/** What a run came to. `fault`: it is no verdict on the tests (files that do not load, no end, no report). */
export interface Run {
  readonly outcomes: readonly Outcome[];
  readonly fault?: string;
}

interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message: string;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly status: string;
      readonly failureMessages?: readonly string[];
    }[];
  }[];
}

const SECOND_MS = 1000;
const runLimitMs = 90 * SECOND_MS;
/** A planted fault often shows as something that never comes: no need to wait for a minute. */
const testLimitMs = 15 * SECOND_MS;

/** Runs the tests of `files` whose names match, in the project at `root`. `untilRed`: stops at the first failure. */
export async function runTests(
  root: string,
  files: readonly string[],
  names: RegExp,
  options: { readonly untilRed: boolean; readonly signal: AbortSignal },
): Promise<Run> {
  const report = join(root, "mutant-report.json");
  rmSync(report, { force: true });
  const args = ["run", ...files, "-t", names.source, "--reporter=json", `--outputFile=${report}`];
  if (options.untilRed) args.push("--bail=1", `--testTimeout=${testLimitMs}`);
  const { timedOut, stderr } = await vitest(root, args, options.signal);
  options.signal.throwIfAborted();
  if (timedOut) return { outcomes: [], fault: `no end within ${runLimitMs / SECOND_MS} s` };
  if (!existsSync(report)) return { outcomes: [], fault: `no report: ${stderr.slice(-500)}` };
  return read(root, JSON.parse(readFileSync(report, "utf8")) as Report);
}

function vitest(
  cwd: string,
  args: readonly string[],
  signal: AbortSignal,
): Promise<{ readonly timedOut: boolean; readonly stderr: string }> {
  const bin = join(cwd, "node_modules/vitest/vitest.mjs");
  return new Promise((resolve) => {
    const options = { cwd, signal, timeout: runLimitMs, maxBuffer: 64 * 2 ** 20 };
    // Red tests make it exit with 1: the report tells.
    const child = execFile(process.execPath, [bin, ...args], options, (_error, _out, stderr) =>
      resolve({ timedOut: child.signalCode !== null, stderr }),
    );
  });
}

function read(root: string, report: Report): Run {
  const outcomes = report.testResults.flatMap((file) =>
    file.assertionResults
      .filter(({ status }) => status === "passed" || status === "failed")
      .map(({ fullName, status, failureMessages }) => ({
        file: relative(root, file.name),
        name: fullName,
        passed: status === "passed",
        message: failureMessages?.[0] ?? "",
      })),
  );
  const unloaded = report.testResults.find(
    (file) => file.status === "failed" && file.assertionResults.every(({ status }) => status !== "failed"),
  );
  if (unloaded === undefined) return { outcomes };
  return { outcomes, fault: `${relative(root, unloaded.name)} does not run: ${unloaded.message.split("\n")[0]}` };
}
