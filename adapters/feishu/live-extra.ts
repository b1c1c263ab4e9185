import { createHash } from "node:crypto";
import { z } from "zod";
import type { LiveExtra } from "./requests.ts";

const shape = z.object({
  card: z.string(),
  sequence: z.number(),
  openedAt: z.number(),
  sent: z.boolean(),
  language: z.enum(["en", "zh-CN"]).catch("en"),
  element: z.number(),
  from: z.number(),
  shown: z.number(),
  digest: z.string(),
  fence: z.string().catch(""),
  drawn: z.record(z.string(), z.string()).catch({}),
  failures: z.number().catch(0),
  closed: z.literal(true).exactOptional(),
});

/** What `SentMessage.extra` says about a streaming card; undefined where the slot holds another message. */
export function readLiveExtra(extra: string | undefined): LiveExtra | undefined {
  if (extra === undefined || !extra.startsWith("{")) return undefined;
  try {
    const read = shape.safeParse(JSON.parse(extra));
    return read.success ? read.data : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Short digest of a text, to tell whether it is still the same. */
export function digestOf(text: string): string {
  return createHash("sha256").update(text).digest("base64url").slice(0, 12);
}
