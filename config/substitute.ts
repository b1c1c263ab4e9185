import { readFileSync } from "node:fs";
import type { Environment } from "./environment.ts";
import type { ConfigFault } from "./faults.ts";

/** The tree with every string resolved, and what that took. */
export interface Substituted {
  readonly value: unknown;
  readonly faults: readonly ConfigFault[];
  /** Secret files read for `file:`, absolute; instructions are no secret. */
  readonly files: readonly string[];
}

interface Context {
  readonly file: string;
  readonly env: Environment;
  readonly locate: (path: string) => string;
  readonly faults: ConfigFault[];
  readonly files: string[];
}

/**
 * Resolves `${NAME}` and `file:/path` in every string below `tree`; a value that is a whole `file:` loses its last line
 * break. A key without a value is left out. `locate` makes a path absolute. A missing variable or unreadable file is a fault naming it and its key.
 */
export function substitute(
  tree: unknown,
  file: string,
  env: Environment,
  locate: (path: string) => string,
): Substituted {
  const context: Context = { file, env, locate, faults: [], files: [] };
  const value = walk(tree, [], context);
  return { value, faults: context.faults, files: context.files };
}

function walk(node: unknown, path: readonly (string | number)[], context: Context): unknown {
  if (typeof node === "string") return resolveText(node, path.join("."), context);
  if (Array.isArray(node)) return node.map((entry, index) => walk(entry, [...path, index], context));
  if (node !== null && typeof node === "object") {
    const present = Object.entries(node).filter(([, entry]) => entry !== null);
    return Object.fromEntries(present.map(([key, entry]) => [key, walk(entry, [...path, key], context)]));
  }
  return node;
}

function resolveText(text: string, keyPath: string, context: Context): string {
  const filled = text.replaceAll(/\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g, (_, name: string) => {
    const value = context.env[name];
    if (value === undefined)
      context.faults.push({ file: context.file, keyPath, expected: `the environment variable ${name} to be set` });
    return value ?? "";
  });
  const target = /^file:(?:\/\/(?=\/))?([/~].*)$/.exec(filled)?.[1];
  return target === undefined ? filled : readSecret(context.locate(target), keyPath, context);
}

function readSecret(path: string, keyPath: string, context: Context): string {
  try {
    const text = readFileSync(path, "utf8").replace(/\r?\n$/, "");
    if (!keyPath.endsWith(".instructions")) context.files.push(path);
    return text;
  } catch (cause) {
    const why = cause instanceof Error && "code" in cause ? ` (${String(cause.code)})` : "";
    context.faults.push({ file: context.file, keyPath, expected: `a readable file at ${path}${why}` });
    return "";
  }
}
