import { loadConfig } from "../../config/load.ts";
import { systemClock } from "../lib/clock.ts";
import { cliWords } from "../model/catalog/cli.ts";
import type { StopMode } from "./app-port.ts";
import { askStop, listens } from "./control-client.ts";
import { controlSocket } from "./control-server.ts";
import { isHeld } from "./lock.ts";

/** What `hotline stop` is told. */
export interface StopOptions {
  readonly configFile?: string;
  readonly mode: StopMode;
  readonly print: (line: string) => void;
}

const pollMs = 100;
/** A stop that waits for no turn is through long before. */
const patienceMs = 60_000;

/**
 * Stops the service of this data folder, says what becomes of its running turns, and waits until it is gone: 0. Nothing
 * running is fine, too. 1 when it is not gone after a minute (never with `drain`, which waits for as long as it takes).
 */
export async function stop(options: StopOptions): Promise<number> {
  const config = loadConfig(options.configFile === undefined ? {} : { file: options.configFile });
  const words = cliWords[config.language];
  const socket = controlSocket(config.runtimeDir);
  const before = await askStop(socket, options.mode);
  if (before === undefined) {
    options.print(words.notRunning(config.dataDir));
    return 0;
  }
  options.print(words.stopping[options.mode](before.turns.length));
  for (const turn of before.turns) options.print(`  ${turn.chat}  ${turn.project}  ${turn.doing ?? ""}`.trimEnd());
  const until = options.mode === "drain" ? Number.POSITIVE_INFINITY : Date.now() + patienceMs;
  while ((await listens(socket)) || (await isHeld(config.dataDir))) {
    if (Date.now() > until) {
      options.print(words.stillStopping(before.pid));
      return 1;
    }
    await systemClock.sleep(pollMs);
  }
  options.print(words.stopped);
  return 0;
}
