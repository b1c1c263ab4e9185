import { z } from "zod";

/**
 * The part of the platform's events we read (im.v1 events and card callbacks as the SDK hands them over: header and
 * event in one object). Lenient: unknown fields pass, closed lists are plain strings. Times are ms as text.
 */
const openIds = z.object({ open_id: z.string().optional() });

const mention = z.object({ key: z.string(), id: openIds.catch({}), name: z.string().catch("") });

const received = z.object({
  event_id: z.string().optional(),
  sender: z.object({ sender_id: openIds.optional(), sender_type: z.string() }),
  message: z.object({
    message_id: z.string().min(1),
    root_id: z.string().optional(),
    parent_id: z.string().optional(),
    thread_id: z.string().optional(),
    create_time: z.string().catch(""),
    chat_id: z.string().min(1),
    chat_type: z.string(),
    message_type: z.string(),
    content: z.string().catch(""),
    mentions: z.array(mention).optional(),
  }),
});

const recalled = z.object({ message_id: z.string(), chat_id: z.string() });

const reacted = z.object({
  message_id: z.string(),
  reaction_type: z.object({ emoji_type: z.string() }),
  operator_type: z.string(),
  user_id: openIds.optional(),
  action_time: z.string().catch(""),
});

const botLeft = z.object({ event_id: z.string().optional(), chat_id: z.string(), name: z.string().optional() });

const clicked = z.object({
  event_id: z.string().optional(),
  token: z.string().optional(),
  operator: z.object({ open_id: z.string() }),
  action: z.object({ value: z.unknown() }),
  context: z.object({ open_message_id: z.string(), open_chat_id: z.string() }),
});

/** A message of the history, as `im.v1.message.get` tells it. */
const stored = z.object({
  items: z
    .array(
      z.object({
        message_id: z.string(),
        msg_type: z.string(),
        chat_id: z.string().optional(),
        thread_id: z.string().optional(),
        upper_message_id: z.string().optional(),
        sender: z.object({ id: z.string().catch(""), sender_type: z.string() }).optional(),
        body: z.object({ content: z.string() }).optional(),
      }),
    )
    .min(1),
});

const botInfo = z.object({ bot: z.object({ app_name: z.string().catch("bot"), open_id: z.string() }) });
const chatInfo = z.object({ name: z.string().catch(""), chat_mode: z.string().optional() });
const userInfo = z.object({ user: z.object({ name: z.string().min(1) }) });

export type WireReceived = z.infer<typeof received>;
export type WireRecalled = z.infer<typeof recalled>;
export type WireReacted = z.infer<typeof reacted>;
export type WireBotLeft = z.infer<typeof botLeft>;
export type WireClicked = z.infer<typeof clicked>;
export type WireStored = z.infer<typeof stored>["items"][number];

/** Reads a wire object; undefined for one that is not what it should be. */
const reader =
  <T>(schema: z.ZodType<T>) =>
  (data: unknown): T | undefined =>
    schema.safeParse(data).data;

export const readReceived = reader(received);
export const readRecalled = reader(recalled);
export const readReacted = reader(reacted);
export const readBotLeft = reader(botLeft);
export const readClicked = reader(clicked);
export const readBotInfo = reader(botInfo);
export const readChatInfo = reader(chatInfo);
export const readUserInfo = reader(userInfo);
export const readAllStored = (data: unknown): readonly WireStored[] | undefined => stored.safeParse(data).data?.items;
export const readStored = (data: unknown): WireStored | undefined => stored.safeParse(data).data?.items[0];
