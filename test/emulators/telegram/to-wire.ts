import type { Chat, ChatMessage } from "./chats.ts";
import type { Wire } from "./wire.ts";

/** The chat as messages carry it. */
export function chatWire(chat: Chat): Wire {
  if (chat.user !== undefined) {
    const { first_name, last_name, username } = chat.user;
    return defined({ id: chat.id, type: chat.type, first_name, last_name, username });
  }
  return defined({ id: chat.id, type: chat.type, title: chat.title, is_forum: chat.forum || undefined });
}

/** The message as the Bot API writes it; a reply carries the message it answers, without that one's own reply. */
export function messageWire(message: ChatMessage, nested = true): Wire {
  const { replyTo, threadId, file, markup, chat } = message;
  return defined({
    message_id: message.id,
    from: message.from,
    chat: chatWire(chat),
    date: Math.floor(message.at / 1000),
    edit_date: message.editedAt === undefined ? undefined : Math.floor(message.editedAt / 1000),
    message_thread_id: threadId,
    is_topic_message: threadId === undefined ? undefined : true,
    reply_to_message: nested ? answered(message, replyTo) : undefined,
    quote:
      message.quote === undefined
        ? undefined
        : { text: message.quote, position: Math.max(0, replyTo?.text.indexOf(message.quote) ?? 0), is_manual: true },
    ...content(message, file !== undefined),
    ...fileWire(message),
    reply_markup: markup?.inline_keyboard === undefined ? undefined : markup,
    ...message.extra,
  });
}

/** A message in a topic that answers nothing answers the message that made the topic. */
function answered(message: ChatMessage, replyTo: ChatMessage | undefined): Wire | undefined {
  if (replyTo !== undefined) return messageWire(replyTo, false);
  const root = message.threadId === undefined ? undefined : message.chat.messages.get(message.threadId);
  return root === undefined ? undefined : messageWire(root, false);
}

function content(message: ChatMessage, caption: boolean): Wire {
  const entities = message.entities.length === 0 ? undefined : message.entities;
  if (message.rich !== undefined) return { rich_message: message.rich };
  const text = message.text === "" ? undefined : message.text;
  return caption ? { caption: text, caption_entities: entities } : { text, entities };
}

function fileWire(message: ChatMessage): Wire {
  const { file } = message;
  if (file === undefined) return {};
  const { kind, name, mime } = file;
  const common = { file_id: file.id, file_unique_id: `u${file.id}`, file_size: file.size };
  if (kind === "photo") return { photo: [{ ...common, width: 1280, height: 720 }] };
  if (kind === "document") return { document: { ...common, file_name: name, mime_type: mime } };
  return {
    [kind]: {
      ...common,
      file_name: name,
      mime_type: mime,
      duration: 3,
      ...(kind === "video" ? { width: 640, height: 360 } : {}),
    },
  };
}

function defined(fields: Wire): Wire {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
