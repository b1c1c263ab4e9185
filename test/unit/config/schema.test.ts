import { describe, expect, it } from "vitest";
import { explain, keysAt } from "../../../config/explain.ts";
import { faultLine, nearestKey } from "../../../config/faults.ts";
import { configSchema } from "../../../config/schema.ts";

function lines(value: unknown): readonly string[] {
  const result = configSchema.safeParse(value);
  return result.success ? [] : explain(result.error.issues, value, configSchema, "hotline.yaml").map(faultLine);
}

describe("configuration schema", () => {
  it("has the documented defaults", () => {
    expect(configSchema.parse({})).toEqual({
      dataDir: "~/.local/share/codex-hotline",
      codex: {
        home: "~/.codex",
        effort: "medium",
        approvalPolicy: "on-request",
        sandbox: "workspace-write",
        network: false,
        config: {},
        env: {},
        idleMinutes: 10,
        stallMinutes: 10,
        maxTurnMinutes: 0,
      },
      channels: { telegram: [], feishu: [], web: { listen: "127.0.0.1:8420" } },
      access: { owners: [], users: {}, direct: "pairing", groups: { default: "off" } },
      whileBusy: "steer",
      recovery: "ask",
      approvals: { remindMinutes: [10, 60] },
      projects: {},
      pools: { default: {} },
      retention: { inboxDays: 30, logDays: 14 },
      language: "en",
      log: { level: "info", pretty: "auto", file: false },
    });
  });

  it.each([
    [{ codex: { sandbx: "read-only" } }, "hotline.yaml: codex.sandbx: expected a known key", 'did you mean "sandbox"?'],
    [{ whilebusy: "steer" }, "hotline.yaml: whilebusy: expected a known key", 'did you mean "whileBusy"?'],
    [
      { channels: { telegram: [{ tokne: "1:a", token: "1:a" }] } },
      "channels.telegram.0.tokne",
      'did you mean "token"?',
    ],
    [
      { projects: { app: { path: "x", instruction: "y" } } },
      "projects.app.instruction",
      'did you mean "instructions"?',
    ],
    [{ channels: { web: { listn: "a:1" } } }, "channels.web.listn", 'did you mean "listen"?'],
    [{ quietHours: "22:00-07:00" }, "quietHours", "a known key (dataDir, redis"],
    [
      { codex: { sandbox: "workspace" } },
      "codex.sandbox: expected one of read-only | workspace-write | danger-full-access",
      'got "workspace"',
    ],
    [
      { access: { groups: { "telegram:-1": { mod: "all" } } } },
      "access.groups.telegram:-1.mod: expected a known key",
      'did you mean "mode"?',
    ],
    [{ access: { groups: { "telegram:-1": { mode: "silent" } } } }, "one of off | mention | all", 'got "silent"'],
    [{ access: { groups: { "-1": "off" } } }, "access.groups.-1", "a group such as"],
    [{ access: { groups: { default: { mode: "all" } } } }, "access.groups", "default: off"],
    [{ channels: { feishu: [{ appId: "cli_1", appSecret: "x" }] } }, "channels.feishu.0.appId", "an app id such as"],
    [
      { channels: { feishu: [{ appId: "cli_0123456789abcdef", appSecret: "x", domain: "larksuite" }] } },
      "channels.feishu.0.domain",
      "feishu, lark, or",
    ],
    [{ codex: { idleMinutes: -1 } }, "codex.idleMinutes: expected at least 0", "got -1"],
    [{ codex: { maxProcesses: 1.5 } }, "codex.maxProcesses: expected a whole number", "got 1.5"],
    [{ codex: "fast" }, "codex: expected a block of keys", 'got "fast"'],
    [{ access: { owners: ["1001"] } }, 'access.owners.0: expected a person such as "telegram:1001"', 'got "1001"'],
    [{ access: { users: { bob: ["talk"] } } }, 'access.users.bob: expected a person such as "telegram:1001"', ""],
    [{ channels: { web: { listen: "8420" } } }, "channels.web.listen: expected host:port", 'got "8420"'],
    [{ timezone: "Berlin" }, "timezone: expected a time zone", 'got "Berlin"'],
    [{ projects: { app: {} } }, "projects.app.path: expected a string", "got nothing"],
  ])("names file, key path and expectation of %j", (value, start, end) => {
    const [line, ...more] = lines(value);
    expect(more).toEqual([]);
    expect(line).toContain(start);
    expect(line).toContain(end);
  });

  it("L10: never shows the value of a secret key", () => {
    const value = {
      channels: { telegram: [{ token: "hunter2hunter2" }] },
      redis: { url: "http://u:hunter2@h" },
      proxy: "socks://u:hunter2@h",
    };
    expect(lines(value)).toHaveLength(3);
    expect(lines(value).join("\n")).not.toContain("hunter2");
  });

  it("reports every fault at once", () => {
    expect(lines({ langage: "en", codex: { effort: "max", netwrok: true } })).toHaveLength(3);
  });

  it("proposes no key that resembles nothing", () => {
    expect(nearestKey("voice", keysAt(configSchema, []))).toBeUndefined();
    expect(nearestKey("adta", ["data"])).toBe("data");
  });
});
