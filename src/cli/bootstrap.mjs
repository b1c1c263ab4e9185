/**
 * Runs before `npm start` and `npm test`, with nothing installed yet: plain JavaScript, no dependencies.
 *
 *   node src/cli/bootstrap.mjs start   dependencies, build, and a redis-server unless a Redis is configured
 *   node src/cli/bootstrap.mjs test    the same, with a redis-server in any case, and a Chromium
 *   node src/cli/bootstrap.mjs build   dependencies and build
 *   node src/cli/bootstrap.mjs install dependencies alone (a layer of the container image)
 *
 * Silent when nothing is to do. Each step writes its mark last, so a cut-off run is mended by the next one.
 * This file and node-version.mjs must be understood by the old Node.js they turn away: they keep to what Node.js 12 knows.
 */
import { realpathSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { nodeFault } from "./bootstrap/node-version.mjs";

const fault = nodeFault(process.versions.node);
if (fault === undefined) {
  const root = resolve(dirname(realpathSync(fileURLToPath(import.meta.url))), "../..");
  void import("./bootstrap/prepare.mjs").then(({ main }) => main(process.argv[2], root));
} else {
  console.error(fault);
  process.exitCode = 1;
}
