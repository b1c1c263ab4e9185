import { parseArgs } from "node:util";
import type { CliWords } from "../model/catalog/cli.ts";
import type { StopMode } from "./app-port.ts";
import { type InitFlags, type InitValues, initFlags, initOptions } from "./init/flags.ts";

/** What was asked for on the command line. `wrong` has one sentence. */
export type Command =
  | { readonly command: "start"; readonly configFile?: string; readonly demo: boolean }
  | ({ readonly command: "init" } & InitFlags)
  | { readonly command: "status"; readonly configFile?: string; readonly json: boolean }
  | { readonly command: "stop"; readonly configFile?: string; readonly mode: StopMode }
  | { readonly command: "doctor"; readonly configFile?: string; readonly json: boolean; readonly fix: boolean }
  | { readonly command: "backup"; readonly configFile?: string; readonly file: string }
  | { readonly command: "restore"; readonly configFile?: string; readonly file: string; readonly force: boolean }
  | { readonly command: "help" | "version" }
  | { readonly command: "wrong"; readonly sentence: string };

interface Values extends InitValues {
  readonly role?: string | undefined;
  readonly pool?: string | undefined;
  readonly demo?: boolean | undefined;
  readonly json?: boolean | undefined;
  readonly fix?: boolean | undefined;
  readonly drain?: boolean | undefined;
  readonly now?: boolean | undefined;
}

const optionsOf: Readonly<Record<string, readonly (keyof Values)[]>> = {
  init: ["config", ...initOptions],
  start: ["config", "role", "pool", "demo"],
  status: ["config", "json"],
  doctor: ["config", "json", "fix"],
  stop: ["config", "drain", "now"],
  backup: ["config"],
  restore: ["config", "force"],
};
/** Commands that name a file. */
const withFile: readonly string[] = ["backup", "restore"];

/** Reads the arguments after `hotline`. Pure. */
export function readArguments(args: readonly string[], words: CliWords): Command {
  const parsed = parse(args);
  if ("sentence" in parsed) return { command: "wrong", sentence: parsed.sentence };
  const { values, positionals } = parsed;
  if (values.help === true) return { command: "help" };
  if (values.version === true) return { command: "version" };
  const [name, ...more] = positionals;
  const file = name !== undefined && withFile.includes(name) ? more.shift() : undefined;
  const [extra] = more;
  const allowed = name === undefined ? undefined : optionsOf[name];
  if (name === undefined) return wrong(words.noCommand);
  if (allowed === undefined || !Object.hasOwn(optionsOf, name)) return wrong(words.unknownCommand(name));
  if (extra !== undefined) return wrong(words.extraArgument(extra));
  const { help: _help, version: _version, ...given } = values;
  for (const option of Object.keys(given)) {
    if (!allowed.some((one) => one === option)) return wrong(words.foreignOption(option, name));
  }
  if (withFile.includes(name)) return fileCommand(name, file, given, words);
  return commandOf(name, given, words);
}

function fileCommand(name: string, file: string | undefined, values: Values, words: CliWords): Command {
  if (file === undefined) return wrong(words.noFile(name));
  const where = values.config === undefined ? { file } : { file, configFile: values.config };
  return name === "backup"
    ? { command: "backup", ...where }
    : { command: "restore", ...where, force: values.force === true };
}

function commandOf(name: string, values: Values, words: CliWords): Command {
  const where = values.config === undefined ? {} : { configFile: values.config };
  if (name === "init") return initCommand(values, words);
  if (name === "status") return { command: "status", ...where, json: values.json === true };
  if (name === "doctor") return { command: "doctor", ...where, json: values.json === true, fix: values.fix === true };
  if (name === "stop") {
    if (values.drain === true && values.now === true) return wrong(words.drainOrNow);
    return { command: "stop", ...where, mode: values.now === true ? "now" : values.drain === true ? "drain" : "keep" };
  }
  if (values.role !== undefined && !["all", "gateway", "worker"].includes(values.role))
    return wrong(words.unknownRole(values.role));
  if (values.role !== undefined && values.role !== "all") return wrong(words.notAvailable(`--role ${values.role}`));
  if (values.pool !== undefined) return wrong(words.notAvailable("--pool"));
  return { command: "start", ...where, demo: values.demo === true };
}

function initCommand(values: Values, words: CliWords): Command {
  if (values.lark === true && values["feishu-domain"] !== undefined) return wrong(words.larkOrDomain);
  if (values.language !== undefined && values.language !== "en" && values.language !== "zh-CN")
    return wrong(words.unknownLanguage(values.language));
  return { command: "init", ...initFlags(values) };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        config: { type: "string" },
        role: { type: "string" },
        pool: { type: "string" },
        demo: { type: "boolean" },
        json: { type: "boolean" },
        fix: { type: "boolean" },
        drain: { type: "boolean" },
        now: { type: "boolean" },
        "data-dir": { type: "string" },
        "telegram-token": { type: "string" },
        "telegram-api-root": { type: "string" },
        "feishu-app-id": { type: "string" },
        "feishu-app-secret": { type: "string" },
        "feishu-domain": { type: "string" },
        "feishu-qr": { type: "boolean" },
        lark: { type: "boolean" },
        project: { type: "string", multiple: true },
        owner: { type: "string", multiple: true },
        language: { type: "string" },
        force: { type: "boolean" },
        yes: { type: "boolean", short: "y" },
        "no-check": { type: "boolean" },
        help: { type: "boolean", short: "h" },
        version: { type: "boolean", short: "v" },
      },
    });
  } catch (error) {
    return { sentence: error instanceof Error ? (error.message.split(". ")[0] ?? error.message) : String(error) };
  }
}

function wrong(sentence: string): Command {
  return { command: "wrong", sentence };
}
