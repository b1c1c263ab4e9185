import type { Language } from "../../model/view.ts";
import type { FeishuAccount, TelegramAccount } from "./port.ts";

/** A folder Codex may work in. */
export interface Project {
  /** A letter, then letters, digits, `_` and `-`. */
  readonly name: string;
  /** Absolute. */
  readonly path: string;
}

/** What was chosen; what is absent or empty stays as it is. */
export interface Choices {
  readonly language: Language;
  readonly dataDir?: string;
  readonly telegram?: TelegramAccount;
  readonly feishu?: FeishuAccount;
  /** Added; one with the name of a project that is there replaces its path. */
  readonly projects: readonly Project[];
  /** Added to those that are there: `telegram:1001`. */
  readonly owners: readonly string[];
}

/** Whether a name fits a project, now and as a key that keeps its place. */
export function isProjectName(name: string): boolean {
  return /^[A-Za-z][A-Za-z0-9_-]*$/.test(name);
}

/** A name for the project in this folder that none of `taken` has. */
export function projectName(path: string, taken: readonly string[]): string {
  const folder = path.split("/").at(-1) ?? "";
  const plain = folder.replaceAll(/[^A-Za-z0-9_-]+/g, "-").replaceAll(/^[-_]+|-+$/g, "");
  const name = isProjectName(plain) ? plain : plain === "" ? "project" : `project-${plain}`;
  for (let number = 1; ; number++) {
    const one = number === 1 ? name : `${name}-${number}`;
    if (!taken.includes(one)) return one;
  }
}
