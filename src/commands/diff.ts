import type { Command, CommandHost } from "../dispatcher/port.ts";
import { commandWords } from "../model/catalog/commands.ts";

async function diff(host: CommandHost): Promise<void> {
  const words = commandWords[host.language];
  const changes = await host.diff();
  if (changes === undefined) return host.reply({ pieces: [{ as: "text", text: words.noGit }] });
  if (changes === "") return host.reply({ pieces: [{ as: "text", text: words.noChanges }] });
  await host.reply({ pieces: [{ as: "code", text: changes, language: "diff" }] });
}

/** `/diff`: uncommitted changes of the project. */
export const diffCommand: Command = { name: "diff", duringTurn: "now", run: diff };
