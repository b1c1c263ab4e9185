import { expect, test } from "vitest";
import {
  configArgs,
  denyPattern,
  processEnv,
  profileName,
  type ServicePolicy,
  workspaceRoots,
} from "../../../src/codex/config-overrides.ts";
import { toToml } from "../../../src/codex/toml.ts";

const policy: ServicePolicy = { home: "/h", deny: ["/data", "/c/[h]otline.yaml"], env: {}, proxyEnv: {}, config: {} };

function overrides(changes: Partial<ServicePolicy> = {}): Map<string, string> {
  const args = configArgs({ ...policy, ...changes }, "mark-1").filter((arg) => arg !== "-c");
  return new Map(args.map((arg) => [arg.slice(0, arg.indexOf("=")), arg.slice(arg.indexOf("=") + 1)]));
}

test("the overrides every process needs are given", () => {
  const given = overrides();
  expect(given.get("features.instant_interrupt")).toBe("false");
  expect(given.get("features.unbounded_connection_retries")).toBe("false");
  expect(given.get("features.shell_snapshot")).toBe("false");
  expect(given.get("tools.update_plan.enabled")).toBe("true");
  expect(given.get("default_permissions")).toBe('"hotline-workspace-mark-1"');
});

test("the user's overrides come last and win", () => {
  const args = configArgs({ ...policy, config: { "features.shell_snapshot": true, notify: ["a", "b"] } }, "m");
  expect(args.slice(-4)).toEqual(["-c", "features.shell_snapshot=true", "-c", 'notify=["a", "b"]']);
});

test("L10 commands see an allowlist without anything of codex.env or a proxy's password", () => {
  const env = { PROVIDER_KEY: "x", LC_HIDDEN: "x", HOME: "/other" };
  const given =
    overrides({ env, proxyEnv: { HTTPS_PROXY: "http://u:p@proxy:1", NO_PROXY: "localhost" } }).get(
      "shell_environment_policy",
    ) ?? "";
  expect(given).toContain('"exclude" = ["PROVIDER_KEY", "LC_HIDDEN", "HOME", "HTTPS_PROXY"]');
  const shown = /"include_only" = \[(.*?)\]/.exec(given)?.[1] ?? "";
  expect(shown).toContain('"PATH"');
  expect(shown).toContain('"NO_PROXY"');
  expect(shown).not.toMatch(/PROVIDER_KEY|"HOME"|"HTTPS_PROXY"/);
  expect(given).toContain('"set" = {"CODEX_HOTLINE_PROCESS" = "mark-1"}');
});

test("L10 app-server gets an allowlist of our environment, then codex.env", () => {
  const ours = {
    PATH: "/bin",
    LC_ALL: "C",
    TELEGRAM_BOT_TOKEN: "secret",
    REDIS_URL: "secret",
    HTTPS_PROXY: "old",
    SSL_CERT_FILE: "/ca",
    EMPTY: undefined,
  };
  expect(
    processEnv(ours, { home: "/h", env: { PROVIDER_KEY: "k", PATH: "/mine" }, proxyEnv: { HTTPS_PROXY: "new" } }),
  ).toEqual({
    PATH: "/mine",
    LC_ALL: "C",
    HTTPS_PROXY: "new",
    SSL_CERT_FILE: "/ca",
    PROVIDER_KEY: "k",
    CODEX_HOME: "/h",
  });
});

test("every sandbox has a profile that denies what the service names", () => {
  const given = overrides();
  for (const [name, parent, network] of [
    ["read-only", ":read-only", false],
    ["workspace", ":workspace", false],
    ["network", ":workspace", true],
  ] as const) {
    const profile = given.get(`permissions.hotline-${name}-mark-1`) ?? "";
    expect(profile).toContain(`"extends" = "${parent}", "network" = {"enabled" = ${network}}`);
    expect(profile).toContain('"/h" = "read", "/data" = "deny", "/c/[h]otline.yaml" = "deny"');
  }
});

test.for([
  [{ sandbox: "read-only", network: true }, "hotline-read-only-m"],
  [{ sandbox: "workspace-write", network: false }, "hotline-workspace-m"],
  [{ sandbox: "workspace-write", network: true }, "hotline-network-m"],
  [{ sandbox: "danger-full-access", network: false }, ":danger-full-access"],
] as const)("%j is the profile %s", ([spec, name]) => {
  expect(profileName(spec, "m")).toBe(name);
});

test("the workspace is the project and the further folders, each once", () => {
  expect(workspaceRoots({ cwd: "/p", writable: ["/x", "/p"] })).toEqual(["/p", "/x"]);
});

test.for([
  ["/a/b", true, "/a/b"],
  ["/a/b", false, "/a/[b]"],
  ["/a/auth.json", false, "/a/[a]uth.json"],
  ["/a/we*ird[1]", true, "/a/we[*]ird[[]1[]]"],
] as const)("%s (exists: %s) is denied as %s", ([path, exists, pattern]) => {
  expect(denyPattern(path, exists)).toBe(pattern);
});

test.for([
  ['a "b" \\ \n\u007f', '"a \\"b\\" \\\\ \\n\\u007f"'],
  [1.5, "1.5"],
  [true, "true"],
  [["a", 1], '["a", 1]'],
  [{ "a.b": { c: [] }, gone: undefined }, '{"a.b" = {"c" = []}}'],
] as const)("%j in TOML", ([value, toml]) => {
  expect(toToml(value)).toBe(toml);
});

test("null has no TOML", () => {
  expect(() => toToml(null)).toThrow(TypeError);
});
