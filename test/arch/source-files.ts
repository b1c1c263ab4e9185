import { execFileSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";

/** The project folder. */
export const ROOT = resolve(import.meta.dirname, "../..");

/** Top-level folders of production code. */
export const PRODUCTION = ["src", "adapters", "config"] as const;

/** Production sources, relative to the project, without generated ones. */
export function productionFiles(): string[] {
  return PRODUCTION.filter((folder) => existsSync(join(ROOT, folder)))
    .flatMap((folder) =>
      readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" }).map((path) => `${folder}/${path}`),
    )
    .filter((path) => /\.(tsx?|mjs|lua)$/.test(path) && !path.includes("/protocol/generated/"));
}

/** Files that git tracks, relative to the project and still there. */
export function trackedFiles(): string[] {
  const list = execFileSync("git", ["ls-files", "-z"], { cwd: ROOT, encoding: "utf8" });
  return list.split("\0").filter((path) => path !== "" && existsSync(join(ROOT, path)));
}
