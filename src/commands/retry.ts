import type { Command, CommandHost } from "../dispatcher/port.ts";
import { commandWords } from "../model/catalog/commands.ts";

async function retry(host: CommandHost): Promise<void> {
  if (await host.retry()) return;
  await host.reply({ pieces: [{ as: "text", text: commandWords[host.language].nothingToRetry }] });
}

/** `/retry`: does the last request again. */
export const retryCommand: Command = { name: "retry", duringTurn: "ask", run: retry };
