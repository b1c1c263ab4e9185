import type { Logger } from "../lib/log.ts";
import type { Button, OutboxBody } from "../model/delivery.ts";
import type { ChatKey, MessageId } from "../model/ids.ts";
import type { ButtonRecord } from "../model/request.ts";
import type { IngressStore } from "./port.ts";

/** A note of the service. `more`: further lines. */
export interface Note {
  readonly text: string;
  readonly more?: readonly string[];
  readonly replyTo?: MessageId;
  readonly buttons?: readonly Button[];
  /** Names it for a later edit. */
  readonly slot?: string;
  /** Asks for a text reply where the platform can. */
  readonly asks?: boolean;
}

/** A note as an outbox operation: literal text, without sound unless it asks for something. */
export function noteBody(note: Note): OutboxBody {
  const pieces = [note.text, ...(note.more ?? [])].map((text) => ({ as: "text" as const, text }));
  const buttons = note.buttons === undefined ? {} : { buttons: [note.buttons] };
  const forceReply = note.asks === true ? { forceReply: true } : {};
  return {
    op: "message",
    content: { pieces, ...buttons, ...forceReply },
    ring: note.asks === true,
    ...(note.replyTo === undefined ? {} : { replyTo: note.replyTo }),
    ...(note.slot === undefined ? {} : { slot: note.slot }),
  };
}

/** Says something about an event that is durable already: failing is logged, the event stays accepted. */
export async function tell(
  store: IngressStore,
  log: Logger,
  chat: ChatKey,
  note: Note,
  records?: readonly ButtonRecord[],
): Promise<void> {
  try {
    await store.say(chat, noteBody(note), records);
  } catch (error) {
    log.warn({ err: error, chat }, "note cannot be queued");
  }
}
