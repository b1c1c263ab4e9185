import { findOnPath, isExecutable } from "./machine.mjs";
import { progress, run, tail } from "./run.mjs";
import { StopError } from "./stop-error.mjs";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const APPS = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];
/** The browser, and a font with Chinese characters so that screenshots can be read. */
const PACKAGES = ["chromium", "fonts-wqy-microhei"];
const QUIET = { LC_ALL: "C", DEBIAN_FRONTEND: "noninteractive" };

/**
 * The browser the tests drive: `$CHROMIUM`, the first on PATH, an app of macOS; undefined without one.
 *
 * @returns {string | undefined} absolute path
 */
export function findChromium() {
  const named = process.env.CHROMIUM;
  if (named !== undefined && named !== "" && isExecutable(named)) return named;
  return NAMES.map(findOnPath).find((path) => path !== undefined) ?? APPS.find(isExecutable);
}

/** Makes sure that there is a Chromium: installed on Debian and Ubuntu as root, else asked for in one sentence. */
export async function ensureChromium() {
  if (findChromium() !== undefined) return;
  if (findOnPath("apt-get") === undefined || process.getuid?.() !== 0) throw new StopError(missingChromium());
  progress("Installing Chromium for the browser tests (100 MB, about a minute) …");
  let result = await install();
  if (result.code !== 0) {
    progress("Updating the package lists …");
    await run("apt-get", ["update", "-q"], { env: QUIET });
    result = await install();
  }
  if (findChromium() !== undefined) return;
  console.error(tail(result.output, 5));
  throw new StopError(missingChromium());
}

function install() {
  return run("apt-get", ["install", "-y", "-q", "--no-install-recommends", ...PACKAGES], { env: QUIET });
}

function missingChromium() {
  const command =
    process.platform === "darwin"
      ? "brew install --cask chromium"
      : findOnPath("apt-get") === undefined
        ? undefined
        : "sudo apt-get update && sudo apt-get install -y chromium";
  const how = command === undefined ? "install Chromium or Google Chrome" : `run "${command}"`;
  return `The tests drive the web page in a real browser, and none was found: ${how}, or set CHROMIUM to its program, and try again.`;
}
