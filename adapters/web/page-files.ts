import { existsSync, readdirSync, readFileSync } from "node:fs";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

/** A static file of the page. */
export interface PageFile {
  readonly type: string;
  readonly plain: Buffer;
  readonly gzip: Buffer;
}

/** The page as it was built. */
export interface PageFiles {
  /** Names the build: a page of another one loads itself anew. */
  readonly build: string;
  /** By path, `/`, `/app.js`, … */
  readonly files: ReadonlyMap<string, PageFile>;
}

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
};

/** Reads the built page, beside this module or (when run from source) in `dist/`. Throws when it was not built. */
export function loadPage(): PageFiles {
  const folder = ["./page/", "../../dist/adapters/web/page/"]
    .map((path) => new URL(path, import.meta.url))
    .find((url) => existsSync(new URL("build.json", url)));
  if (folder === undefined)
    throw new Error(`the page of the web chat is not built (${fileURLToPath(import.meta.url)}): run "npm run build"`);
  const { build } = JSON.parse(readFileSync(new URL("build.json", folder), "utf8")) as { readonly build: string };
  const files = readdirSync(folder).flatMap((name): [string, PageFile][] => {
    const type = types[extname(name)];
    if (type === undefined) return [];
    const plain = readFileSync(new URL(name, folder));
    return [[name === "index.html" ? "/" : `/${name}`, { type, plain, gzip: gzipSync(plain) }]];
  });
  return { build, files: new Map(files) };
}
