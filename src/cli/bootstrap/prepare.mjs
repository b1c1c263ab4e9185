import { ensureBuild } from "./build.mjs";
import { ensureChromium } from "./chromium.mjs";
import { ensureDependencies } from "./dependencies.mjs";
import { checkDataDir } from "./folders.mjs";
import { checkGit } from "./machine.mjs";
import { ensureRedis } from "./redis.mjs";
import { readSettings } from "./settings.mjs";
import { StopError } from "./stop-error.mjs";

const MODES = ["start", "test", "build", "install"];

/**
 * Prepares the checkout for a mode; sets the exit code to 1 and says why when it cannot.
 *
 * @param {string | undefined} mode one of MODES
 * @param {string} root the project folder
 */
export async function main(mode, root) {
  try {
    await prepare(mode ?? "", root);
  } catch (error) {
    console.error(error instanceof StopError ? error.message : `Preparing failed: ${error?.stack ?? error}`);
    process.exitCode = 1;
  }
}

async function prepare(mode, root) {
  if (!MODES.includes(mode)) throw new StopError(`Unknown mode "${mode}": use ${MODES.join(", ")}.`);
  const settings = readSettings(root, process.env, mode === "test");
  // What would stop the service after a minute of installing is said before it.
  if (mode === "start") checkDataDir(settings.dataDir);
  await checkGit();
  await ensureDependencies(root);
  if (mode === "install") return;
  await ensureBuild(root);
  if (mode === "build" || settings.redisConfigured) return;
  await ensureRedis(settings.dataDir);
  if (mode === "test") await ensureChromium();
}
