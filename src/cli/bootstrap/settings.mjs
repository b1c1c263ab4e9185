import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";

/**
 * What the service's configuration says about Redis and dataDir, by a cheap look at the text: no YAML parser is
 * installed yet. The real reader (config/load.ts) judges later; a wrong guess here costs a download, nothing else.
 *
 * @param {string} root the project folder
 * @param {Record<string, string | undefined>} env
 * @param {boolean} forTests tests bring their own configuration, so only HOTLINE_DATA_DIR counts
 * @returns {{ dataDir: string, redisConfigured: boolean }}
 */
export function readSettings(root, env, forTests) {
  if (forTests) return { dataDir: dataDirOf(root, env.HOTLINE_DATA_DIR), redisConfigured: false };
  const { text, folder } = readConfig(root, env);
  const all = { ...readEnvFile(join(folder, ".env")), ...env };
  const redisConfigured = (all.REDIS_URL ?? "") !== "" || hasRedisUrl(text);
  return { dataDir: dataDirOf(folder, all.HOTLINE_DATA_DIR || topLevel(text, "dataDir")), redisConfigured };
}

function readConfig(root, env) {
  const home = env.HOME || homedir();
  const places = env.HOTLINE_CONFIG
    ? [resolve(root, env.HOTLINE_CONFIG)]
    : [join(root, "hotline.yaml"), join(home, ".config/codex-hotline/hotline.yaml")];
  for (const place of places) {
    const text = readOr(place, undefined);
    if (text !== undefined) return { text, folder: dirname(place) };
  }
  return { text: "", folder: root };
}

/** `redis: { url: … }` on one line, or `url:` in the block under `redis:`. */
function hasRedisUrl(text) {
  const plain = text.replace(/(^|\s)#.*$/gm, "$1");
  return (
    /^redis:[ \t]*\{[^}]*\burl["']?:/m.test(plain) || /^redis:[ \t]*\n(?:[ \t]+.*\n|[ \t]*\n)*?[ \t]+url:/m.test(plain)
  );
}

function topLevel(text, key) {
  const value = new RegExp(`^${key}:[ \\t]*(.+?)[ \\t]*(?:#.*)?$`, "m").exec(text)?.[1];
  return value?.replace(/^(["'])(.*)\1$/, "$2");
}

function dataDirOf(folder, configured) {
  const path = configured || "~/.local/share/codex-hotline";
  const home = process.env.HOME || homedir();
  const expanded = path
    .replace(/^~(?=\/|$)/, home)
    .replace(/\$\{(\w+)\}/g, (whole, name) => process.env[name] ?? whole);
  return resolve(folder, expanded);
}

function readEnvFile(file) {
  const found = {};
  for (const line of readOr(file, "").split("\n")) {
    const match = /^\s*(?:export\s+)?(\w+)\s*=\s*(.*?)\s*$/.exec(line);
    if (match?.[1] !== undefined) found[match[1]] = (match[2] ?? "").replace(/^(["'])(.*)\1$/, "$2");
  }
  return found;
}

function readOr(file, fallback) {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return fallback;
    throw error;
  }
}
