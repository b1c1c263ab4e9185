import { execFile } from "node:child_process";
import type { DoctorWords } from "../../model/catalog/doctor.ts";
import type { Finding } from "../../model/finding.ts";

const oldestNode = [20, 19] as const;

/** Whether this Node can run the service. Pure. `version` such as `v20.19.0`. */
export function nodeFinding(version: string, words: DoctorWords): Finding {
  const [major = 0, minor = 0] = version.replace(/^v/, "").split(".").map(Number);
  const [wantedMajor, wantedMinor] = oldestNode;
  const fits = major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
  if (fits) return { check: "node", state: "ok", message: version };
  return {
    check: "node",
    state: "error",
    message: words.oldNode(version, oldestNode.join(".")),
    fix: words.fixNode,
  };
}

/** What a child is started with; absent: what we have ourselves. */
export type ChildEnvironment = Readonly<Record<string, string>> | undefined;

/** Whether git can be run. */
export async function checkGit(
  environment: ChildEnvironment,
  words: DoctorWords,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  try {
    const told = await output("git", ["--version"], environment, signal);
    return [{ check: "git", state: "ok", message: told.replace(/^git version /, "") }];
  } catch (error) {
    const missing = error instanceof Error && Reflect.get(error, "code") === "ENOENT";
    if (!missing) throw error;
    return [{ check: "git", state: "error", message: words.noGit, fix: words.install("git") }];
  }
}

/** stdout of a short command, trimmed. Rejects when it cannot be run, fails, or is aborted. */
export function output(
  bin: string,
  args: readonly string[],
  environment: ChildEnvironment,
  signal: AbortSignal,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = {
      ...(environment === undefined ? {} : { env: { ...environment } }),
      signal,
      killSignal: "SIGKILL" as const,
    };
    execFile(bin, [...args], options, (error, stdout) => (error === null ? resolve(stdout.trim()) : reject(error)));
  });
}
