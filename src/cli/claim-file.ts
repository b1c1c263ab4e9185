import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { RedisLink } from "../redis/connection.ts";
import { offerClaimCode } from "../redis/owner-claims.ts";

const codes = z.record(z.string(), z.string().regex(/^[A-Z0-9]{4}-[A-Z0-9]{4}$/));

/** Codes by account (`telegram~main`) that were shown to somebody before the service ran. */
export type OfferedCodes = Readonly<Record<string, string>>;

/** Leaves codes for the next start on this dataDir (which must be there). */
export async function offerCodes(dataDir: string, offered: OfferedCodes): Promise<void> {
  await writeFile(fileIn(dataDir), JSON.stringify(offered), { mode: 0o600 });
}

/** Makes the codes that were left the open ones, then forgets them; while Redis fails they stay for the next start. */
export async function takeOfferedCodes(dataDir: string, link: RedisLink): Promise<void> {
  const text = await readFile(fileIn(dataDir), "utf8").catch(() => undefined);
  if (text === undefined) return;
  const parsed = codes.safeParse(jsonOf(text));
  // Codes cut off half-way are worth nothing: the service makes its own.
  for (const [account, code] of Object.entries(parsed.success ? parsed.data : {}))
    await offerClaimCode(link, account, code);
  await rm(fileIn(dataDir), { force: true });
}

function fileIn(dataDir: string): string {
  return join(dataDir, "owner-codes.json");
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
