import { readFile } from "node:fs/promises";
import { posix } from "node:path";

const importLine = /^import type \{ (\w+) \} from "([^"]+)";$/gm;

/**
 * Picks the transitive closure of `roots` (paths without `.ts`) from a folder written by `generate-ts`.
 * Resolves to path → text, imports ending in `.ts`. Rejects when a root is gone: the protocol changed.
 */
export async function closure(folder: string, roots: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  const open = [...roots];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (found.has(`${path}.ts`)) continue;
    const text = await readFile(posix.join(folder, `${path}.ts`), "utf8");
    for (const [, , from] of text.matchAll(importLine)) {
      if (from !== undefined) open.push(posix.join(posix.dirname(path), from));
    }
    found.set(`${path}.ts`, text.replace(importLine, 'import type { $1 } from "$2.ts";'));
  }
  return found;
}
