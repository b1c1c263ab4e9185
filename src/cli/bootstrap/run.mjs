import { spawn } from "node:child_process";
import { showLife } from "./life.mjs";

/** Says what takes a while, on one line. */
export function progress(sentence) {
  console.log(sentence);
}

/**
 * Runs a program to its end, without a shell and without input. One that takes long is seen to be alive.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: Record<string, string>, onStart?: (pid: number) => void }} [options] `env` is added to
 *   this process's own
 * @returns {Promise<{ code: number, output: string }>} output and errors in one; 127 when the program cannot be started
 */
export function run(command, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    if (child.pid !== undefined) options.onStart?.(child.pid);
    let output = "";
    const stopLife = showLife(process.stdout, () => output);
    const end = (code, text) => {
      stopLife();
      resolve({ code, output: text });
    };
    const take = (chunk) => {
      output += chunk;
    };
    child.stdout.setEncoding("utf8").on("data", take);
    child.stderr.setEncoding("utf8").on("data", take);
    child.on("error", (error) => end(127, error.message));
    child.on("close", (code) => end(code ?? 1, output));
  });
}

/** The end of a program's output, for a failure that a person must understand. */
export function tail(output, lines = 15) {
  return output.trim().split("\n").slice(-lines).join("\n");
}
