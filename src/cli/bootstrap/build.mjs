import { createHash } from "node:crypto";
import { cpSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { checkCheckout } from "./folders.mjs";
import { sweep } from "./leftovers.mjs";
import { bundlePage, PAGE } from "./page.mjs";
import { progress, run, tail } from "./run.mjs";
import { StopError } from "./stop-error.mjs";

const SOURCES = ["src", "adapters", "config"];
const SETTINGS = ["tsconfig.json", "tsconfig.build.json", "package-lock.json"];
const STAMP = ".sources";

/**
 * Compiles to dist/ when a source changed since the last build. A dist/ is whole at any moment or absent: the build
 * happens beside it (as a sibling, so that source maps keep their relative paths) and is swapped in by rename.
 *
 * @param {string} root the project folder
 */
export async function ensureBuild(root) {
  const files = SOURCES.flatMap((folder) => listFiles(root, folder));
  const wanted = fingerprint(root, files);
  const stamp = join(root, "dist", STAMP);
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  checkCheckout(root);
  sweep(root, "dist.");
  progress("Building …");
  const fresh = join(root, `dist.${process.pid}`);
  const old = join(root, `dist.${process.pid}.old`);
  try {
    await compile(root, fresh);
    await bundlePage(root, fresh, wanted);
    for (const file of files) {
      if (!/\.[cm]?ts$/.test(file) && !file.startsWith(`${PAGE}/`)) cpSync(join(root, file), join(fresh, file));
    }
    writeFileSync(join(fresh, STAMP), wanted);
    if (existsSync(join(root, "dist"))) renameSync(join(root, "dist"), old);
    renameSync(fresh, join(root, "dist"));
  } finally {
    rmSync(fresh, { recursive: true, force: true });
    rmSync(old, { recursive: true, force: true });
  }
}

async function compile(root, outDir) {
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const { code, output } = await run(process.execPath, [tsc, "-p", "tsconfig.build.json", "--outDir", outDir], {
    cwd: root,
  });
  if (code === 0) return;
  console.error(tail(output));
  throw new StopError(
    'The build failed, see the lines above: run "npm run types" for all of them, or return to a released version.',
  );
}

function fingerprint(root, files) {
  const hash = createHash("sha256");
  for (const file of [...SETTINGS, ...files]) {
    if (existsSync(join(root, file))) hash.update(`${file}\n`).update(readFileSync(join(root, file)));
  }
  return hash.digest("hex");
}

function listFiles(root, folder) {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory()) return listFiles(root, path);
      return entry.isFile() ? [path] : [];
    });
}
