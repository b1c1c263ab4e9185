import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** What a test's Codex home may add. */
export interface CodexHomeOptions {
  /** Further TOML, put above the tables. */
  readonly top?: string;
  /** Further TOML tables. */
  readonly tables?: string;
  /** Default 2. */
  readonly retries?: number;
  /** Silence of a stream after which Codex asks again; default 60,000: a gate stays closed while a loaded machine restarts a service. */
  readonly idleTimeoutMs?: number;
}

/** Makes `dir` a CODEX_HOME whose only provider is `baseUrl`: no sign-in, no other network traffic. */
export async function writeCodexHome(dir: string, baseUrl: string, options: CodexHomeOptions = {}): Promise<void> {
  const retries = options.retries ?? 2;
  const lines = [
    'model = "gpt-5.5"',
    'model_provider = "local"',
    "check_for_update_on_startup = false",
    "tools.update_plan.enabled = true",
    options.top ?? "",
    "[model_providers.local]",
    'name = "local"',
    `base_url = ${JSON.stringify(baseUrl)}`,
    'wire_api = "responses"',
    `request_max_retries = ${retries}`,
    `stream_max_retries = ${retries}`,
    `stream_idle_timeout_ms = ${options.idleTimeoutMs ?? 60_000}`,
    "[features]",
    "plugins = false",
    "apps = false",
    "remote_plugin = false",
    "shell_snapshot = false",
    "unbounded_connection_retries = false",
    "instant_interrupt = false",
    "[analytics]",
    "enabled = false",
    options.tables ?? "",
  ];
  await mkdir(dir, { recursive: true });
  await writeFile(join(dir, "config.toml"), `${lines.filter((l) => l !== "").join("\n")}\n`);
}
