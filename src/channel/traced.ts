import type { Clock } from "../lib/clock.ts";
import { BridgeError } from "../model/errors.ts";
import type { ChatKey } from "../model/ids.ts";
import { lengthOf, type Trace, type TraceFacts } from "../model/trace.ts";
import type { InboundEvent } from "./port.ts";

/** Settles as `handled` does, and tells the trace of the event: when it was durable, or why it was not. */
export async function traced<T>(
  { clock }: { readonly clock: Clock },
  trace: Trace,
  { event, chat, begunAt }: { readonly event: InboundEvent; readonly chat: ChatKey; readonly begunAt: number },
  handled: Promise<T>,
): Promise<T> {
  const tell = (error?: string): void =>
    trace.add(chat, {
      part: "platform",
      dir: "in",
      kind: "event",
      method: event.kind,
      ms: clock.now() - begunAt,
      ...(error === undefined ? {} : { error }),
      facts: factsOf(event),
    });
  try {
    const result = await handled;
    tell();
    return result;
  } catch (error) {
    tell(error instanceof BridgeError ? error.code : "other");
    throw error;
  }
}

/** What may be told of an event: ids and sizes. */
function factsOf(event: InboundEvent): TraceFacts {
  const { dedupe } = event;
  switch (event.kind) {
    case "message":
    case "edit": {
      const { messageId, person, text, attachments } = event.message;
      const files = attachments.length === 0 ? {} : { attachments: attachments.length };
      return { dedupe, messageId, person: person.id, text: lengthOf(text), ...files };
    }
    case "tap":
      // Here it may be what lets one change the card.
      return { person: event.person.id };
    case "stop":
      return { dedupe, person: event.person.id };
    case "ok":
      return { dedupe, person: event.person.id, messageId: event.messageId };
    case "recall":
      return { dedupe, messageId: event.messageId };
    case "gone":
      return { dedupe };
    case "moved":
      return { dedupe, to: event.to };
  }
}
