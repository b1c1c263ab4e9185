import { createHash } from "node:crypto";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { checkCheckout } from "./folders.mjs";
import { checkSystem, isExecutable } from "./machine.mjs";
import { checkNpm, npm, npmCause, registryFault, waitForOtherNpm } from "./npm.mjs";
import { progress } from "./run.mjs";
import { StopError } from "./stop-error.mjs";
import { readText } from "./text-file.mjs";

/** Holds the fingerprint of the lock file that node_modules was completely installed from. */
const STAMP = "node_modules/.hotline-installed";
/** dev: the build needs tsc, even where NODE_ENV says production; optional: native programs come as optional packages. */
const OPTIONS = ["--include=dev", "--include=optional", "--no-audit", "--no-fund"];

/**
 * Installs the npm dependencies when they are missing, of another lock file, or left half-finished.
 *
 * @param {string} root the project folder
 */
export async function ensureDependencies(root) {
  const wanted = fingerprint(root);
  if (readText(join(root, STAMP)) === wanted && installFault(root) === undefined) return;
  await waitForOtherNpm(root);
  if (!completeByLock(root) || installFault(root) !== undefined) await install(root);
  const fault = installFault(root);
  if (fault !== undefined) throw new StopError(fault);
  writeFileSync(join(root, STAMP), fingerprint(root));
}

async function install(root) {
  checkSystem();
  checkCheckout(root);
  await checkNpm();
  const again = existsSync(join(root, "node_modules"));
  progress(`${again ? "Completing" : "Installing"} dependencies (${again ? "" : "first start, "}about a minute) …`);
  const unreachable = await registryFault(root);
  const options = unreachable === undefined ? OPTIONS : [...OPTIONS, "--offline"];
  if (unreachable !== undefined) progress("The npm registry cannot be reached; trying with what npm has kept …");
  let verb = existsSync(join(root, "package-lock.json")) ? "ci" : "install";
  let { code, output } = await npm(root, [verb, ...options]);
  // A lock made where the registry lacks other platforms' optional packages has no entry for them, and `npm ci`
  // refuses it. `npm install --no-save` keeps to the locked versions and changes no file of the project.
  if (verb === "ci" && code !== 0 && output.includes("EUSAGE")) {
    verb = "install";
    ({ code, output } = await npm(root, [verb, ...options, "--no-save"]));
  }
  if (code === 0) return;
  const cause = unreachable ?? output;
  console.error(head(cause));
  throw new StopError(
    `The dependencies could not be installed (npm ${verb} ended with ${code}): ${npmCause(cause)}, then run the same command again.`,
  );
}

/** npm says the cause first and its own usage after it. */
function head(output) {
  const lines = output.trim().split("\n");
  return lines
    .filter((line) => !line.startsWith("npm warn"))
    .slice(0, 15)
    .join("\n");
}

/** True when npm's own record of what it installed covers the lock file: somebody ran npm by hand. */
function completeByLock(root) {
  const lock = readLock(join(root, "package-lock.json"));
  const installed = readLock(join(root, "node_modules/.package-lock.json"));
  if (lock === undefined || installed === undefined) return false;
  return Object.entries(lock).every(([path, { version, optional }]) => {
    if (path === "") return true;
    if (installed[path] === undefined) return optional === true;
    return installed[path].version === version && existsSync(join(root, path, "package.json"));
  });
}

/** What an install that seems complete still lacks, as a sentence. npm passes over optional packages that it cannot get. */
function installFault(root) {
  const lock = readLock(join(root, "package-lock.json")) ?? {};
  const missing = Object.keys(readJson(join(root, "package.json"))?.dependencies ?? {}).find(
    (name) => !existsSync(join(root, "node_modules", name, "package.json")),
  );
  if (missing !== undefined)
    return `The package ${missing} is missing after the install: run "npm install --no-save" and try again.`;
  const codex = `node_modules/@openai/codex-${process.platform}-${process.arch}`;
  if (lock[codex] === undefined || hasCodexBinary(join(root, codex))) return undefined;
  return `The Codex program for ${process.platform}-${process.arch} is missing after the install: run "npm install --no-save --include=optional" and try again.`;
}

function hasCodexBinary(folder) {
  const vendor = join(folder, "vendor");
  if (!existsSync(vendor)) return false;
  const name = process.platform === "win32" ? "codex.exe" : "codex";
  return readdirSync(vendor).some((target) => isExecutable(join(vendor, target, "bin", name)));
}

function fingerprint(root) {
  const text = readText(join(root, "package-lock.json")) ?? readText(join(root, "package.json")) ?? "";
  return createHash("sha256").update(`${process.platform}-${process.arch}\n${text}`).digest("hex");
}

function readLock(file) {
  return readJson(file)?.packages;
}

function readJson(file) {
  const text = readText(file);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    // A file cut off while it was written: as good as none.
    return undefined;
  }
}
