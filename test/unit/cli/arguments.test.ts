import { describe, expect, it } from "vitest";
import { readArguments } from "../../../src/cli/arguments.ts";
import { initOptions } from "../../../src/cli/init/flags.ts";
import { cliWords } from "../../../src/model/catalog/cli.ts";

const read = (line: string) =>
  readArguments(
    line.split(" ").filter((word) => word !== ""),
    cliWords.en,
  );

describe("command line", () => {
  it.each([
    ["start", { command: "start", demo: false, role: "all", pools: [] }],
    ["start --demo", { command: "start", demo: true, role: "all", pools: [] }],
    [
      "start --config x.yaml --role all",
      { command: "start", configFile: "x.yaml", demo: false, role: "all", pools: [] },
    ],
    ["start --role worker --pool a --pool b", { command: "start", demo: false, role: "worker", pools: ["a", "b"] }],
    ["status --json", { command: "status", json: true }],
    ["--config=x status", { command: "status", json: false, configFile: "x" }],
    ["doctor", { command: "doctor", json: false, fix: false }],
    ["doctor --fix --json --config x", { command: "doctor", json: true, fix: true, configFile: "x" }],
    ["doctor --role worker", { command: "doctor", json: false, fix: false, role: "worker" }],
    ["backup out.gz", { command: "backup", file: "out.gz" }],
    ["backup --config x out.gz", { command: "backup", file: "out.gz", configFile: "x" }],
    ["restore out.gz", { command: "restore", file: "out.gz", force: false }],
    ["restore out.gz --force --config x", { command: "restore", file: "out.gz", force: true, configFile: "x" }],
    ["stop", { command: "stop", mode: "keep" }],
    ["stop --drain", { command: "stop", mode: "drain" }],
    ["stop --now --config x", { command: "stop", mode: "now", configFile: "x" }],
    ["init", { command: "init", feishuQr: false, projects: [], owners: [], force: false, yes: false, noCheck: false }],
    [
      "init --yes --lark --project a=/a --project /b --owner telegram:1 --language zh-CN --config x --telegram-token 1:a",
      {
        command: "init",
        configFile: "x",
        telegramToken: "1:a",
        feishuDomain: "lark",
        feishuQr: false,
        language: "zh-CN",
        projects: ["a=/a", "/b"],
        owners: ["telegram:1"],
        force: false,
        yes: true,
        noCheck: false,
      },
    ],
    ["-h", { command: "help" }],
    ["help", { command: "help" }],
    ["start --help", { command: "help", of: "start" }],
    ["stop --now -h", { command: "help", of: "stop" }],
    ["help backup", { command: "help", of: "backup" }],
    ["--version", { command: "version" }],
  ])("understands %j", (line, command) => {
    expect(read(line)).toEqual(command);
  });

  it.each([
    ["", "say what to do"],
    ["strat", 'there is no command "strat"'],
    ["help strat", 'there is no command "strat"'],
    ["strat --help", 'there is no command "strat"'],
    ["constructor", 'there is no command "constructor"'],
    ["start now", '"now" is one argument too many'],
    ["start --json", '--json does not belong to "start"'],
    ["status --fix", '--fix does not belong to "status"'],
    ["backup", "say which file: hotline backup FILE"],
    ["restore a b", '"b" is one argument too many'],
    ["backup x --force", '--force does not belong to "backup"'],
    ["stop --drain --now", "choose one of --drain and --now"],
    ["start --role boss", 'there is no role "boss": all, gateway or worker'],
    ["doctor --role boss", 'there is no role "boss": all, gateway or worker'],
    ["start --role gateway --pool x", "--pool belongs to workers: a gateway serves no pool"],
    ["start --role worker --demo", "--demo is for one machine: leave --role out"],
    ["start --yes", '--yes does not belong to "start"'],
    ["init --json", '--json does not belong to "init"'],
    ["init --lark --feishu-domain feishu", "choose one of --lark and --feishu-domain"],
    ["init --language de", 'there is no language "de": en or zh-CN'],
    ["status --jsn", "Unknown option '--jsn'"],
    ["start --config", "Option '--config <value>' argument missing"],
  ])("refuses %j in one sentence", (line, sentence) => {
    expect(read(line)).toEqual({ command: "wrong", sentence });
  });

  it.each(["en", "zh-CN"] as const)("the usage in %s names every option of init", (language) => {
    for (const option of initOptions) expect(cliWords[language].usage).toContain(`--${option}`);
  });
});
