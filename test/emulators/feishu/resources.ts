import type { Answer, Call, Context, Route } from "./context.ts";
import { messageOf } from "./messages.ts";
import { invalid, Refusal } from "./refusal.ts";
import { newId } from "./state.ts";

const megabyte = 1024 * 1024;

/** Reactions, files, people, chats, the bot itself, updates of clicked cards. */
export const resourceRoutes: readonly Route[] = [
  {
    method: "im.reaction.create",
    verb: "POST",
    path: "/open-apis/im/v1/messages/:message_id/reactions",
    body: ["reaction_type"],
    scopes: ["im:message", "im:message.reactions:write_only"],
    handle: react,
  },
  {
    method: "im.reaction.list",
    verb: "GET",
    path: "/open-apis/im/v1/messages/:message_id/reactions",
    query: ["reaction_type", "page_size", "page_token", "user_id_type"],
    scopes: ["im:message", "im:message.reactions:read"],
    handle: reactions,
  },
  {
    method: "im.reaction.delete",
    verb: "DELETE",
    path: "/open-apis/im/v1/messages/:message_id/reactions/:reaction_id",
    scopes: ["im:message", "im:message.reactions:write_only"],
    handle: unreact,
  },
  {
    method: "im.resource.get",
    verb: "GET",
    path: "/open-apis/im/v1/messages/:message_id/resources/:file_key",
    query: ["type"],
    scopes: ["im:resource", "im:message", "im:message:readonly"],
    handle: download,
  },
  {
    method: "im.file.create",
    verb: "POST",
    path: "/open-apis/im/v1/files",
    body: ["file_type", "file_name", "duration", "file"],
    scopes: ["im:resource", "im:resource:upload"],
    handle: uploadFile,
  },
  {
    method: "im.image.create",
    verb: "POST",
    path: "/open-apis/im/v1/images",
    body: ["image_type", "image"],
    scopes: ["im:resource", "im:resource:upload"],
    handle: uploadImage,
  },
  {
    method: "im.chat.get",
    verb: "GET",
    path: "/open-apis/im/v1/chats/:chat_id",
    query: ["user_id_type"],
    scopes: ["im:chat:read", "im:chat:readonly", "im:chat"],
    handle: chat,
  },
  {
    method: "contact.user.get",
    verb: "GET",
    path: "/open-apis/contact/v3/users/:user_id",
    query: ["user_id_type", "department_id_type"],
    scopes: ["contact:user.base:readonly"],
    handle: user,
  },
  { method: "bot.info", verb: "GET", path: "/open-apis/bot/v3/info", scopes: [], handle: info },
  {
    method: "card.update",
    verb: "POST",
    path: "/open-apis/interactive/v1/card/update",
    body: ["token", "card"],
    scopes: [],
    handle: updateCard,
  },
];

function react(context: Context, call: Call): Answer {
  const message = messageOf(context, call);
  if (message.recalled) throw new Refusal(231003, "The message is not found, or was recalled.");
  const emoji = (call.body.reaction_type as { readonly emoji_type?: unknown } | undefined)?.emoji_type;
  if (typeof emoji !== "string" || !known.has(emoji)) throw new Refusal(231001, "reaction type is invalid.");
  const id = newId("r");
  message.reactions.push({ id, emoji, by: "app" });
  return { reaction_id: id, reaction_type: { emoji_type: emoji } };
}

function reactions(context: Context, call: Call): Answer {
  const message = messageOf(context, call);
  const items = message.reactions.map(({ id, emoji, by }) => ({
    reaction_id: id,
    operator:
      by === "app" ? { operator_id: context.appId, operator_type: "app" } : { operator_id: by, operator_type: "user" },
    action_time: String(context.now()),
    reaction_type: { emoji_type: emoji },
  }));
  return { items, has_more: false };
}

function unreact(context: Context, call: Call): Answer {
  const message = messageOf(context, call);
  const at = message.reactions.findIndex((one) => one.id === call.path.reaction_id);
  if (at < 0) throw new Refusal(231007, "reaction is not found.");
  if (message.reactions[at]?.by !== "app") throw new Refusal(231007, "The reaction was not added by this app.");
  message.reactions.splice(at, 1);
  return {};
}

