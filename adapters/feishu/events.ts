import { EventDispatcher, LoggerLevel } from "@larksuiteoapi/node-sdk";
import type { InboundEvent, InboundSink, TapReply } from "../../src/channel/port.ts";
import type { Clock } from "../../src/lib/clock.ts";
import type { Logger } from "../../src/lib/log.ts";
import { limits } from "./capabilities.ts";
import type { Directory } from "./directory.ts";
import { fromBotLeft, fromClick, fromMessage, fromReaction, fromRecall, type InboundContext } from "./inbound.ts";
import { cardOf } from "./outbound.ts";
import { silentSdkLogger } from "./sdk-logger.ts";
import { readBotLeft, readClicked, readReacted, readRecalled, readReceived } from "./wire.ts";

/** What handling events needs. */
export interface EventDeps {
  readonly directory: Directory;
  readonly context: InboundContext;
  readonly clock: Clock;
  readonly log: Logger;
}

/** The platform delivers an event again that is not acknowledged within 3 s. */
const slowMs = 2000;
const notStored = "Not stored, please tap again. / 未保存，请再点一次。";

type Handler = (data: unknown) => Promise<unknown>;

/**
 * Events of the long connection: each resolves, and so is acknowledged, once the sink has stored it; rejects when it
 * could not, and the platform delivers it again. One at a time per chat, in the order of arrival.
 */
export function createEvents(deps: EventDeps, sink: InboundSink): EventDispatcher {
  const lanes = new Map<string, Promise<unknown>>();
  const { directory, context, log } = deps;

  async function inLane<T>(chat: string, act: () => Promise<T>): Promise<T> {
    const before = lanes.get(chat) ?? Promise.resolve();
    const mine = before.then(act, act);
    lanes.set(chat, mine);
    const at = deps.clock.now();
    try {
      return await mine;
    } finally {
      if (lanes.get(chat) === mine) lanes.delete(chat);
      const durationMs = deps.clock.now() - at;
      if (durationMs > slowMs) log.warn({ durationMs }, "an event is acknowledged late");
    }
  }

  const accept = async (event: InboundEvent | undefined): Promise<TapReply> => {
    if (event === undefined) return {};
    return sink.accept(event);
  };

  const onMessage: Handler = async (data) => {
    const event = readReceived(data);
    if (event === undefined) return unread("im.message.receive_v1");
    const { message, sender } = event;
    const isPrivate = message.chat_type === "p2p";
    const id = sender.sender_id?.open_id;
    await inLane(message.chat_id, async () => {
      const merged = message.message_type === "merge_forward";
      const [name, chat, parent, forwarded] = await Promise.all([
        id === undefined ? "" : directory.name(id),
        isPrivate ? undefined : directory.chat(message.chat_id),
        message.parent_id ? directory.message(message.parent_id) : undefined,
        merged ? directory.forwarded(message.message_id) : undefined,
      ]);
      directory.seen(
        {
          message_id: message.message_id,
          msg_type: message.message_type,
          chat_id: message.chat_id,
          ...(message.thread_id === undefined ? {} : { thread_id: message.thread_id }),
          sender: { id: id ?? "", sender_type: sender.sender_type },
          body: { content: message.content },
        },
        isPrivate,
      );
      const around = {
        name,
        title: chat?.title ?? "",
        ...(parent === undefined ? {} : { parent }),
        ...(forwarded === undefined ? {} : { forwarded }),
      };
      await accept(fromMessage(event, around, context));
    });
    return {};
  };

  const onRecall: Handler = async (data) => {
    const event = readRecalled(data);
    if (event === undefined) return unread("im.message.recalled_v1");
    await inLane(event.chat_id, async () => {
      const known = await directory.message(event.message_id);
      await accept(await placed(fromRecall(event, known, context), event.chat_id));
    });
    return {};
  };

  const onReaction: Handler = async (data) => {
    const event = readReacted(data);
    if (event === undefined) return unread("im.message.reaction.created_v1");
    if (event.reaction_type.emoji_type !== "OK") return {};
    const known = await directory.message(event.message_id);
    const chat = known?.chat_id;
    const id = event.user_id?.open_id;
    if (chat === undefined || id === undefined) return {};
    await inLane(chat, async () => {
      const ok = fromReaction(event, known, await directory.name(id), context);
      await accept(ok === undefined ? undefined : await placed(ok, chat));
    });
    return {};
  };

  const onBotLeft: Handler = async (data) => {
    const event = readBotLeft(data);
    if (event === undefined) return unread("im.chat.member.bot.deleted_v1");
    await accept(fromBotLeft(event, context));
    return {};
  };

  const onClick: Handler = async (data) => {
    const event = readClicked(data);
    if (event === undefined) return unread("card.action.trigger");
    try {
      const { open_chat_id: chatId } = event.context;
      const [chat, name] = await Promise.all([directory.chat(chatId), directory.name(event.operator.open_id)]);
      const told = await accept(fromClick(event, { private: chat.private, thread: undefined, name }, context));
      return acknowledgement(told);
    } catch (error) {
      log.warn({ err: error }, "click is not stored");
      return { toast: { type: "error", content: notStored } };
    }
  };

  /** Where an event that names only its chat happened. */
  async function placed<T extends InboundEvent>(event: T, chatId: string): Promise<T> {
    const chat = await directory.chat(chatId);
    return { ...event, at: { ...event.at, private: chat.private, title: chat.title } };
  }

  function unread(type: string): object {
    log.warn({ type }, "event cannot be read");
    return {};
  }

  return new EventDispatcher({ logger: silentSdkLogger, loggerLevel: LoggerLevel.error }).register({
    "im.message.receive_v1": onMessage,
    "im.message.recalled_v1": onRecall,
    "im.message.reaction.created_v1": onReaction,
    "im.message.reaction.deleted_v1": async () => ({}),
    "im.message.message_read_v1": async () => ({}),
    "im.chat.member.bot.added_v1": async () => ({}),
    "im.chat.member.bot.deleted_v1": onBotLeft,
    "im.chat.disbanded_v1": onBotLeft,
    "card.action.trigger": onClick,
  } as never);
}

/** Toast and card of a click. */
function acknowledgement(told: TapReply): object {
  const { text, content, alert } = told;
  return {
    ...(text === undefined
      ? {}
      : { toast: { type: alert === true ? "warning" : "info", content: text.slice(0, limits.toast) } }),
    ...(content === undefined ? {} : { card: { type: "raw", data: cardOf(content) } }),
  };
}
