import { parseArgs } from "node:util";
import type { CliWords } from "../model/catalog/cli.ts";
import { type InspectWords, inspectWords } from "../model/catalog/inspect.ts";
import type { Role, StopMode } from "./app-port.ts";
import { type InitFlags, type InitValues, initFlags, initOptions } from "./init/flags.ts";
import {
  type InspectCommand,
  type InspectValues,
  inspectCommand,
  inspectCommands,
  inspectOptions,
} from "./inspect/arguments.ts";

/** What was asked for on the command line. `wrong` has one sentence. */
export type Command =
  | {
      readonly command: "start";
      readonly configFile?: string;
      readonly demo: boolean;
      readonly role: Role;
      readonly pools: readonly string[];
    }
  | ({ readonly command: "init" } & InitFlags)
  | { readonly command: "status"; readonly configFile?: string; readonly json: boolean }
  | { readonly command: "stop"; readonly configFile?: string; readonly mode: StopMode }
  | {
      readonly command: "doctor";
      readonly configFile?: string;
      readonly json: boolean;
      readonly fix: boolean;
      readonly role?: Role;
    }
  | InspectCommand
  | { readonly command: "backup"; readonly configFile?: string; readonly file: string }
  | { readonly command: "restore"; readonly configFile?: string; readonly file: string; readonly force: boolean }
  /** `of`: the command whose usage is asked for; absent: all of it. */
  | { readonly command: "help"; readonly of?: string }
  | { readonly command: "version" }
  | { readonly command: "wrong"; readonly sentence: string };

interface Values extends InitValues, InspectValues {
  readonly role?: string | undefined;
  readonly pool?: string[] | undefined;
  readonly demo?: boolean | undefined;
  readonly fix?: boolean | undefined;
  readonly drain?: boolean | undefined;
  readonly now?: boolean | undefined;
}

const optionsOf: Readonly<Record<string, readonly (keyof Values)[]>> = {
  init: ["config", ...initOptions],
  start: ["config", "role", "pool", "demo"],
  status: ["config", "json"],
  doctor: ["config", "json", "fix", "role"],
  stop: ["config", "drain", "now"],
  ...inspectCommands,
  backup: ["config"],
  restore: ["config", "force"],
};
/** Commands that may name a chat. */
const ofChats: ReadonlySet<string | undefined> = new Set(["turns", "trace"]);
/** Commands that name a file. */
const ofFiles: ReadonlySet<string | undefined> = new Set(["backup", "restore"]);

/** Reads the arguments after `hotline`. Pure. */
export function readArguments(
  args: readonly string[],
  words: CliWords,
  ofInspect: InspectWords = inspectWords.en,
): Command {
  const parsed = parse(args);
  if ("sentence" in parsed) return { command: "wrong", sentence: parsed.sentence };
  const { values, positionals } = parsed;
  if (values.help === true || positionals[0] === "help")
    return helpOf(
      positionals.find((one) => one !== "help"),
      words,
    );
  if (values.version === true) return { command: "version" };
  const [name, ...named] = positionals;
  const [object, extra] = ofChats.has(name) || ofFiles.has(name) ? named : [undefined, ...named];
  const allowed = name === undefined ? undefined : optionsOf[name];
  if (name === undefined) return wrong(words.noCommand);
  if (allowed === undefined || !Object.hasOwn(optionsOf, name)) return wrong(words.unknownCommand(name));
  if (extra !== undefined) return wrong(words.extraArgument(extra));
  const { help: _help, version: _version, ...given } = values;
  for (const option of Object.keys(given)) {
    if (!allowed.some((one) => one === option)) return wrong(words.foreignOption(option, name));
  }
  if (isInspect(name)) {
    const command = inspectCommand(name, given, object, ofInspect);
    return typeof command === "string" ? wrong(command) : command;
  }
  if (ofFiles.has(name)) return fileCommand(name, object, given, words);
  return commandOf(name, given, words);
}

function helpOf(name: string | undefined, words: CliWords): Command {
  if (name === undefined) return { command: "help" };
  return Object.hasOwn(optionsOf, name) ? { command: "help", of: name } : wrong(words.unknownCommand(name));
}

function isInspect(name: string): name is InspectCommand["command"] {
  return Object.hasOwn(inspectCommands, name);
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
  if (name === "doctor") return doctorCommand(values, where, words);
  if (name === "stop") {
    if (values.drain === true && values.now === true) return wrong(words.drainOrNow);
    return { command: "stop", ...where, mode: values.now === true ? "now" : values.drain === true ? "drain" : "keep" };
  }
  return startCommand(values, where, words);
}

function doctorCommand(values: Values, where: { readonly configFile?: string }, words: CliWords): Command {
  const { role, json = false, fix = false } = values;
  if (role !== undefined && !isRole(role)) return wrong(words.unknownRole(role));
  return { command: "doctor", ...where, json, fix, ...(role === undefined ? {} : { role }) };
}

function isRole(name: string): name is Role {
  return name === "all" || name === "gateway" || name === "worker";
}

function startCommand(values: Values, where: { readonly configFile?: string }, words: CliWords): Command {
  const { role = "all", pool: pools = [] } = values;
  const demo = values.demo === true;
  if (!isRole(role)) return wrong(words.unknownRole(role));
  if (role === "gateway" && pools.length > 0) return wrong(words.gatewayPool);
  if (role !== "all" && demo) return wrong(words.demoAlone);
  return { command: "start", ...where, demo, role, pools };
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
        pool: { type: "string", multiple: true },
        demo: { type: "boolean" },
        json: { type: "boolean" },
        fix: { type: "boolean" },
        drain: { type: "boolean" },
        now: { type: "boolean" },
        ...inspectOptions,
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
