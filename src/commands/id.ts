import type { Command, CommandHost } from "../dispatcher/port.ts";
import { commandWords } from "../model/catalog/commands.ts";

async function id(host: CommandHost): Promise<void> {
  await host.reply({ pieces: [{ as: "code", text: commandWords[host.language].id(host.chat, host.person.id) }] });
}

/** `/id`: the ids that configuration and logs use. */
export const idCommand: Command = { name: "id", duringTurn: "now", run: id };
