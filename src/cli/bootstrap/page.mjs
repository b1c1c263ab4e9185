import { copyFileSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { StopError } from "./stop-error.mjs";

/** Folder of the web page's sources; below dist/ it holds what is served. */
export const PAGE = "adapters/web/page";
const BUILD_LENGTH = 12;

/**
 * Bundles the web page for browsers: `index.html`, `app.js`, `app.css`, and its build id in `build.json`.
 *
 * @param {string} root the project folder
 * @param {string} outDir the folder that becomes dist/
 * @param {string} sources hash of all sources: page and service of one build know each other by it
 */
export async function bundlePage(root, outDir, sources) {
  const from = join(root, PAGE);
  if (!existsSync(join(from, "main.tsx"))) return;
  const to = join(outDir, PAGE);
  const build = sources.slice(0, BUILD_LENGTH);
  const esbuild = await import("esbuild");
  try {
    await esbuild.build({
      absWorkingDir: root,
      entryPoints: [join(from, "main.tsx"), join(from, "app.css")],
      entryNames: "app",
      outdir: to,
      bundle: true,
      minify: true,
      format: "esm",
      platform: "browser",
      // Some packages have a variant for browsers that needs a document; the plain one is smaller to trust.
      conditions: ["worker"],
      target: ["es2023"],
      define: { PAGE_BUILD: JSON.stringify(build) },
      jsx: "automatic",
      jsxImportSource: "preact",
      legalComments: "none",
      logLevel: "error",
    });
  } catch (error) {
    if (!Array.isArray(error?.errors)) throw error;
    throw new StopError(
      'The web page could not be built, see the lines above: run "npm run types" for all of them, or return to a released version.',
    );
  }
  mkdirSync(to, { recursive: true });
  copyFileSync(join(from, "index.html"), join(to, "index.html"));
  writeFileSync(join(to, "build.json"), `${JSON.stringify({ build })}\n`);
}
