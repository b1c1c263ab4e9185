import { ConfigError } from "../../config/faults.ts";
import { cliWords } from "../model/catalog/cli.ts";
import { isUnfit } from "../model/errors.ts";
import type { CreateApp, CreateExaminers } from "./app-port.ts";
import { type Command, readArguments } from "./arguments.ts";
import { doctor } from "./doctor/doctor.ts";
import type { CreatePlatforms } from "./init/port.ts";
import { start } from "./start.ts";
import { status } from "./status.ts";
import { stop } from "./stop.ts";
import { commandLine, usageOf } from "./usage.ts";
import { ownVersion } from "./version.ts";

/** Where the command line writes, and how it makes the service (loaded by `start` alone). */
export interface CliOptions {
  readonly createApp: CreateApp;
  /** Loaded by `init` alone. */
  readonly createPlatforms: CreatePlatforms;
  /** Loaded by `doctor` alone. */
  readonly createExaminers: CreateExaminers;
  readonly out: (line: string) => void;
  readonly err: (line: string) => void;
  /** Where questions can be asked; absent where nobody sits. */
  readonly terminal?: { readonly columns: number };
}

/** Exit codes: 0 ok, 1 failed, 2 wrong use, 78 wrong configuration (with one line per fault), a Redis that cannot be used, data of a newer version, or a copy of an installation that runs. */
export async function run(args: readonly string[], options: CliOptions): Promise<number> {
  const words = cliWords.en;
  const command = readArguments(args, words);
  if (command.command === "wrong") {
    options.err(`hotline: ${command.sentence}`);
    const meant = args.find((one) => !one.startsWith("-"));
    options.err(words.shortUsage(commandLine(meant, words.usage)));
    return 2;
  }
  try {
    return await perform(command, options);
  } catch (error) {
    options.err(error instanceof Error ? error.message : String(error));
    // Starting again mends neither: a supervisor is not to try.
    return error instanceof ConfigError || isUnfit(error) ? 78 : 1;
  }
}

function helpText(name: string | undefined, usage: string): string {
  const own = usageOf(name, usage);
  return own === undefined ? usage : ["Usage:", ...own.map((line) => `  ${line}`)].join("\n");
}

async function perform(command: Exclude<Command, { command: "wrong" }>, options: CliOptions): Promise<number> {
  switch (command.command) {
    case "start":
      return start({ ...command, createApp: options.createApp, print: options.out });
    case "init": {
      const { init } = await import("./init/init.ts");
      const { out, terminal, ...makers } = options;
      return init({ ...command, ...makers, print: out, ...(terminal === undefined ? {} : { terminal }) });
    }
    case "status":
      return status({ ...command, print: options.out });
    case "stop":
      return stop({ ...command, print: options.out });
    case "doctor":
      return doctor({ ...command, createExaminers: options.createExaminers, print: options.out });
    case "turns":
    case "audit":
    case "trace":
      return (await import("./inspect/run.ts")).inspect(command, options.out);
    case "backup": {
      const { backup } = await import("./backup.ts");
      return backup({ ...command, print: options.out });
    }
    case "restore": {
      const { restore } = await import("./restore.ts");
      return restore({ ...command, print: options.out });
    }
    case "help":
      options.out(helpText(command.of, cliWords.en.usage));
      return 0;
    case "version":
      options.out(ownVersion());
      return 0;
  }
}
