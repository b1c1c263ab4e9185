import { loadConfig } from "../../../config/load.ts";
import { cliWords } from "../../model/catalog/cli.ts";
import { inspectWords } from "../../model/catalog/inspect.ts";
import { controlSocket } from "../control-server.ts";
import type { InspectCommand } from "./arguments.ts";
import { ask } from "./ask.ts";
import type { AuditEntry } from "./port.ts";
import { auditTable } from "./show.ts";

/** What `hotline audit` is told. */
export type AuditOptions = Extract<InspectCommand, { command: "audit" }> & { readonly print: (line: string) => void };

/** Prints who decided what, the newest first: a table, or one JSON text per line. 0, or 1 when nothing runs. */
export async function audit({ configFile, limit, json, print }: AuditOptions): Promise<number> {
  const config = loadConfig(configFile === undefined ? {} : { file: configFile });
  const words = inspectWords[config.language];
  const lines = await ask(controlSocket(config.runtimeDir), `/audit?limit=${limit}`);
  if (lines === undefined) {
    print(cliWords[config.language].notRunning(config.dataDir));
    return 1;
  }
  const entries: AuditEntry[] = [];
  for await (const line of lines) {
    if (json) print(line);
    else entries.push(JSON.parse(line) as AuditEntry); // written by this program itself
  }
  if (json) return 0;
  for (const line of entries.length === 0 ? [words.noAudit] : auditTable(entries, words, config.timezone)) print(line);
  return 0;
}
