import type { SandboxMode, SessionSpec } from "./port.ts";
import { toToml } from "./toml.ts";

/** What the service decides about every Codex process, whatever the chat. */
export interface ServicePolicy {
  /** CODEX_HOME. */
  readonly home: string;
  /** Patterns ({@link denyPattern}) of what no sandboxed command may read, write or connect to. */
  readonly deny: readonly string[];
  /** CODEX_HOME lies below what is denied. */
  readonly homeDenied?: boolean;
  /** `codex.env`: for app-server, never for the model's commands (L10). */
  readonly env: Readonly<Record<string, string>>;
  /** Proxy variables as app-server shall see them. */
  readonly proxyEnv: Readonly<Record<string, string>>;
  /** `codex.config`: dotted key → value; wins over everything of ours. */
  readonly config: Readonly<Record<string, unknown>>;
}

/** Environment variable that marks every command of one app-server process, so that its left-overs are found. */
export const processMark = "CODEX_HOTLINE_PROCESS";

const inherited = ["PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LC_*", "TERM", "TMPDIR", "TZ"];
const certificates = [
  "SSL_CERT_FILE",
  "SSL_CERT_DIR",
  "CODEX_CA_CERTIFICATE",
  "NODE_EXTRA_CA_CERTS",
  "REQUESTS_CA_BUNDLE",
  "CURL_CA_BUNDLE",
  "GIT_SSL_CAINFO",
];
const proxies = [
  "HTTP_PROXY",
  "HTTPS_PROXY",
  "ALL_PROXY",
  "NO_PROXY",
  "http_proxy",
  "https_proxy",
  "all_proxy",
  "no_proxy",
];

/** Environment of app-server: an allowlist of ours, then `codex.env`. Secrets of the service are not on the list. */
export function processEnv(
  ours: Readonly<Record<string, string | undefined>>,
  policy: Pick<ServicePolicy, "home" | "env" | "proxyEnv">,
): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(ours)) {
    if (value !== undefined && allowed(name)) env[name] = value;
  }
  return { ...env, ...policy.proxyEnv, ...policy.env, CODEX_HOME: policy.home };
}

function allowed(name: string): boolean {
  return [...inherited, ...certificates, ...proxies].some((p) =>
    p.endsWith("*") ? name.startsWith(p.slice(0, -1)) : p === name,
  );
}

/**
 * Name of the permission profile that renders a sandbox setting; given with every thread and turn. It holds the
 * process's mark, which nobody can know before: measured, the `.codex/config.toml` of a trusted project is merged into
 * profiles it can name (its entry for a path below a denied folder got in).
 */
export function profileName(spec: Pick<SessionSpec, "sandbox" | "network">, mark: string): string {
  switch (spec.sandbox) {
    case "danger-full-access":
      return ":danger-full-access";
    case "read-only":
      return `hotline-read-only-${mark}`;
    case "workspace-write":
      return `${spec.network ? "hotline-network" : "hotline-workspace"}-${mark}`;
  }
}

/** Folders the model may write to in `workspace-write`; the profile calls them `:workspace_roots`. */
export function workspaceRoots(spec: Pick<SessionSpec, "cwd" | "writable">): string[] {
  return [...new Set([spec.cwd, ...spec.writable])];
}

/**
 * `-c` arguments of app-server. All profiles are defined in every process, so that a chat can change its sandbox per
 * turn by name: measured (0.169.0), a profile named in `thread/start`, `thread/resume` or `turn/start` holds even
 * where a config file sets `sandbox_mode`. `mark` is the value of {@link processMark},
 * different for each process.
 */
export function configArgs(policy: ServicePolicy, mark: string): string[] {
  const overrides: [string, unknown][] = [
    ["features.instant_interrupt", false],
    ["features.unbounded_connection_retries", false],
    ["features.shell_snapshot", false],
    ["tools.update_plan.enabled", true],
    // Questions with options reach people outside of plan mode, too.
    ["features.default_mode_request_user_input", true],
    ["check_for_update_on_startup", false],
    ["shell_environment_policy", commandEnvironment(policy, mark)],
    ...profiles(policy, mark),
    // Refused without: "defines [permissions] profiles but does not set default_permissions".
    ["default_permissions", profileName({ sandbox: "workspace-write", network: false }, mark)],
    ...Object.entries(policy.config),
  ];
  return overrides.flatMap(([key, value]) => ["-c", `${key}=${toToml(value)}`]);
}

function commandEnvironment(policy: ServicePolicy, mark: string): unknown {
  const hidden = new Set(Object.keys(policy.env));
  const proxySecrets = Object.entries(policy.proxyEnv).filter(([, value]) => value.includes("@"));
  for (const [name] of proxySecrets) hidden.add(name);
  const shown = [...inherited, ...certificates, ...proxies].filter((name) => !hidden.has(name));
  // The default excludes (*KEY*, *SECRET*, *TOKEN*) stay on as a second fence; `exclude` covers names under `LC_*`.
  return {
    inherit: "all",
    ignore_default_excludes: false,
    exclude: [...hidden],
    // `include_only` is applied last and would drop the mark.
    include_only: [...shown, processMark],
    set: { [processMark]: mark },
  };
}

function profiles(policy: ServicePolicy, mark: string): [string, unknown][] {
  const denied = Object.fromEntries(policy.deny.map((pattern) => [pattern, "deny"]));
  // Writable for commands, the home would let them add rules that allow themselves anything. Depth 1: without it a
  // pattern walks its whole folder before each command (measured: +0.2 s for 30,000 files).
  const home = policy.homeDenied === true ? {} : { [policy.home]: "read" };
  const filesystem = { glob_scan_max_depth: 1, ...home, ...denied };
  const profile = (sandbox: SandboxMode, parent: string, network: boolean): [string, unknown] => [
    `permissions.${profileName({ sandbox, network }, mark)}`,
    { extends: parent, network: { enabled: network }, filesystem },
  ];
  return [
    profile("read-only", ":read-only", false),
    profile("workspace-write", ":workspace", false),
    profile("workspace-write", ":workspace", true),
  ];
}

/**
 * The pattern that denies `path`. One that does not exist must not be named plainly: the sandbox would try to make it
 * and every command would fail; a glob is looked up anew before each command.
 */
export function denyPattern(path: string, exists: boolean): string {
  const plain = path.replace(/[*?[\]{}]/g, "[$&]");
  return exists ? plain : plain.replace(/([^/[\]])([^/]*)$/, "[$1]$2");
}
