import { readFile } from "node:fs/promises";
import { keyFamilies } from "../../src/redis/key-families.ts";
import { createKeys } from "../../src/redis/keys.ts";
import type { Store } from "./store.ts";

const orphanAgeS = 60;
const ticksPerSecond = 100;

/** Keys without a time to live that stay with an installation at rest; the last are BullMQ's own of each queue. */
const atRest = [
  ...keyFamilies(createKeys())
    .filter(({ life, name }) => life === "kept" || name === "claims")
    .map(({ pattern }) => pattern),
  /^hl-bull:act-[\w~-]+:(?:meta|id|events|marker|stalled|stalled-check)$/,
];

/** Keys of a service at rest that neither end by themselves nor have an owner; undefined when Redis does not answer. */
export async function leakedKeys(store: Store): Promise<readonly string[] | undefined> {
  const found = await store.ask(async (redis) => {
    const leaked: string[] = [];
    let cursor = "0";
    do {
      const [next, keys] = await redis.scan(cursor, "COUNT", 1000);
      cursor = next;
      for (const key of keys) {
        if (atRest.some((rule) => rule.test(key)) || (await redis.pttl(key)) !== -1) continue;
        leaked.push(`${key} (${await redis.type(key)})`);
      }
    } while (cursor !== "0");
    return leaked;
  });
  return found === "down" ? undefined : found;
}

/** Process ids the chats record. */
async function recordedPids(store: Store): Promise<ReadonlySet<number>> {
  const found = await store.ask(async (redis) => {
    const pids = new Set<number>();
    let cursor = "0";
    do {
      const [next, keys] = await redis.scan(cursor, "MATCH", "hl:*}:st", "COUNT", 1000);
      cursor = next;
      for (const key of keys) {
        const pid = /"pid":(\d+)/.exec((await redis.hget(key, "p")) ?? "")?.[1];
        if (pid !== undefined) pids.add(Number(pid));
      }
    } while (cursor !== "0");
    return pids;
  });
  return found === "down" ? new Set() : found;
}

/** Of these processes, those no chat records; `old`: started more than 60 s ago. */
export async function unrecorded(
  pids: readonly number[],
  store: Store,
): Promise<readonly { readonly pid: number; readonly old: boolean }[]> {
  const recorded = await recordedPids(store);
  const uptime = Number.parseFloat(await readFile("/proc/uptime", "utf8"));
  const found: { pid: number; old: boolean }[] = [];
  for (const pid of pids.filter((one) => !recorded.has(one))) {
    const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
    if (stat === "") continue;
    // Field 22, the start in ticks since boot; the name before it may hold blanks.
    const started = Number(stat.replace(/^.*\) /, "").split(" ")[19]) / ticksPerSecond;
    found.push({ pid, old: uptime - started > orphanAgeS });
  }
  return found;
}
