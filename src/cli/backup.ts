import { existsSync } from "node:fs";
import { hostname } from "node:os";
import { resolve } from "node:path";
import { loadConfig } from "../../config/load.ts";
import { backupWords } from "../model/catalog/backup.ts";
import { BridgeError } from "../model/errors.ts";
import { fileFormat, writeBackup } from "../redis/backup-file.ts";
import { readInstallation } from "../redis/backup-read.ts";
import { holdings } from "../redis/backup-restore.ts";
import type { RedisLink } from "../redis/connection.ts";
import { storedFormat } from "../redis/data-format.ts";
import { type AboutWorker, createWorkerRegistry } from "../redis/worker-registry.ts";
import { checkWritePlace } from "./backup-place.ts";
import { withAnyState } from "./command-redis.ts";
import { ownVersion } from "./version.ts";

/** What `hotline backup` is told. */
export interface BackupOptions {
  readonly configFile?: string;
  /** Where it is written; an older one of that name is replaced. */
  readonly file: string;
  readonly print: (line: string) => void;
}

/** Writes chats, bindings and settings to one file, while the service runs or not: 0. BridgeError, or the file system's own error. */
export async function backup(options: BackupOptions): Promise<number> {
  const config = loadConfig(options.configFile === undefined ? {} : { file: options.configFile });
  const words = backupWords[config.language];
  const file = resolve(options.file);
  await checkWritePlace(file, words);
  if (!existsSync(config.dataDir)) throw new BridgeError("backupUnfit", words.noData(config.dataDir));
  const { size, held, hosts } = await withAnyState(config, async (link) => {
    const head = {
      hotlineBackup: fileFormat,
      data: await storedFormat(link),
      version: ownVersion(),
      madeAt: Date.now(),
    };
    return {
      size: await writeBackup(file, head, readInstallation(link)),
      held: await holdings(link),
      hosts: config.redis === undefined ? [] : await codexHosts(link),
    };
  });
  options.print(words.made(file, Math.ceil(size / 1000), held.chats, held.owners));
  const elsewhere = hosts.some((host) => host !== hostname());
  options.print(elsewhere ? words.notInItOf(hosts.join(", ")) : words.notInIt(config.codex.home));
  return 0;
}

/** Machines that run Codex on this Redis: the conversations lie there. */
async function codexHosts(link: RedisLink): Promise<readonly string[]> {
  const known = await createWorkerRegistry<AboutWorker & { readonly host: string }>(link).known();
  return [...new Set(known.map(({ about }) => about.host))];
}
