import type { Command } from "../dispatcher/port.ts";
import { commandWords } from "../model/catalog/commands.ts";
import type { Language } from "../model/view.ts";
import { diffCommand } from "./diff.ts";
import { helpCommand } from "./help.ts";
import { idCommand } from "./id.ts";
import { newCommand } from "./new.ts";
import { projectCommand } from "./project.ts";
import { queueCommand } from "./queue.ts";
import { retryCommand } from "./retry.ts";
import { settingsCommand } from "./settings.ts";
import { statusCommand } from "./status.ts";
import { stopCommand } from "./stop.ts";

/** Commands that run in a chat's actor. `/start`, `/approve` and `/decline` are the gateway's. */
export const commands: ReadonlyMap<string, Command> = new Map(
  [
    newCommand,
    stopCommand,
    statusCommand,
    queueCommand,
    diffCommand,
    retryCommand,
    projectCommand,
    settingsCommand,
    idCommand,
    helpCommand,
  ].map((command) => [command.name, command]),
);

/** Every name ingress takes for a command of ours. */
export const commandNames: ReadonlySet<string> = new Set([...commands.keys(), "start", "approve", "decline"]);

/** The menu a platform shows, in order of use. */
export const commandMenu: Readonly<
  Record<Language, readonly { readonly name: string; readonly description: string }[]>
> = {
  en: menu("en"),
  "zh-CN": menu("zh-CN"),
};

function menu(language: Language): readonly { readonly name: string; readonly description: string }[] {
  return Object.entries(commandWords[language].menu).map(([name, description]) => ({ name, description }));
}
