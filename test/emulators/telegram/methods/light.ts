import { acceptText } from "../entities.ts";
import { badRequest, strict } from "../refusal.ts";
import { reactionEmoji } from "../schema/check.ts";
import { type Call, type Context, type Handler, messageId, refuseUnsupported, targetChat } from "./context.ts";
import { emojiOf, richText } from "./messages.ts";

const sendMessageDraft: Handler = (call, context) =>
  draft(call, context, () => acceptText(call.params.text("text") ?? "", call.params.entities("entities"), "draft"));

const sendRichMessageDraft: Handler = (call, context) =>
  draft(call, context, () => ({ ...richText(call), rich: call.params.object("rich_message") }));

function draft(
  call: Call,
  context: Context,
  read: () => { text: string; entities: ReturnType<typeof acceptText>["entities"]; rich?: unknown },
): true {
  refuseUnsupported(call, context, []);
  const draftId = call.params.number("draft_id") ?? 0;
  if (draftId === 0) throw badRequest("TEXTDRAFT_PEER_INVALID", "bug");
  if (!Number.isInteger(draftId)) throw strict("draft_id must be an integer");
  const chat = targetChat(call, context);
  if (chat.type !== "private") throw badRequest("TEXTDRAFT_PEER_INVALID");
  const threadId = context.world.thread(chat, call.params.number("message_thread_id"));
  const content = read();
  context.limits.charge("light", chat);
  const frame = { ...content, canStop: call.params.flag("can_stop"), keepOnStop: call.params.flag("keep_on_stop") };
  context.drafts.show(chat.id, threadId, draftId, frame);
  return true;
}

const sendChatAction: Handler = (call, context) => {
  refuseUnsupported(call, context, ["business_connection_id"]);
  const chat = targetChat(call, context);
  const threadId = context.world.thread(chat, call.params.number("message_thread_id"));
  context.limits.charge("light", chat);
  chat.actions.push({ at: context.now(), action: call.params.text("action") ?? "", threadId });
  return true;
};

const setMessageReaction: Handler = (call, context) => {
  const chat = targetChat(call, context);
  const message = context.world.message(chat, messageId(call));
  if (message === undefined) throw badRequest("message to react not found");
  const reactions = call.params.list("reaction");
  if (reactions.length > 1) throw badRequest("REACTIONS_TOO_MANY", "bug");
  const emoji = emojiOf(reactions);
  if (emoji.some((one) => !reactionEmoji.has(one))) throw badRequest("REACTION_INVALID", "bug");
  context.limits.charge("light", chat);
  message.reactions = emoji;
  return true;
};

/** A tap takes one answer, soon. */
const answerCallbackQuery: Handler = (call, context) => {
  refuseUnsupported(call, context, ["url"]);
  const id = call.params.text("callback_query_id") ?? "";
  const tap = context.taps.get(id);
  context.taps.delete(id);
  if (tap === undefined || context.now() - tap.at > context.options.tapLifeMs) {
    throw badRequest("query is too old and response timeout expired or query ID is invalid");
  }
  tap.answer(call.params.all);
  return true;
};

/** Methods that leave no message behind. */
export const lightMethods: Readonly<Record<string, Handler>> = {
  sendMessageDraft,
  sendRichMessageDraft,
  sendChatAction,
  setMessageReaction,
  answerCallbackQuery,
};
