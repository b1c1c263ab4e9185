import { type Environment, eitherCase } from "./environment.ts";

/** The tree with what shortcut variables say filled in, and which key came from which variable. */
export interface Shortened {
  readonly tree: unknown;
  readonly fromEnvironment: ReadonlyMap<string, string>;
}

interface Shortcut {
  readonly variable: string;
  readonly path: readonly string[];
  readonly read: (env: Environment) => unknown;
}

const plain = (variable: string, path: readonly string[]): Shortcut => ({
  variable,
  path,
  read: (env) => env[variable] || undefined,
});

const shortcuts: readonly Shortcut[] = [
  plain("HOTLINE_DATA_DIR", ["dataDir"]),
  plain("REDIS_URL", ["redis", "url"]),
  plain("CODEX_HOME", ["codex", "home"]),
  plain("HOTLINE_WEB_LISTEN", ["channels", "web", "listen"]),
  { variable: "HTTPS_PROXY", path: ["proxy"], read: (env) => eitherCase(env, "HTTPS_PROXY") },
  { variable: "HOTLINE_OWNERS", path: ["access", "owners"], read: (env) => list(env.HOTLINE_OWNERS) },
  {
    variable: "TELEGRAM_BOT_TOKEN",
    path: ["channels", "telegram"],
    read: (env) => (env.TELEGRAM_BOT_TOKEN ? [{ id: "main", token: env.TELEGRAM_BOT_TOKEN }] : undefined),
  },
  {
    variable: "FEISHU_APP_ID",
    path: ["channels", "feishu"],
    read: ({ FEISHU_APP_ID: appId, FEISHU_APP_SECRET: appSecret }) =>
      appId || appSecret ? [{ id: "main", appId: appId ?? "", appSecret: appSecret ?? "" }] : undefined,
  },
];

/** Fills in keys the file leaves out from their variables; what the file says wins. */
export function withShortcuts(value: unknown, env: Environment): Shortened {
  const fromEnvironment = new Map<string, string>();
  let tree = value;
  for (const shortcut of shortcuts) {
    const filled = shortcut.read(env);
    if (filled === undefined || isSet(tree, shortcut.path)) continue;
    const next = set(tree, shortcut.path, filled);
    if (next === undefined) continue;
    tree = next;
    fromEnvironment.set(shortcut.path.join("."), shortcut.variable);
  }
  return { tree, fromEnvironment };
}

function list(text: string | undefined): readonly string[] | undefined {
  const entries = (text ?? "")
    .split(",")
    .map((entry) => entry.trim())
    .filter((entry) => entry !== "");
  return entries.length === 0 ? undefined : entries;
}

function isSet(tree: unknown, path: readonly string[]): boolean {
  const [head, ...rest] = path;
  if (head === undefined) return tree !== undefined && tree !== null;
  return isBlock(tree) && isSet(tree[head], rest);
}

/** Undefined when a block on the way is no block: the schema will say so. */
function set(tree: unknown, path: readonly string[], value: unknown): unknown {
  const [head, ...rest] = path;
  if (head === undefined) return value;
  const block = tree ?? {};
  if (!isBlock(block)) return undefined;
  const inner = set(block[head], rest, value);
  return inner === undefined ? undefined : { ...block, [head]: inner };
}

function isBlock(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
