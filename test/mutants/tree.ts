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
const PACKAGES = "node_modules";

/** A copy of the project in which faults are planted; the project itself stays as it is. */
export interface Tree {
  readonly root: string;
  /** Throws when the text to replace does not stand in the file exactly once. */
  plant(mutant: Mutant): void;
  restore(mutant: Mutant): void;
  remove(): void;
}

/** A copy in a temporary folder; packages are linked. */
export function copyTree(): Tree {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "hl-mutants-")));
  const remove = (): void => rmSync(root, { recursive: true, force: true });
  try {
    fill(root);
  } catch (error) {
    remove();
    throw error;
  }
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
    remove,
  };
}

/** Copies every file that git does not ignore, as it is in the work tree. */
function fill(root: string): void {
  const args = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
  const listed = execFileSync("git", args, { cwd: ROOT, encoding: "utf8" }).split("\0");
  for (const path of listed) {
    if (path === "" || path === PACKAGES || !existsSync(join(ROOT, path))) continue;
    mkdirSync(dirname(join(root, path)), { recursive: true });
    cpSync(join(ROOT, path), join(root, path));
  }
  symlinkSync(join(ROOT, PACKAGES), join(root, PACKAGES));
}

/** Pure. The file with the fault in it. Throws when `find` does not stand in it exactly once, so that drift is noticed. */
export function planted(text: string, { file, fault, find, replace }: Mutant): string {
  const [head, ...rest] = text.split(find);
  const [tail] = rest;
  if (head === undefined || tail === undefined || rest.length !== 1)
    throw new Error(`${file} has ${rest.length} places for "${fault}", not one: ${find}`);
  return head + replace + tail;
}
