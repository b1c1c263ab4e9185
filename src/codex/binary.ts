import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { z } from "zod";
import { CodexError } from "./port.ts";

const targets: Readonly<Record<string, string>> = {
  "linux-x64": "x86_64-unknown-linux-musl",
  "linux-arm64": "aarch64-unknown-linux-musl",
  "darwin-x64": "x86_64-apple-darwin",
  "darwin-arm64": "aarch64-apple-darwin",
};

const manifest = z.looseObject({ version: z.string() });
const require = createRequire(import.meta.url);

/**
 * Path of the native binary that came with `@openai/codex` (not its node wrapper).
 * Throws CodexError `spawnFailed` when there is none for this platform.
 */
export function bundledBinary(platform = process.platform, arch = process.arch): string {
  const target = targets[`${platform}-${arch}`];
  if (target === undefined)
    throw new CodexError("spawnFailed", `no bundled Codex for ${platform} ${arch}; set codex.bin`);
  const name = `@openai/codex-${platform}-${arch}`;
  let root: string;
  try {
    root = dirname(require.resolve(`${name}/package.json`));
  } catch (cause) {
    throw new CodexError("spawnFailed", `${name} is not installed; run npm install, or set codex.bin`, { cause });
  }
  const path = join(root, "vendor", target, "bin", "codex");
  if (!existsSync(path))
    throw new CodexError("spawnFailed", `no Codex binary at ${path}; run npm install, or set codex.bin`);
  return path;
}

/** Version of `@openai/codex` this service is pinned to: the one its protocol types come from. */
export function pinnedVersion(): string {
  const path = new URL("./protocol/generated/VERSION", import.meta.url);
  if (existsSync(path)) return readFileSync(path, "utf8").trim();
  return installedVersion();
}

/** Version of the installed `@openai/codex`. */
export function installedVersion(): string {
  return manifest.parse(JSON.parse(readFileSync(require.resolve("@openai/codex/package.json"), "utf8"))).version;
}
