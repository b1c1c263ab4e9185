import { stat } from "node:fs/promises";
import { dirname } from "node:path";
import type { BackupWords } from "../model/catalog/backup.ts";
import { BridgeError } from "../model/errors.ts";

type Place = "file" | "folder" | "nothing";

/** Nothing there, also where a folder on the way is none; any other error of the file system as it is. */
async function placeAt(path: string): Promise<Place> {
  try {
    return (await stat(path)).isDirectory() ? "folder" : "file";
  } catch (error) {
    if (error instanceof Error && ["ENOENT", "ENOTDIR"].includes(String(Reflect.get(error, "code")))) return "nothing";
    throw error;
  }
}

/** Where a backup shall be written: BridgeError `backupUnfit` for a folder, or where there is none to write it to. */
export async function checkWritePlace(file: string, words: BackupWords): Promise<void> {
  if ((await placeAt(file)) === "folder") throw new BridgeError("backupUnfit", words.writeToFolder(file));
  const dir = dirname(file);
  const at = await placeAt(dir);
  if (at === "nothing") throw new BridgeError("backupUnfit", words.noFolder(dir));
  if (at === "file") throw new BridgeError("backupUnfit", words.notAFolder(dir));
}

/** What shall be restored: BridgeError `backupUnfit` where there is no file. */
export async function checkReadPlace(file: string, words: BackupWords): Promise<void> {
  const at = await placeAt(file);
  if (at === "nothing") throw new BridgeError("backupUnfit", words.noBackup(file));
  if (at === "folder") throw new BridgeError("backupUnfit", words.readFromFolder(file));
}
