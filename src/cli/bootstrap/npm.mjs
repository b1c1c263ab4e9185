import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { writeFault } from "./folders.mjs";
import { commandLine } from "./leftovers.mjs";
import { showLife } from "./life.mjs";
import { progress, run } from "./run.mjs";
import { StopError } from "./stop-error.mjs";
import { readText } from "./text-file.mjs";

/** Understands the lock file's version 3 and `--include`. */
const MIN_NPM = 8;
const POLL_MS = 500;
/** A process id may long be somebody else's: an `npm start`, even the one that runs this. */
const INSTALL = /\bnpm\b.*\b(ci|install)\b/;
const PING = ["ping", "--fetch-retries=1", "--fetch-retry-mintimeout=1000", "--fetch-timeout=20000"];
const NO_WAY = /ENOTFOUND|EAI_AGAIN|ECONN|TIMEDOUT|SOCKET_TIMEOUT|ENETUNREACH|EHOSTUNREACH|network/i;
const CAUSES = [
  [/ENOSPC/, "the disk is full: free about 1 GB"],
  [/\bEACCES\b|\bEPERM\b|\bEROFS\b/, "a file may not be written: look at the owner of the folder in the lines above"],
  [
    /CERT|self.signed/i,
    "the registry's certificate is not trusted: set NODE_EXTRA_CA_CERTS to your proxy's certificate",
  ],
  [/\bE40[13]\b/, 'the registry refuses this machine: look at "npm config get registry" and its sign-in'],
  [NO_WAY, 'the npm registry cannot be reached: check the network, HTTPS_PROXY and "npm config get registry"'],
];

/**
 * Runs npm in the project, the one this process was started by where it was.
 *
 * @param {string} root the project folder
 * @param {readonly string[]} args
 */
export function npm(root, args) {
  const options = { cwd: root, env: cacheThatCanBeWritten(root), onStart: (pid) => remember(root, pid) };
  const { command, first } = program();
  return run(command, [...first, ...args], options).finally(() => rmSync(pidFile(root), { force: true }));
}

/** Throws a StopError unless a usable npm is there. */
export async function checkNpm() {
  const { command, first } = program();
  const { code, output } = await run(command, [...first, "--version"]);
  if (code === 127)
    throw new StopError(
      'npm is needed and was not found on PATH: install Node.js with its npm (or "sudo apt-get install -y npm") and try again.',
    );
  const version = /^(\d+)\.\d+\.\d+/m.exec(output);
  if (version !== null && Number(version[1]) < MIN_NPM)
    throw new StopError(
      `npm ${MIN_NPM} or newer is needed, this is ${version[0]}: run "npm install -g npm@10" and try again.`,
    );
}

/**
 * Whether npm's registry can be reached. Asked first, because an install without a network tries again for minutes
 * before it says so.
 *
 * @param {string} root the project folder
 * @returns {Promise<string | undefined>} what npm said about why not; undefined when it answers, whatever it answers
 */
export async function registryFault(root) {
  const { code, output } = await npm(root, PING);
  return code !== 0 && NO_WAY.test(output) ? output : undefined;
}

/**
 * Waits for an npm that another run of this script started here and that still writes: two at once would spoil each
 * other's work, and one outlives a kill -9 of its parent.
 *
 * @param {string} root the project folder
 * @returns {Promise<boolean>} whether there was one
 */
export async function waitForOtherNpm(root) {
  const pid = Number(readText(pidFile(root)) ?? Number.NaN);
  const works = async () => Number.isInteger(pid) && pid > 1 && INSTALL.test((await commandLine(pid)) ?? "");
  if (!(await works())) return false;
  progress(`Another install of this folder still runs (process ${pid}), waiting for its end …`);
  const stop = showLife(process.stdout, () => "");
  while (await works()) await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  stop();
  return true;
}

/**
 * What to do about an npm that failed, from what it wrote.
 *
 * @param {string} output
 * @returns {string} the end of a sentence
 */
export function npmCause(output) {
  return CAUSES.find(([pattern]) => pattern.test(output))?.[1] ?? "check the network and the lines above";
}

function program() {
  const script = process.env.npm_execpath;
  const isNpm = script !== undefined && /npm-cli\.c?js$/.test(script);
  return isNpm ? { command: process.execPath, first: [script] } : { command: "npm", first: [] };
}

function cacheThatCanBeWritten(root) {
  const cache = process.env.npm_config_cache || join(process.env.HOME || homedir(), ".npm");
  return writeFault(cache) === undefined ? {} : { npm_config_cache: join(root, ".cache/npm") };
}

function remember(root, pid) {
  mkdirSync(join(root, ".cache"), { recursive: true });
  writeFileSync(pidFile(root), String(pid));
}

function pidFile(root) {
  return join(root, ".cache/npm.pid");
}
