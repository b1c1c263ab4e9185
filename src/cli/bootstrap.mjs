/**
 * Runs before `npm start` and `npm test`, with nothing installed yet: plain JavaScript, no dependencies.
 *
 *   node src/cli/bootstrap.mjs start   dependencies, build, and a redis-server unless a Redis is configured
 *   node src/cli/bootstrap.mjs test    the same, with a redis-server in any case, and a Chromium
 *   node src/cli/bootstrap.mjs build   dependencies and build
 *
 * Silent when nothing is to do. Each step writes its mark last, so a cut-off run is mended by the next one.
 */
import { realpathSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { ensureBuild } from "./bootstrap/build.mjs";
import { ensureChromium } from "./bootstrap/chromium.mjs";
import { ensureDependencies } from "./bootstrap/dependencies.mjs";
import { checkGit, nodeFault } from "./bootstrap/machine.mjs";
import { ensureRedis } from "./bootstrap/redis.mjs";
import { readSettings } from "./bootstrap/settings.mjs";
import { StopError } from "./bootstrap/stop-error.mjs";

const MODES = ["start", "test", "build"];

/**
 * @param {string} mode one of MODES
 * @param {string} root the project folder
 */
async function bootstrap(mode, root) {
  const fault = nodeFault(process.versions.node);
  if (fault !== undefined) throw new StopError(fault);
  if (!MODES.includes(mode)) throw new StopError(`Unknown mode "${mode}": use ${MODES.join(", ")}.`);
  await checkGit();
  await ensureDependencies(root);
  await ensureBuild(root);
  if (mode === "build") return;
  const settings = readSettings(root, process.env, mode === "test");
  if (settings.redisConfigured) return;
  await ensureRedis(settings.dataDir);
  if (mode === "test") await ensureChromium();
}

const root = resolve(dirname(realpathSync(fileURLToPath(import.meta.url))), "../..");

bootstrap(process.argv[2] ?? "", root).catch((error) => {
  console.error(error instanceof StopError ? error.message : `Preparing failed: ${error?.stack ?? error}`);
  process.exitCode = 1;
});
