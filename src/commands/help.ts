import type { Command, CommandHost } from "../dispatcher/port.ts";
import { commandWords } from "../model/catalog/commands.ts";

async function help(host: CommandHost): Promise<void> {
  const words = commandWords[host.language];
  const lines = Object.entries(words.menu).map(([name, does]) => `/${name}  ${does}`);
  await host.reply({ pieces: [{ as: "text", text: `${words.helpIntro}\n\n${lines.join("\n")}` }] });
}

/** `/help`: what the bot does, and every command with one line. */
export const helpCommand: Command = { name: "help", duringTurn: "now", run: help };
