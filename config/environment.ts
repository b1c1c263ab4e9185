/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

const inherited = new Set([
  "PATH",
  "HOME",
  "USER",
  "LOGNAME",
  "SHELL",
  "LANG",
  "LANGUAGE",
  "TZ",
  "TERM",
  "TMPDIR",
  "XDG_RUNTIME_DIR",
  "XDG_CONFIG_HOME",
  "XDG_CACHE_HOME",
  "XDG_DATA_HOME",
  "SSL_CERT_FILE",
  "SSL_CERT_DIR",
  "NODE_EXTRA_CA_CERTS",
  "CODEX_CA_CERTIFICATE",
  "SystemRoot",
]);
const proxyNames = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"];

/**
 * What a child process may inherit (L10: an allowlist, so that no token of ours can be among it): PATH, HOME, locale,
 * proxy and CA variables. A configured `proxy` takes the place of the inherited ones; NO_PROXY stays.
 */
export function childEnvironment(env: Environment, proxy: string | undefined): Readonly<Record<string, string>> {
  const child: Record<string, string> = {};
  for (const [key, value] of Object.entries(env)) {
    const isProxy = proxyNames.includes(key.toUpperCase());
    if (value !== undefined && (inherited.has(key) || key.startsWith("LC_") || isProxy)) child[key] = value;
  }
  if (proxy === undefined) return child;
  for (const key of Object.keys(child)) {
    const upper = key.toUpperCase();
    if (proxyNames.includes(upper) && upper !== "NO_PROXY") delete child[key];
  }
  return { ...child, HTTP_PROXY: proxy, HTTPS_PROXY: proxy, http_proxy: proxy, https_proxy: proxy };
}

/** Variable of either spelling; empty counts as absent. */
export function eitherCase(env: Environment, key: string): string | undefined {
  return env[key] || env[key.toLowerCase()] || undefined;
}

/** Secrets a URL carries: its password, as written and decoded. */
export function urlSecrets(url: string | undefined): readonly string[] {
  if (url === undefined || !URL.canParse(url)) return [];
  const { password } = new URL(url);
  if (password === "") return [];
  return /%(?![0-9a-fA-F]{2})/.test(password) ? [password] : [password, decodeURIComponent(password)];
}
