import { existsSync, readFileSync } from "node:fs";

/** The service's version, from the package.json above this file (sources and build lie at different depths). */
export function ownVersion(): string {
  for (let folder = new URL(".", import.meta.url); ; folder = new URL("..", folder)) {
    const manifest = new URL("package.json", folder);
    const version = existsSync(manifest)
      ? /"version"\s*:\s*"([^"]+)"/.exec(readFileSync(manifest, "utf8"))?.[1]
      : undefined;
    if (version !== undefined) return version;
    if (folder.pathname === "/") return "unknown";
  }
}