function download(context: Context, call: Call): Answer {
  const message = messageOf(context, call);
  const type = call.query.type;
  if (type !== "image" && type !== "file") throw invalid("type");
  const key = call.path.file_key ?? "";
  const file = context.world.files.get(key);
  if (file === undefined || !message.content.includes(key)) throw new Refusal(234003, "File not in msg.");
  if (message.type === "merge_forward" || message.type === "interactive")
    throw new Refusal(234043, "Unsupported message type.");
  if (file.bytes.length > 100 * megabyte) throw new Refusal(234037, "Downloaded file size exceeds limit.");
  return file.bytes;
}

function uploadFile(context: Context, call: Call): Answer {
  const types = ["opus", "mp4", "pdf", "doc", "xls", "ppt", "stream"];
  if (!types.includes(String(call.body.file_type))) throw invalid("file_type");
  if (String(call.body.file_name ?? "") === "") throw invalid("file_name");
  return { file_key: stored(context, call, "file", 30 * megabyte) };
}

function uploadImage(context: Context, call: Call): Answer {
  if (call.body.image_type !== "message") throw invalid("image_type");
  return { image_key: stored(context, call, "image", 10 * megabyte) };
}

function stored(context: Context, call: Call, kind: "file" | "image", limit: number): string {
  const { file } = call;
  if (file === undefined) throw invalid(kind);
  if (file.bytes.length === 0) throw new Refusal(234010, "File's size can't be 0.");
  if (file.bytes.length > limit) throw new Refusal(234006, "The file size exceed the max value.");
  const key = newId(kind === "file" ? "file_v3" : "img_v3");
  const name = kind === "file" ? String(call.body.file_name) : file.name;
  context.world.files.set(key, { key, name, kind, bytes: file.bytes, own: true });
  return key;
}

function chat(context: Context, call: Call): Answer {
  const found = context.world.chats.get(call.path.chat_id ?? "");
  if (found === undefined) throw new Refusal(232006, "Your request specifies a chat_id which is invalid.");
  if (!found.botInside) throw new Refusal(232011, "Operator can NOT be out of the chat.");
  return {
    name: found.name,
    chat_mode: found.kind === "p2p" ? "p2p" : found.kind,
    chat_type: found.kind === "p2p" ? "" : "private",
  };
}

function user(context: Context, call: Call): Answer {
  const found = context.world.people.get(call.path.user_id ?? "");
  if (found === undefined) throw new Refusal(41050, "no user authority error");
  return { user: { open_id: found.id, name: found.name } };
}

/** Answers beside `code`, not below `data`: an interface of the first generation. */
function info(context: Context): Answer {
  return {
    bot: {
      activate_status: context.application.botStatus,
      app_name: "Hotline",
      open_id: context.botId,
      ip_white_list: [],
      avatar_url: "",
    },
  };
}

function updateCard(context: Context, call: Call): Answer {
  const token = context.cardTokens.get(String(call.body.token ?? ""));
  if (token === undefined) throw new Refusal(10023, "invalid token");
  if (!token.acked) throw new Refusal(10025, "update before the callback was answered");
  if (context.now() - token.at > 30 * 60_000) throw new Refusal(10024, "token is expired");
  if (token.uses >= 2) throw new Refusal(10026, "token was used twice");
  token.uses += 1;
  const message = context.world.messages.get(token.messageId);
  if (message === undefined) throw new Refusal(10023, "invalid token");
  message.versions.push(message.content);
  message.content = JSON.stringify(call.body.card);
  return {};
}

/** Emoji types in use here, of the platform's list. */
const known = new Set([
  "OK",
  "THUMBSUP",
  "GLANCE",
  "Get",
  "THINKING",
  "CrossMark",
  "OnIt",
  "Typing",
  "DONE",
  "EYES",
  "SMILE",
  "OneSecond",
  "Pin",
]);
