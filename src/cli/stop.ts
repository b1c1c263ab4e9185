import { loadConfig } from "../../config/load.ts";
import { systemClock } from "../lib/clock.ts";
import { type CliWords, cliWords } from "../model/catalog/cli.ts";
import type { ServiceStatus, StopMode } from "./app-port.ts";
import { askStatus, askStop, listens } from "./control-client.ts";
import { controlSocket } from "./control-server.ts";
import { drainLine } from "./drain-line.ts";
import { isHeld } from "./lock.ts";
import { ownWork } from "./own-work.ts";

/** What `hotline stop` is told. */
export interface StopOptions {
  readonly configFile?: string;
  readonly mode: StopMode;
  readonly print: (line: string) => void;
}

const pollMs = 100;
/** Polls from one look at what a drain waits for to the next. */
const looks = 10;
/** A stop that waits for no turn is through long before. */
const patienceMs = 60_000;

/**
 * Stops the service of this data folder, says what becomes of its running turns (of a drain, whenever it changes), and waits
 * until it is gone: 0. Nothing running is fine, too. 1 when it is not gone after a minute (never with `drain`, which waits
 * for as long as it takes, and goes on without us when we are ended).
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
  const { turns } = ownWork(before);
  options.print(words.stopping[options.mode](turns.length));
  for (const turn of turns) options.print(`  ${turn.chat}  ${turn.project}  ${turn.doing ?? ""}`.trimEnd());
  const watch = options.mode === "drain" ? createWatch(socket, before, words, options.print) : undefined;
  const until = options.mode === "drain" ? Number.POSITIVE_INFINITY : Date.now() + patienceMs;
  while ((await listens(socket)) || (await isHeld(config.dataDir))) {
    if (Date.now() > until) {
      options.print(words.stillStopping(before.pid));
      return 1;
    }
    await watch?.();
    await systemClock.sleep(pollMs);
  }
  options.print(words.stopped);
  return 0;
}

/** Called at every poll; prints what is waited for whenever that is something else. */
function createWatch(
  socket: string,
  before: ServiceStatus,
  words: CliWords,
  print: StopOptions["print"],
): () => Promise<void> {
  if (ownWork(before).turns.length > 0) print(words.drainEnds);
  let polls = 0;
  let last = "";
  let asked = false;
  const show = (status: ServiceStatus): void => {
    const own = ownWork(status);
    const line = drainLine(own, Date.now(), words);
    if (line !== last && line !== "") print(line);
    last = line;
    if (!asked && own.requests.length > 0) print(words.drainAsks);
    asked ||= own.requests.length > 0;
  };
  show(before);
  return async () => {
    polls++;
    if (polls % looks !== 0) return;
    // One that is just going may have no answer any more: it is gone soon, or there is one next time.
    const status = await askStatus(socket).catch(() => undefined);
    if (status !== undefined) show(status);
  };
}
