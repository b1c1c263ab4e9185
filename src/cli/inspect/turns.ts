import { open, rename, rm } from "node:fs/promises";
import { loadConfig } from "../../../config/load.ts";
import { cliWords } from "../../model/catalog/cli.ts";
import { inspectWords } from "../../model/catalog/inspect.ts";
import type { TurnLogEntry } from "../../model/turn-log.ts";
import { controlSocket } from "../control-server.ts";
import { type InspectCommand, sinceMs } from "./arguments.ts";
import { ask } from "./ask.ts";
import { turnTable } from "./show.ts";

/** Rows of the table: the newest. */
const mostRows = 50;

/** What `hotline turns` is told. */
export type TurnsOptions = Extract<InspectCommand, { command: "turns" }> & { readonly print: (line: string) => void };

/**
 * Prints records of turns as a table, or all of them as JSON (an array, or one record per line), or writes them to a file
 * that appears once it is whole. 0, or 1 when nothing runs. Throws when the service ends meanwhile.
 */
export async function turns(options: TurnsOptions): Promise<number> {
  const { configFile, chat, since, format, out, print } = options;
  const config = loadConfig(configFile === undefined ? {} : { file: configFile });
  const words = inspectWords[config.language];
  const from = String(sinceMs(since, Date.now(), config.timezone));
  const query = new URLSearchParams({ since: from, ...(chat === undefined ? {} : { chat }) });
  const records = await ask(controlSocket(config.runtimeDir), `/turns?${query}`);
  if (records === undefined) {
    print(cliWords[config.language].notRunning(config.dataDir));
    return 1;
  }
  if (format === "table") {
    const { rows, older } = await newest(records);
    for (const line of rows.length === 0 ? [words.noTurns] : turnTable(rows, words, config.timezone)) print(line);
    if (older > 0) print(words.olderTurns(older));
  } else if (out === undefined) for await (const line of exported(records, format)) print(line);
  else print(words.written(await writeFile(out, records, format), out));
  return 0;
}

/** The records that ended last, and how many others there are: no more than the table is kept in memory. */
async function newest(records: AsyncIterable<string>): Promise<{ rows: readonly TurnLogEntry[]; older: number }> {
  let rows: TurnLogEntry[] = [];
  let older = 0;
  const cut = (): void => {
    rows.sort((a, b) => a.times.ended - b.times.ended);
    const over = Math.max(0, rows.length - mostRows);
    rows = rows.slice(over);
    older += over;
  };
  for await (const json of records) {
    // Written by this program itself.
    rows.push(JSON.parse(json) as TurnLogEntry);
    if (rows.length >= 2 * mostRows) cut();
  }
  cut();
  return { rows, older };
}

/** The lines of an export. */
async function* exported(records: AsyncIterable<string>, format: "json" | "jsonl"): AsyncGenerator<string> {
  if (format === "jsonl") {
    yield* records;
    return;
  }
  yield "[";
  let before: string | undefined;
  for await (const record of records) {
    if (before !== undefined) yield `${before},`;
    before = record;
  }
  if (before !== undefined) yield before;
  yield "]";
}

async function writeFile(path: string, records: AsyncIterable<string>, format: "json" | "jsonl"): Promise<number> {
  const part = `${path}.part`;
  const file = await open(part, "w", 0o600);
  let count = 0;
  const counted = async function* (): AsyncGenerator<string> {
    for await (const record of records) {
      count += 1;
      yield record;
    }
  };
  try {
    for await (const line of exported(counted(), format)) await file.write(`${line}\n`);
    await file.close();
    await rename(part, path);
    return count;
  } catch (error) {
    await file.close();
    await rm(part, { force: true });
    throw error;
  }
}
