import { z } from "zod";
import { maxSayLength } from "./capabilities.ts";
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
    files: z.array(file).max(20),
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
  z.object({ type: z.literal("stopTurn"), id, chat: z.string().max(200) }),
]);

/** A frame of the page; undefined for anything else. Never throws. */
export function readFromPage(text: string): FromPage | undefined {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    return undefined;
  }
  const read = fromPage.safeParse(data);
  return read.success ? (read.data as FromPage) : undefined;
}
