import type { Chat } from "../chats.ts";
import { badRequest, conflict, strict } from "../refusal.ts";
import { chatWire } from "../to-wire.ts";
import { codePoints, isRecord } from "../wire.ts";
import { type Call, type Context, type Handler, targetChat } from "./context.ts";

const getMe: Handler = (_call, { bot, options }) => ({
  ...bot,
  can_join_groups: true,
  can_read_all_group_messages: !options.privacyMode,
  supports_inline_queries: false,
  can_connect_to_business: false,
  has_main_web_app: false,
  has_topics_enabled: options.privateTopics,
  allows_users_to_create_topics: options.privateTopics,
});

const getUpdates: Handler = ({ params, signal }, { updates }) => {
  const offset = params.number("offset");
  const allowed = params.all.allowed_updates === undefined ? undefined : params.list("allowed_updates").map(String);
  return updates.poll(
    {
      ...(offset === undefined ? {} : { offset }),
      limit: params.number("limit") ?? 100,
      timeout: params.number("timeout") ?? 0,
      ...(allowed === undefined ? {} : { allowed }),
    },
    signal,
  );
};

const setWebhook: Handler = ({ params }, { updates }) => {
  const url = params.text("url") ?? "";
  if (url !== "" && !url.startsWith("https://"))
    throw badRequest("bad webhook: An HTTPS URL must be provided for webhook", "bug");
  updates.webhook = url;
  if (url !== "") updates.terminate("terminated by setWebhook request");
  if (params.flag("drop_pending_updates")) updates.drop();
  return true;
};

const deleteWebhook: Handler = ({ params }, { updates }) => {
  updates.webhook = "";
  if (params.flag("drop_pending_updates")) updates.drop();
  return true;
};

const getWebhookInfo: Handler = (_call, { updates }) => ({
  url: updates.webhook,
  has_custom_certificate: false,
  pending_update_count: updates.pending.length,
});

const close: Handler = (_call, { updates }) => {
  if (updates.webhook !== "") throw conflict("the webhook must be deleted first");
  return true;
};

function chatOf(call: Call, context: Context): Chat {
  return targetChat(call, context);
}

const getChat: Handler = (call, context) => ({
  ...chatWire(chatOf(call, context)),
  accent_color_id: 0,
  max_reaction_count: 11,
});

const getChatMember: Handler = (call, context) => {
  const chat = chatOf(call, context);
  const userId = call.params.number("user_id");
  if (userId === context.bot.id) return { user: context.bot, status: chat.botIsAdmin ? "administrator" : "member" };
  const member = chat.members.get(userId ?? 0);
  if (member !== undefined) return member;
  const user = context.world.users.get(userId ?? 0);
  if (user === undefined) throw badRequest("user not found");
  return { user, status: "left" };
};

const getChatAdministrators: Handler = (call, context) => {
  const chat = chatOf(call, context);
  if (chat.type === "private") throw badRequest("there are no administrators in the private chat");
  return [...chat.members.values()].filter(({ status }) => status === "administrator" || status === "creator");
};

const getChatMemberCount: Handler = (call, context) => chatOf(call, context).members.size + 1;

const leaveChat: Handler = (call, context) => {
  const chat = chatOf(call, context);
  if (chat.type === "private") throw badRequest("chat member status can't be changed in private chats", "bug");
  chat.state = "left";
  return true;
};

const createForumTopic: Handler = (call, context) => {
  const chat = chatOf(call, context);
  if (!chat.forum) throw badRequest("the chat is not a forum");
  const name = call.params.text("name") ?? "";
  const extra = { forum_topic_created: { name, icon_color: 7_322_096 } };
  context.limits.charge("message", chat);
  const message = context.world.post({
    chat,
    at: context.now(),
    fromBot: true,
    from: context.bot,
    text: "",
    entities: [],
    markup: undefined,
    silent: true,
    extra,
  });
  chat.topics.set(message.id, { id: message.id, name, state: "open" });
  return { message_thread_id: message.id, name, icon_color: 7_322_096 };
};

const maxDownload = 20 << 20;

const getFile: Handler = ({ params }, { world }) => {
  const file = world.files.get(params.text("file_id") ?? "");
  if (file === undefined) throw badRequest("invalid file_id");
  if (file.size > maxDownload) throw badRequest("file is too big");
  return { file_id: file.id, file_unique_id: `u${file.id}`, file_size: file.size, file_path: file.path };
};

function scopeKey(call: Call): string {
  const scope = call.params.object("scope") ?? { type: "default" };
  return JSON.stringify([scope.type, scope.chat_id, scope.user_id, call.params.text("language_code") ?? ""]);
}

const setMyCommands: Handler = (call, context) => {
  const commands = call.params.list("commands");
  if (commands.length > 100) throw badRequest("BOT_COMMANDS_TOO_MUCH", "bug");
  const names = new Set<unknown>();
  for (const command of commands) {
    if (!isRecord(command)) continue;
    if (!/^[a-z0-9_]{1,32}$/u.test(String(command.command))) throw badRequest("BOT_COMMAND_INVALID", "bug");
    const size = codePoints(String(command.description).trim());
    if (size < 1 || size > 256) throw badRequest("BOT_COMMAND_DESCRIPTION_INVALID", "bug");
    if (names.has(command.command)) throw strict(`command ${String(command.command)} twice`);
    names.add(command.command);
  }
  checkLanguage(call);
  context.commands.set(scopeKey(call), commands);
  return true;
};

const getMyCommands: Handler = (call, context) => context.commands.get(scopeKey(call)) ?? [];

const deleteMyCommands: Handler = (call, context) => {
  context.commands.delete(scopeKey(call));
  return true;
};

function checkLanguage(call: Call): void {
  const code = call.params.text("language_code") ?? "";
  if (code !== "" && !/^[a-z]{2}$/u.test(code)) throw badRequest("invalid language code specified", "bug");
}

/** Settings nobody looks at again. */
const acknowledge: Handler = (call) => {
  checkLanguage(call);
  return true;
};

/** Methods about the bot itself, its chats and files. */
export const accountMethods: Readonly<Record<string, Handler>> = {
  getMe,
  getUpdates,
  setWebhook,
  deleteWebhook,
  getWebhookInfo,
  close,
  logOut: close,
  getChat,
  getChatMember,
  getChatAdministrators,
  getChatMemberCount,
  leaveChat,
  createForumTopic,
  getFile,
  setMyCommands,
  getMyCommands,
  deleteMyCommands,
  setMyName: acknowledge,
  setMyDescription: acknowledge,
  setMyShortDescription: acknowledge,
  setChatMenuButton: acknowledge,
};
