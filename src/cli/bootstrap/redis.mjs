import { join } from "node:path";
import { unpackDebianRedis } from "./debian.mjs";
import { findOnPath, isExecutable } from "./machine.mjs";
import { isNewEnough, MIN_VERSION } from "./redis-version.mjs";
import { progress, run, tail } from "./run.mjs";
import { StopError } from "./stop-error.mjs";

const NAMES = ["redis-server", "valkey-server"];

/**
 * Makes sure that a redis-server or valkey-server can be started: from PATH, else `${dataDir}/redis/bin/redis-server`,
 * else got from the system's packages. Nothing is enabled as a service and nothing needs root.
 *
 * @param {string} dataDir absolute
 */
export async function ensureRedis(dataDir) {
  const unpacked = join(dataDir, "redis/bin/redis-server");
  if (await findServer(unpacked)) return;
  if (process.platform === "darwin" && findOnPath("brew") !== undefined) await brewInstall();
  else if (findOnPath("apt-get") !== undefined && findOnPath("dpkg") !== undefined) await unpackDebianRedis(dataDir);
  if (await findServer(unpacked)) return;
  throw new StopError(missingRedis());
}

async function findServer(unpacked) {
  const found = [...NAMES.map(findOnPath), isExecutable(unpacked) ? unpacked : undefined];
  for (const file of found) {
    if (file === undefined) continue;
    const { code, output } = await run(file, ["--version"]);
    if (code === 0 && isNewEnough(output)) return true;
  }
  return false;
}

async function brewInstall() {
  progress("Installing Valkey with Homebrew (about a minute) …");
  const { code, output } = await run("brew", ["install", "valkey"]);
  if (code === 0) return;
  console.error(tail(output));
  throw new StopError(
    'Valkey could not be installed: run "brew install valkey" (or "brew install redis") and try again.',
  );
}

function missingRedis() {
  const commands = [
    ["apt-get", "sudo apt-get install -y redis-server"],
    ["dnf", "sudo dnf install -y valkey"],
    ["apk", "apk add valkey"],
    ["pacman", "sudo pacman -S valkey"],
    ["brew", "brew install valkey"],
  ];
  const command = commands.find(([tool]) => findOnPath(tool) !== undefined)?.[1];
  const what = `Redis or Valkey ${MIN_VERSION.join(".")} or newer is needed and was not found`;
  if (command !== undefined) return `${what}: run "${command}", or set REDIS_URL, and try again.`;
  return `${what}: install redis-server or valkey-server so that it is on PATH, or set REDIS_URL, and try again.`;
}
