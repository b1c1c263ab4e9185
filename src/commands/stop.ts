import type { Command } from "../dispatcher/port.ts";

/** `/stop`: ends the running turn and what it had started. */
export const stopCommand: Command = { name: "stop", duringTurn: "now", run: (host) => host.stop() };
