import type { Command } from "../dispatcher/port.ts";

/** `/new [text]`: leaves the thread behind; the text starts the next one at once. */
export const newCommand: Command = { name: "new", duringTurn: "ask", run: (host, args) => host.newThread(args) };
