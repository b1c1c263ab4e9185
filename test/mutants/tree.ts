import { execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import type { Mutant } from "./catalog.ts";

/** The project folder. */
const ROOT = resolve(import.meta.dirname, "../..");

/** A copy of the project in which faults are planted; the project itself stays as it is. */
export interface Tree {
  readonly root: string;
  /** Throws when the text to replace does not stand in the file exactly once. */
  plant(mutant: Mutant): void;
  restore(mutant: Mutant): void;
  remove(): void;
}

/** Copies every file that git does not ignore; packages are linked. */
export function copyTree(): Tree {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "hl-mutants-")));
  const listed = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: ROOT,
    encoding: "utf8",
  });
  for (const path of listed.split("\0").filter((name) => name !== "" && existsSync(join(ROOT, name)))) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    cpSync(join(ROOT, path), join(root, path));
  }
  symlinkSync(join(ROOT, "node_modules"), join(root, "node_modules"));
  const originals = new Map<string, string>();
  return {
    root,
    plant(mutant) {
      const path = join(root, mutant.file);
      const text = readFileSync(path, "utf8");
      originals.set(mutant.file, text);
      writeFileSync(path, planted(text, mutant));
    },
    restore(mutant) {
      const text = originals.get(mutant.file);
      if (text !== undefined) writeFileSync(join(root, mutant.file), text);
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

/** Pure. The file with the fault in it. Throws when `find` does not stand in it exactly once, so that drift is noticed. */
export function planted(text: string, { file, fault, find, replace }: Mutant): string {
  const [head, ...rest] = text.split(find);
  const [tail] = rest;
  if (head === undefined || tail === undefined || rest.length !== 1)
    throw new Error(`${file} has ${rest.length} places for "${fault}", not one: ${find}`);
  return head + replace + tail;
}
