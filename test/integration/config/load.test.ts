import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ConfigError } from "../../../config/faults.ts";
import { loadConfig } from "../../../config/load.ts";

const token = `123456:${"A".repeat(35)}`;
let root: string;

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "hotline-config-")));
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

function put(path: string, text: string): string {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

function load(env: Record<string, string> = {}, file?: string) {
  return loadConfig({ env: { HOME: join(root, "home"), ...env }, cwd: root, ...(file === undefined ? {} : { file }) });
}

function faults(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return "";
}

describe("where the configuration comes from", () => {
  it("works without any file", () => {
    const config = load();
    expect(config.file).toBeUndefined();
    expect(config.dataDir).toBe(join(root, "home/.local/share/codex-hotline"));
    expect(config.codex.home).toBe(join(root, "home/.codex"));
    expect(config.codex.maxProcesses).toBeGreaterThanOrEqual(8);
    expect(config.timezone).toMatch(/\w/);
  });

  it("prefers --config, then $HOTLINE_CONFIG, then ./hotline.yaml, then the home folder", () => {
    const home = put("home/.config/codex-hotline/hotline.yaml", "language: zh-CN");
    expect(load().file).toBe(home);
    const here = put("hotline.yaml", "language: en");
    expect(load().file).toBe(here);
    const named = put("named.yaml", "language: zh-CN");
    expect(load({ HOTLINE_CONFIG: named }).file).toBe(named);
    const asked = put("asked.yaml", "language: en");
    expect(load({ HOTLINE_CONFIG: named }, asked).file).toBe(asked);
  });

  it("refuses a named file that is not there", () => {
    expect(faults(() => load({}, "absent.yaml"))).toBe(`${root}/absent.yaml: expected this file to exist`);
  });

  it("reads .env beside the file, and lets the real environment win", () => {
    put("conf/.env", `TELEGRAM_BOT_TOKEN=${token}\nHOTLINE_OWNERS=telegram:1\n`);
    const config = load({ HOTLINE_OWNERS: "telegram:2" }, put("conf/hotline.yaml", "language: en"));
    expect(config.channels.telegram[0]?.token).toBe(token);
    expect(config.access.owners).toEqual(["telegram:2"]);
    expect(config.secretFiles).toEqual([join(root, "conf/hotline.yaml"), join(root, "conf/.env")]);
  });

  it("names the line of broken YAML without quoting it", () => {
    const message = faults(() => load({}, put("bad.yaml", "language: en\ncodex: {\ntoken: hunter2\n")));
    expect(message).toMatch(/bad\.yaml:\d+: expected valid YAML/);
    expect(message).not.toContain("hunter2");
  });
});

describe("values from elsewhere", () => {
  it("fills in variables", () => {
    const config = load({ T: token }, put("h.yaml", `channels: { telegram: [{ token: "\${T}" }] }`));
    expect(config.channels.telegram[0]).toEqual({
      id: "main",
      token,
      apiRoot: "https://api.telegram.org",
      richMessages: false,
    });
    expect(config.secrets).toEqual([token]);
  });

  it("counts a key without a value as left out", () => {
    const config = load({}, put("h.yaml", "codex:\n  # home: /x\nlanguage:\nprojects:\n"));
    expect([config.codex.effort, config.language, Object.keys(config.projects)]).toEqual(["medium", "en", ["default"]]);
  });

  it("names a missing variable and its key, once", () => {
    const message = faults(() => load({}, put("h.yaml", `channels: { telegram: [{ token: "\${T}" }] }`)));
    expect(message).toBe(`${root}/h.yaml: channels.telegram.0.token: expected the environment variable T to be set`);
  });

  it("reads file: values without their last line break, and denies the file", () => {
    const secret = put("token", `${token}\n`);
    const config = load({}, put("h.yaml", `channels: { telegram: [{ token: "file:${secret}" }] }`));
    expect(config.channels.telegram[0]?.token).toBe(token);
    expect(config.secretFiles).toContain(secret);
  });

  it("names an unreadable file: and its key", () => {
    expect(faults(() => load({}, put("h.yaml", "redis: { url: file:/nowhere/at/all }")))).toContain(
      "redis.url: expected a readable file at /nowhere/at/all (ENOENT)",
    );
  });

  it("takes short cuts for what the file leaves out, and reports them under their own name", () => {
    const config = load({
      REDIS_URL: "redis://u:pa%20ss@h:1/0",
      CODEX_HOME: "/c",
      HOTLINE_DATA_DIR: "/d",
      https_proxy: "http://p:1",
      NO_PROXY: "a,b",
    });
    expect(config).toMatchObject({
      redis: { url: "redis://u:pa%20ss@h:1/0" },
      codex: { home: "/c" },
      dataDir: "/d",
      proxy: "http://p:1",
      noProxy: "a,b",
    });
    expect(config.secrets).toEqual(["pa%20ss", "pa ss"]);
    expect(load({ CODEX_HOME: "/c" }, put("h.yaml", "codex: { home: /mine }")).codex.home).toBe("/mine");
    expect(faults(() => load({ TELEGRAM_BOT_TOKEN: "nonsense" }))).toBe(
      `environment: TELEGRAM_BOT_TOKEN: expected a bot token such as "123456:ABC…"`,
    );
  });
});

describe("projects", () => {
  it("takes the folder of start when it is a foreign git checkout", () => {
    mkdirSync(join(root, ".git"));
    expect(load().projects).toEqual({ default: { path: root, pool: "default", writable: [] } });
    expect(load().ownWorkspace).toBeUndefined();
  });

  it("makes a folder outside dataDir otherwise, also in the service's own checkout", () => {
    const config = load();
    expect(config.projects.default?.path).toBe(`${config.dataDir}-workspace`);
    expect(config.ownWorkspace).toBe(`${config.dataDir}-workspace`);
    mkdirSync(join(root, ".git"));
    put("package.json", '{ "name": "codex-hotline" }');
    expect(load().ownWorkspace).toBeDefined();
  });

  it("resolves paths against the file's folder and keeps their order", () => {
    const config = load(
      {},
      put("conf/h.yaml", "projects: { b: { path: ../b, writable: [../shared] }, a: { path: ~/a } }"),
    );
    expect(Object.entries(config.projects).map(([name, project]) => [name, project.path])).toEqual([
      ["b", join(root, "b")],
      ["a", join(root, "home/a")],
    ]);
    expect(config.projects.b?.writable).toEqual([join(root, "shared")]);
  });

  it("refuses a project inside dataDir, which the model cannot read", () => {
    expect(faults(() => load({}, put("h.yaml", "dataDir: d\nprojects: { a: { path: d/a } }")))).toContain(
      "projects.a.path: expected a folder outside dataDir",
    );
  });
});

describe("what others get to see", () => {
  it("L10: children inherit an allowlist without tokens, and the configured proxy", () => {
    const env = {
      PATH: "/bin",
      LC_ALL: "C",
      TELEGRAM_BOT_TOKEN: token,
      MY_KEY: "k",
      HTTPS_PROXY: "http://old:1",
      all_proxy: "x",
      no_proxy: "h",
    };
    const config = load(env, put("h.yaml", "proxy: http://new:1\ncodex: { env: { OPENAI_KEY: abcdef } }"));
    expect(config.environment).toEqual({
      HOME: join(root, "home"),
      PATH: "/bin",
      LC_ALL: "C",
      no_proxy: "h",
      HTTP_PROXY: "http://new:1",
      HTTPS_PROXY: "http://new:1",
      http_proxy: "http://new:1",
      https_proxy: "http://new:1",
    });
    expect(config.secrets).toEqual([token, "abcdef"]);
  });

  it("keeps socket paths short", () => {
    expect(load({ HOTLINE_DATA_DIR: "/d" }).runtimeDir).toBe("/d");
    const long = load({ HOTLINE_DATA_DIR: `/${"d".repeat(90)}`, XDG_RUNTIME_DIR: "/run/user/1" }).runtimeDir;
    expect(long).toMatch(/^\/run\/user\/1\/hotline-[0-9a-f]{12}$/);
  });

  it("refuses two accounts of one name", () => {
    expect(
      faults(() => load({}, put("h.yaml", `channels: { telegram: [{ token: "1:a" }, { token: "2:b" }] }`))),
    ).toContain("channels.telegram.1.id: expected a name no other account has");
  });
});
