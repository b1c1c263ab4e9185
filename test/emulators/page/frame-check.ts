import { z } from "zod";

const chat = z.string().regex(/^[a-z0-9]{1,32}$/u);
const id = z.string().min(8).max(64);
const messageId = z.string().regex(/^\d+$/u);

/** What a page may say; one key more is a fault of the page. */
const frames = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("hello"),
    build: z.string().min(1),
    after: z.int().nonnegative().optional(),
    chat: chat.optional(),
  }),
  z.strictObject({ type: z.literal("open"), chat }),
  z.strictObject({ type: z.literal("older"), chat, before: messageId }),
  z.strictObject({
    type: z.literal("say"),
    id,
    chat,
    text: z.string(),
    files: z.array(z.string().min(1)),
    replyTo: messageId.optional(),
  }),
  z.strictObject({
    type: z.literal("tap"),
    id,
    chat,
    message: z.union([messageId, z.literal("")]),
    nonce: z.string().min(1),
  }),
  z.strictObject({ type: z.literal("watch"), on: z.boolean() }),
  z.strictObject({ type: z.literal("stopTurn"), id, chat: z.string().min(1), startedAt: z.number() }),
]);

/** What is wrong with a word of the page; undefined: nothing. `first`: of its connection. */
export function problemOf(frame: unknown, first: boolean): string | undefined {
  const read = frames.safeParse(frame);
  if (!read.success) return `${JSON.stringify(frame)}: ${read.error.message}`;
  if (first !== (read.data.type === "hello")) return `${read.data.type}: hello is the first word and no other`;
  if (read.data.type === "say" && read.data.text === "" && read.data.files.length === 0) return "say: nothing is said";
  return undefined;
}
