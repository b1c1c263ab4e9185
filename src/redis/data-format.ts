import { randomUUID } from "node:crypto";
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/log.ts";
import { BridgeError } from "../model/errors.ts";
import type { RedisLink } from "./connection.ts";
import { latestFormat, type Migration, migrations } from "./migrations.ts";
import { appear, livingNodes, type Place, type Presence } from "./nodes.ts";
import { retention } from "./retention.ts";
import { answered } from "./script-runner.ts";

export interface DataFormatOptions {
  /** See `nodeId`. */
  readonly node: string;
  /** Of this program. */
  readonly version: string;
  readonly place?: Place;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Default: all there are. */
  readonly steps?: readonly Migration[];
}

const pollMs = 200;

/**
 * To be called before anything else is read or written: brings the data to the format of this program and makes this node
 * seen. Of several nodes that start at once one migrates and the others wait; what a killed one left is done again.
 * BridgeError `dataUnfit` when a newer version wrote the data, when a restore was cut off, or when a node that cannot read
 * the newer format still runs; nothing was changed then.
 */
export async function openData(link: RedisLink, options: DataFormatOptions): Promise<Presence> {
  const { node, version, clock, place } = options;
  const steps = options.steps ?? migrations;
  for (;;) {
    if (await isCurrent(link, steps)) {
      const presence = await appear(
        link,
        { node, version, format: latestFormat(steps), ...(place === undefined ? {} : { place }) },
        options,
      );
      // Somebody newer may have migrated between the look and our being seen.
      if (await isCurrent(link, steps)) return presence;
      await presence.leave();
    } else if (!(await migrateAlone(link, options, steps))) await clock.sleep(pollMs);
  }
}

/** The format of the data as it is; BridgeError `dataUnfit` when it is no whole data, or newer than this version reads. */
export async function storedFormat(link: RedisLink): Promise<number> {
  return (await readFormat(link, migrations)).format;
}

/** Whether the data has the format these steps lead to. BridgeError `dataUnfit`. */
async function isCurrent(link: RedisLink, steps: readonly Migration[]): Promise<boolean> {
  const { format, noted } = await readFormat(link, steps);
  return noted && format === latestFormat(steps);
}

async function readFormat(
  { redis, keys }: RedisLink,
  steps: readonly Migration[],
): Promise<{ readonly format: number; readonly noted: boolean }> {
  const fields = await answered(redis.hmget(keys.format, ...formatFields));
  const fault = formatFault(fields, steps);
  if (fault !== undefined) throw new BridgeError("dataUnfit", fault);
  const [n] = fields;
  return { format: Number(n ?? 1), noted: typeof n === "string" };
}

/** What is read of the note of the format. */
export const formatFields = ["n", "by", "restoring"] as const;

/** Why data with these {@link formatFields} cannot be used, and what to do; undefined when it can. Pure. */
export function formatFault(
  [n, by, restoring]: readonly (string | null)[],
  steps: readonly Migration[] = migrations,
): string | undefined {
  if (typeof restoring === "string")
    return `a restore of ${restoring} was cut off: run "hotline restore --force FILE" again (or remove the data and start afresh)`;
  const format = Number(n ?? 1);
  const ours = latestFormat(steps);
  if (format <= ours) return undefined;
  return (
    `the data was written by codex-hotline ${by ?? "of an unknown version"} in format ${format}; this version reads up to ${ours}. ` +
    `Run that version or a newer one, or go back to a backup made before the upgrade (hotline restore --force FILE)`
  );
}

/** False: another node is at it. */
async function migrateAlone(
  link: RedisLink,
  options: DataFormatOptions,
  steps: readonly Migration[],
): Promise<boolean> {
  const { redis, keys, run } = link;
  const token = randomUUID();
  const lockMs = retention.formatLockMs;
  if ((await answered(redis.set(keys.formatLock, token, "PX", lockMs, "NX"))) === null) return false;
  const write = async (ms: number, format: number | ""): Promise<boolean> =>
    (await run("format-write", [keys.formatLock, keys.format], [token, ms, format, options.version])) === 1;
  const keep = setInterval(() => {
    write(lockMs, "").catch((error: unknown) =>
      options.logger.warn({ reason: String(error) }, "migration lock is not kept"),
    );
  }, lockMs / 3);
  try {
    await migrate(link, options, steps, (format) => write(lockMs, format));
  } finally {
    clearInterval(keep);
    await write(0, "");
  }
  return true;
}

async function migrate(
  link: RedisLink,
  { node, logger }: DataFormatOptions,
  steps: readonly Migration[],
  note: (format: number) => Promise<boolean>,
): Promise<void> {
  const { format } = await readFormat(link, steps);
  const older = (await livingNodes(link)).filter((one) => one.node !== node && one.format < latestFormat(steps));
  if (format < latestFormat(steps) && older.length > 0)
    throw new BridgeError(
      "dataUnfit",
      `node ${older[0]?.node} still runs codex-hotline ${older[0]?.version}, which cannot read the newer data: stop it first (a node that was killed counts for 15 s)`,
    );
  for (let at = format; ; at++) {
    // Also the first one: data that had no note gets it.
    if (!(await note(at)))
      throw new BridgeError("redisUnavailable", "the migration took too long to answer and was given up");
    const step = steps[at - 1];
    if (step === undefined) return;
    logger.info({ from: at, migration: step.name }, "data is migrated");
    await step.run(link);
  }
}
