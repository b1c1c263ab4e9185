import { z } from "zod";

/**
 * The part of Bot API 10.3 we read (@grammyjs/types 5.0.0). Lenient: unknown fields pass, closed lists are plain strings.
 * Ids and dates are the wire's: numbers, seconds.
 */
const user = z.object({
  id: z.number(),
  is_bot: z.boolean(),
  first_name: z.string(),
  last_name: z.string().optional(),
  username: z.string().optional(),
  language_code: z.string().optional(),
});

const chat = z.object({
  id: z.number(),
  type: z.string(),
  title: z.string().optional(),
  username: z.string().optional(),
  first_name: z.string().optional(),
  last_name: z.string().optional(),
  is_direct_messages: z.boolean().optional(),
});

const entity = z.object({
  type: z.string(),
  offset: z.number(),
  length: z.number(),
  user: user.optional(),
});

const file = z.object({
  file_id: z.string(),
  file_name: z.string().optional(),
  mime_type: z.string().optional(),
  file_size: z.number().optional(),
});

const photo = z.object({
  file_id: z.string(),
  width: z.number(),
  height: z.number(),
  file_size: z.number().optional(),
});

const location = z.object({ latitude: z.number(), longitude: z.number() });

const origin = z.object({
  type: z.string(),
  sender_user: user.optional(),
  sender_user_name: z.string().optional(),
  sender_chat: chat.optional(),
  chat: chat.optional(),
});

const quoted = z.object({
  message_id: z.number(),
  from: user.optional(),
  text: z.string().optional(),
  caption: z.string().optional(),
  forum_topic_created: z.unknown().optional(),
});

const message = z.object({
  message_id: z.number(),
  date: z.number(),
  edit_date: z.number().optional(),
  chat,
  from: user.optional(),
  sender_chat: chat.optional(),
  business_connection_id: z.string().optional(),
  guest_query_id: z.string().optional(),
  ephemeral_message_id: z.number().optional(),
  is_automatic_forward: z.boolean().optional(),
  message_thread_id: z.number().optional(),
  is_topic_message: z.boolean().optional(),
  media_group_id: z.string().optional(),
  text: z.string().optional(),
  entities: z.array(entity).optional(),
  caption: z.string().optional(),
  caption_entities: z.array(entity).optional(),
  reply_to_message: quoted.optional(),
  external_reply: z.object({ message_id: z.number().optional() }).optional(),
  quote: z.object({ text: z.string() }).optional(),
  forward_origin: origin.optional(),
  photo: z.array(photo).optional(),
  document: file.optional(),
  audio: file.optional(),
  voice: file.optional(),
  video: file.optional(),
  video_note: file.optional(),
  animation: file.optional(),
  live_photo: file.optional(),
  sticker: z.object({ emoji: z.string().optional() }).optional(),
  location: location.optional(),
  venue: z.object({ location, title: z.string(), address: z.string() }).optional(),
  contact: z.object({ phone_number: z.string(), first_name: z.string(), last_name: z.string().optional() }).optional(),
  poll: z.object({ question: z.string(), options: z.array(z.object({ text: z.string() })) }).optional(),
  dice: z.object({ emoji: z.string(), value: z.number() }).optional(),
  migrate_to_chat_id: z.number().optional(),
  migrate_from_chat_id: z.number().optional(),
});

/** The message a tapped button hangs on; without sender and date when Telegram no longer has it. */
const tapped = z.object({
  message_id: z.number(),
  chat,
  message_thread_id: z.number().optional(),
  is_topic_message: z.boolean().optional(),
});

const update = z.object({
  update_id: z.number(),
  message: message.optional(),
  edited_message: message.optional(),
  callback_query: z
    .object({ id: z.string(), from: user, data: z.string().optional(), message: tapped.optional() })
    .optional(),
  my_chat_member: z
    .object({ chat, new_chat_member: z.object({ status: z.string(), is_member: z.boolean().optional() }) })
    .optional(),
  stopped_message_generation: z
    .object({ chat, message_thread_id: z.number().optional(), draft_id: z.number() })
    .optional(),
});

export type WireUser = z.infer<typeof user>;
export type WireChat = z.infer<typeof chat>;
export type WireMessage = z.infer<typeof message>;
export type WireUpdate = z.infer<typeof update>;

/** Update types we ask Telegram for. */
export const allowedUpdates = [
  "message",
  "edited_message",
  "callback_query",
  "my_chat_member",
  "stopped_message_generation",
] as const;

/** The update, or what is wrong with it (field paths and expectations, no content). */
export function readUpdate(raw: unknown): { readonly update: WireUpdate } | { readonly problem: string } {
  const read = update.safeParse(raw);
  if (read.success) return { update: read.data };
  return { problem: read.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.code}`).join(", ") };
}

const updateId = z.object({ update_id: z.number().int() });

/** Id of an update however malformed the rest is; undefined when there is none. */
export function readUpdateId(raw: unknown): number | undefined {
  return updateId.safeParse(raw).data?.update_id;
}

const me = z.object({ id: z.number(), username: z.string() });

/** Who the bot is, as `getMe` says. */
export type Me = z.infer<typeof me>;

/** Throws when the answer is no bot. */
export function readMe(raw: unknown): Me {
  return me.parse(raw);
}

const sent = z.object({ message_id: z.number() });

/** Id of a message Telegram reports as sent; undefined for methods that answer `true`. */
export function readSentId(raw: unknown): number | undefined {
  return sent.safeParse(raw).data?.message_id;
}

const fileInfo = z.object({ file_path: z.string(), file_size: z.number().optional() });

/** `getFile`; undefined when Telegram gives no path. */
export function readFileInfo(raw: unknown): { readonly path: string; readonly size?: number } | undefined {
  const read = fileInfo.safeParse(raw).data;
  if (read === undefined) return undefined;
  return { path: read.file_path, ...(read.file_size === undefined ? {} : { size: read.file_size }) };
}
