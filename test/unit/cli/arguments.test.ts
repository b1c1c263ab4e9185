import { describe, expect, it } from "vitest";
import { readArguments } from "../../../src/cli/arguments.ts";
import { cliWords } from "../../../src/model/catalog/cli.ts";

const read = (line: string) =>
  readArguments(
    line.split(" ").filter((word) => word !== ""),
    cliWords.en,
  );

describe("command line", () => {
  it.each([
    ["start", { command: "start" }],
    ["start --config x.yaml --role all", { command: "start", configFile: "x.yaml" }],
    ["status --json", { command: "status", json: true }],
    ["--config=x status", { command: "status", json: false, configFile: "x" }],
    ["doctor", { command: "doctor", json: false, fix: false }],
    ["doctor --fix --json --config x", { command: "doctor", json: true, fix: true, configFile: "x" }],
    ["stop", { command: "stop", mode: "keep" }],
    ["stop --drain", { command: "stop", mode: "drain" }],
    ["stop --now --config x", { command: "stop", mode: "now", configFile: "x" }],
    ["-h", { command: "help" }],
    ["start --help", { command: "help" }],
    ["--version", { command: "version" }],
  ])("understands %j", (line, command) => {
    expect(read(line)).toEqual(command);
  });

  it.each([
    ["", "say what to do"],
    ["strat", 'there is no command "strat"'],
    ["constructor", 'there is no command "constructor"'],
    ["start now", '"now" is one argument too many'],
    ["start --json", '--json does not belong to "start"'],
    ["status --fix", '--fix does not belong to "status"'],
    ["stop --drain --now", "choose one of --drain and --now"],
    ["start --role boss", 'there is no role "boss": all, gateway or worker'],
    ["start --role gateway", "--role gateway is not available in this version"],
    ["start --pool x", "--pool is not available in this version"],
    ["start --demo", "--demo is not available in this version"],
    ["status --jsn", "Unknown option '--jsn'"],
    ["start --config", "Option '--config <value>' argument missing"],
  ])("refuses %j in one sentence", (line, sentence) => {
    expect(read(line)).toEqual({ command: "wrong", sentence });
  });
});
