import { link, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { BridgeError } from "../model/errors.ts";
import { processStart } from "./process-start.ts";

/** Who holds a data folder. */
interface Holder {
  readonly pid: number;
  readonly startedAt: string;
}

/** A data folder held by this process. */
export interface InstanceLock {
  release(): Promise<void>;
}

/**
 * Takes `dataDir/hotline.lock` for this process. A lock whose process is gone (kill -9, reboot; pids are reused, so the
 * start time counts too) is taken over, unless `answers` finds the holder alive all the same (another pid namespace).
 * BridgeError `dataDirBusy` naming the pid.
 */
export async function lockDataDir(dataDir: string, answers: () => Promise<boolean>): Promise<InstanceLock> {
  const path = lockFile(dataDir);
  const mine: Holder = { pid: process.pid, startedAt: processStart(process.pid) ?? "" };
  const draft = `${path}.${process.pid}`;
  await writeFile(draft, `${JSON.stringify(mine)}\n`, { mode: 0o600 });
  try {
    // A link is made whole or not at all: nobody reads a half-written lock.
    while (!(await linked(draft, path))) await removeStale(path, answers);
  } finally {
    await rm(draft, { force: true });
  }
  return { release: () => releaseOwn(path, mine) };
}

/** Whether a living process of this machine holds the data folder. */
export async function isHeld(dataDir: string): Promise<boolean> {
  const holder = parse(await readFile(lockFile(dataDir), "utf8").catch(() => ""));
  return holder !== undefined && isAlive(holder);
}

/** Where the process that holds a data folder is written. */
export function lockFile(dataDir: string): string {
  return join(dataDir, "hotline.lock");
}

function isAlive(holder: Holder): boolean {
  return processStart(holder.pid) === holder.startedAt;
}

async function linked(draft: string, path: string): Promise<boolean> {
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if (error instanceof Error && Reflect.get(error, "code") === "EEXIST") return false;
    throw error;
  }
}

async function removeStale(path: string, answers: () => Promise<boolean>): Promise<void> {
  const text = await readFile(path, "utf8").catch(() => undefined);
  if (text === undefined) return;
  const holder = parse(text);
  if ((holder !== undefined && isAlive(holder)) || (await answers())) {
    throw new BridgeError(
      "dataDirBusy",
      `codex-hotline already runs on this dataDir (pid ${holder?.pid ?? "unknown"}, ${path}).`,
    );
  }
  // Two starters may judge the same stale lock: only the one whose rename still finds that very text removes it.
  const aside = `${path}.stale.${process.pid}`;
  const moved = await rename(path, aside).then(
    () => true,
    () => false,
  );
  if (!moved) return;
  const found = await readFile(aside, "utf8");
  if (found !== text) await linked(aside, path);
  await rm(aside, { force: true });
}

async function releaseOwn(path: string, mine: Holder): Promise<void> {
  const text = await readFile(path, "utf8").catch(() => "");
  const holder = parse(text);
  if (holder?.pid === mine.pid && holder.startedAt === mine.startedAt) await rm(path, { force: true });
}

function parse(text: string): Holder | undefined {
  const match = /^\{"pid":(\d+),"startedAt":"([^"]*)"\}$/.exec(text.trim());
  return match?.[1] === undefined || match[2] === undefined
    ? undefined
    : { pid: Number(match[1]), startedAt: match[2] };
}
