#!/usr/bin/env node
/** The command `hotline` in a checkout: prepares what `npm start` would, where nothing was built yet, then is the built command line. */
import { spawnSync } from "node:child_process";
import { existsSync, realpathSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = resolve(dirname(realpathSync(fileURLToPath(import.meta.url))), "../..");
const main = resolve(root, "dist/src/main.js");

if (!existsSync(main)) {
  const bootstrap = resolve(root, "src/cli/bootstrap.mjs");
  const { status } = spawnSync(process.execPath, [bootstrap, "start"], { stdio: "inherit" });
  if (status !== 0) process.exit(status === null ? 1 : status);
}
await import(pathToFileURL(main).href);
