import type { Dirent } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { isForeignCheckout } from "../../../config/places.ts";

/** Where to look for git checkouts. */
export interface SearchOptions {
  readonly cwd: string;
  readonly home: string;
  /** Most found; default 20. */
  readonly most?: number;
  /** Most folders looked into; default 2000. */
  readonly folders?: number;
  /** Patience, ms; default 1500. What was found by then is told. */
  readonly patienceMs?: number;
}

const usual = ["src", "code", "projects", "Projects", "work", "dev", "repos", "git", "workspace", "Documents"];
const skipped = new Set(["node_modules", "Library", "AppData", "snap", "go"]);

/**
 * Git checkouts of other projects: this folder, one level below the home folder, two below its usual places for code.
 * This folder first, then the one worked in last. Folders that cannot be read are passed over.
 */
export async function findProjects(options: SearchOptions): Promise<readonly string[]> {
  const found = new Map<string, number>();
  const look = { left: options.folders ?? 2000, over: false };
  const patience = new Promise<void>((resolve) => {
    const timer = setTimeout(() => {
      look.over = true;
      resolve();
    }, options.patienceMs ?? 1500);
    timer.unref();
  });
  await Promise.race([search(options, found, look), patience]);
  const newest = [...found].sort(([, a], [, b]) => b - a).map(([path]) => path);
  const here = newest.filter((path) => path === options.cwd);
  return [...here, ...newest.filter((path) => path !== options.cwd)].slice(0, options.most ?? 20);
}

interface Look {
  left: number;
  over: boolean;
}

async function search({ cwd, home }: SearchOptions, found: Map<string, number>, look: Look): Promise<void> {
  await note(cwd, found, look);
  await below(cwd, 1, found, look);
  for (const name of usual) await below(join(home, name), 2, found, look);
  await below(home, 1, found, look);
}

async function below(folder: string, depth: number, found: Map<string, number>, look: Look): Promise<void> {
  for (const entry of await folders(folder)) {
    if (look.over || look.left <= 0) return;
    look.left -= 1;
    const path = join(folder, entry);
    const isCheckout = await note(path, found, look);
    if (!isCheckout && depth > 1) await below(path, depth - 1, found, look);
  }
}

async function note(path: string, found: Map<string, number>, look: Look): Promise<boolean> {
  if (look.over || !isForeignCheckout(path)) return false;
  if (!found.has(path)) found.set(path, await workedAt(path));
  return true;
}

/** ms since the epoch. The index changes with every commit, checkout and `git status`. */
async function workedAt(path: string): Promise<number> {
  for (const name of [join(".git", "index"), ".git"]) {
    const told = await stat(join(path, name)).catch(() => undefined);
    if (told !== undefined) return told.mtimeMs;
  }
  return 0;
}

async function folders(path: string): Promise<readonly string[]> {
  const entries: readonly Dirent[] = await readdir(path, { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith(".") && !skipped.has(entry.name))
    .map((entry) => entry.name);
}
