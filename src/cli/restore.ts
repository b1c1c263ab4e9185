import { basename, resolve } from "node:path";
import { loadConfig } from "../../config/load.ts";
import { backupWords } from "../model/catalog/backup.ts";
import { BridgeError } from "../model/errors.ts";
import { readBackup } from "../redis/backup-file.ts";
import { beginRestore, type Holdings, holdings } from "../redis/backup-restore.ts";
import type { RedisLink } from "../redis/connection.ts";
import { latestFormat, migrations } from "../redis/migrations.ts";
import { livingNodes } from "../redis/nodes.ts";
import { checkReadPlace } from "./backup-place.ts";
import { withStopped } from "./command-redis.ts";
import { makeFolders } from "./folders.ts";

/** What `hotline restore` is told. */
export interface RestoreOptions {
  readonly configFile?: string;
  readonly file: string;
  /** Replaces what is there. */
  readonly force: boolean;
  readonly print: (line: string) => void;
}

/**
 * Brings a backup into an installation that does not run: 0. The file is read to its end first; one that cannot be used
 * changes nothing. BridgeError `backupUnfit`, `dataDirBusy`, or the file system's own error.
 */
export async function restore(options: RestoreOptions): Promise<number> {
  const config = loadConfig(options.configFile === undefined ? {} : { file: options.configFile });
  const words = backupWords[config.language];
  const file = resolve(options.file);
  await checkReadPlace(file, words);
  const head = await readBackup(file);
  const ours = latestFormat(migrations);
  if (head.data > ours) throw new BridgeError("backupUnfit", words.newer(file, head.version));
  await makeFolders(config);
  const found = await withStopped(config, async (link) => {
    await checkUnused(link, words.inUse);
    const before = await holdings(link);
    if (before.keys > 0 && !options.force)
      throw new BridgeError(
        "backupUnfit",
        words.notEmpty(config.redis?.url === undefined ? config.dataDir : "Redis", before.chats, before.owners),
      );
    if (before.keys > 0) options.print(words.replaces(before.chats, before.owners));
    return bringBack(link, file, head);
  });
  options.print(words.restored(basename(file), new Date(head.madeAt).toISOString(), found.chats, found.owners));
  options.print(words.goesOn);
  return 0;
}

async function bringBack(
  link: RedisLink,
  file: string,
  head: Awaited<ReturnType<typeof readBackup>>,
): Promise<Holdings> {
  const restoring = await beginRestore(link, { data: head.data, version: head.version, source: basename(file) });
  await readBackup(file, (entry) => restoring.write(entry));
  return restoring.end();
}

/** Nodes on other machines have folders of their own. */
async function checkUnused(link: RedisLink, sentence: (node: string) => string): Promise<void> {
  const [living] = await livingNodes(link);
  if (living !== undefined) throw new BridgeError("dataDirBusy", sentence(living.node));
}
