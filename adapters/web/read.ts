import { z } from "zod";
import { maxSayFiles, maxSayLength } from "./capabilities.ts";
import type { FromPage } from "./protocol.ts";

const chat = z.string().regex(/^[a-z0-9]{1,32}$/);
const id = z.string().regex(/^[\w-]{1,64}$/);
const messageId = z.string().regex(/^\d{1,16}$/);
const file = z.string().regex(/^[0-9a-f]{32}$/);

const fromPage = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("hello"),
    build: z.string().max(64),
    after: z.number().int().min(0).optional(),
    chat: chat.optional(),
  }),
  z.object({ type: z.literal("open"), chat }),
  z.object({ type: z.literal("older"), chat, before: messageId }),
  z.object({
    type: z.literal("say"),
    id,
    chat,
    text: z.string().max(maxSayLength),
    files: z.array(file).max(maxSayFiles),
    replyTo: messageId.optional(),
  }),
  z.object({
    type: z.literal("tap"),
    id,
    chat,
    message: z.union([messageId, z.literal("")]),
    nonce: z.string().min(1).max(64),
  }),
  z.object({ type: z.literal("watch"), on: z.boolean() }),
  z.object({ type: z.literal("stopTurn"), id, chat: z.string().max(200), startedAt: z.number() }),
]);

const refusable = z.object({ type: z.enum(["say", "tap", "stopTurn"]), id });

/** What can be answered of a frame that cannot be taken, so that the page does not say it for ever. */
export interface Unacceptable {
  readonly type: "unacceptable";
  readonly of: "say" | "tap" | "stopTurn";
  readonly id: string;
}

/** A frame of the page; undefined for what nobody understands. Never throws. */
export function readFromPage(text: string): FromPage | Unacceptable | undefined {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    return undefined;
  }
  const read = fromPage.safeParse(data);
  if (read.success) return read.data as FromPage;
  const known = refusable.safeParse(data);
  return known.success ? { type: "unacceptable", of: known.data.type, id: known.data.id } : undefined;
}
