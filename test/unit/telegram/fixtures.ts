import type { InboundContext } from "../../../adapters/telegram/inbound.ts";
import { inbound } from "../../../adapters/telegram/inbound.ts";
import { readUpdate } from "../../../adapters/telegram/wire.ts";
import type { InboundEvent } from "../../../src/channel/port.ts";

/** The bot all tables are about. */
const context: InboundContext = { account: "main", me: { id: 42, username: "Our_Bot" } };

export const ada = { id: 1001, is_bot: false, first_name: "Ada", username: "ada", language_code: "en" };
export const privateChat = { id: 1001, type: "private", first_name: "Ada", username: "ada" };
export const group = { id: -100123, type: "supergroup", title: "Team" };
export const ourBot = { id: 42, is_bot: true, first_name: "Our Bot", username: "Our_Bot" };

/** A message update as it comes over the wire. */
export function messageUpdate(fields: Readonly<Record<string, unknown>>, updateId = 7): unknown {
  return {
    update_id: updateId,
    message: { message_id: 5, date: 1_700_000_000, chat: privateChat, from: ada, ...fields },
  };
}

/** Events of a raw update; throws when it is malformed. */
export function eventsOf(raw: unknown): readonly InboundEvent[] {
  const read = readUpdate(raw);
  if ("problem" in read) throw new Error(read.problem);
  return inbound(read.update, context);
}

/** The only event, which must be a message. */
export function messageOf(fields: Readonly<Record<string, unknown>>): Extract<InboundEvent, { kind: "message" }> {
  const [event, ...rest] = eventsOf(messageUpdate(fields));
  if (event?.kind !== "message" || rest.length > 0)
    throw new Error(`not one message: ${JSON.stringify([event, ...rest])}`);
  return event;
}
