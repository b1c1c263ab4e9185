import { parseEnv } from "node:util";
import { parse } from "yaml";
import type { Texts } from "./draft.ts";

/** What `after` changes, a line each: `+ projects.app.path: /src/app`. Shows no secret. Pure. */
export function changesOf(before: Texts, after: Required<Texts>): readonly string[] {
  const old = flat(parse(before.yaml ?? "") ?? {});
  const now = flat(parse(after.yaml) ?? {});
  const lines: string[] = [];
  for (const key of new Set([...old.keys(), ...now.keys()])) {
    const [was, is] = [old.get(key), now.get(key)];
    if (was === is) continue;
    if (was === undefined) lines.push(`+ ${key}: ${shown(key, is)}`);
    else if (is === undefined) lines.push(`- ${key}: ${shown(key, was)}`);
    else lines.push(`~ ${key}: ${shown(key, was)} → ${shown(key, is)}`);
  }
  const [oldEnv, newEnv] = [parseEnv(before.dotenv), parseEnv(after.dotenv)];
  for (const name of Object.keys(newEnv)) {
    if (oldEnv[name] !== newEnv[name]) lines.push(`${oldEnv[name] === undefined ? "+" : "~"} .env: ${name}`);
  }
  return lines;
}

function flat(value: unknown, path: readonly string[] = []): Map<string, string> {
  if (typeof value !== "object" || value === null) return new Map([[path.join("."), JSON.stringify(value)]]);
  const entries = Object.entries(value);
  if (entries.length === 0) return new Map();
  return new Map(entries.flatMap(([key, inner]) => [...flat(inner, [...path, key])]));
}

function shown(key: string, value: string | undefined): string {
  const secret = /(^|\.)(token|key|appSecret)$|^redis\.url$|^proxy$|^codex\.env\./.test(key);
  return secret && !/^"\$\{\w+\}"$/.test(value ?? "") ? "…" : (value ?? "");
}
