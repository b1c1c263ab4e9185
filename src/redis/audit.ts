import type { ChatKey } from "../model/ids.ts";
import { decode } from "./codec.ts";
import type { RedisLink } from "./connection.ts";
import { answered } from "./script-runner.ts";

/** Who decided what, where. */
export interface AuditLine {
  readonly who: string;
  /** `#3 git push`, at most 200 characters. */
  readonly what: string;
  readonly chat: ChatKey;
  readonly result: string;
}

/** Lines kept, or somewhat more. */
export const auditLines = 10_000;
const whatLength = 200;

/** A line as it is stored; its time is Redis's own. */
export function auditLine(line: AuditLine): string {
  return JSON.stringify({ ...line, what: line.what.slice(0, whatLength) });
}

/** The newest lines first; `at` in ms since the epoch. */
export async function readAudit(
  { redis, keys }: RedisLink,
  limit: number,
): Promise<readonly (AuditLine & { readonly at: number })[]> {
  const entries = await answered(redis.xrevrange(keys.audit, "+", "-", "COUNT", limit));
  return entries.map(([id, fields]) => ({ at: Number(id.split("-")[0]), ...decode<AuditLine>(fields[1] ?? "{}") }));
}
