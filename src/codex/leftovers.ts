import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { recordedIn, removeFiles } from "./app-server.ts";
import { type Found, lives, serversIn } from "./process-table.ts";

/** As long as the longest file name a process has in the runtime folder. */
export const processFilesRoom = "00000000-000000.sock";

/** What processes of a runtime folder left, or are. */
export interface Leftovers {
  /** Living app-servers with a record: their turns go on without the service. */
  readonly living: readonly Found[];
  /** Living app-servers of this folder that nothing records: nobody will find them again. Only on Linux. */
  readonly unrecorded: readonly Found[];
  /** Sockets of processes that are gone. */
  readonly dead: readonly string[];
}

/** Looks at the app-server processes of a runtime folder and at what ended ones left in it. */
export async function leftoversIn(runtimeDir: string): Promise<Leftovers> {
  const records = await recordedIn(runtimeDir);
  const living = records.filter(lives);
  const names = await readdir(runtimeDir).catch(() => []);
  const known = new Set(records.map((record) => record.socket));
  const alone = names.filter((name) => /^[0-9a-f]{8}-[0-9a-f]{6}\.(sock|log|pid)$/.test(name));
  const sockets = new Set(alone.map((name) => join(runtimeDir, name.replace(/\.\w+$/, ".sock"))));
  const served = serversIn(runtimeDir);
  const taken = new Set(living.map((record) => record.socket));
  const unrecorded = served.filter((found) => !known.has(found.socket));
  for (const { socket } of unrecorded) taken.add(socket);
  return { living, unrecorded, dead: [...sockets].filter((socket) => !taken.has(socket)) };
}

/** Removes what dead processes left. Only while no service runs on the folder: one may just be starting a process. */
export async function removeDead(sockets: readonly string[]): Promise<void> {
  await Promise.all(sockets.map(removeFiles));
}
