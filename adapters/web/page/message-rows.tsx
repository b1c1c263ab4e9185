import type { VNode } from "preact";
import { useMemo } from "preact/hooks";
import type { WebMessage } from "../protocol.ts";
import { memo } from "./memo.ts";
import { MessageRow } from "./message.tsx";
import { previewOf } from "./preview.ts";
import { dayName, dayOf } from "./times.ts";
import { useWords } from "./words.ts";

interface MessageRowsProps {
  readonly messages: readonly WebMessage[];
  readonly pressed: ReadonlySet<string>;
}

/** All messages on the page. Only what changed is drawn anew: a chat may have thousands. */
export const MessageRows = memo(function Rows({ messages, pressed }: MessageRowsProps): VNode {
  const words = useWords();
  const byId = useMemo(() => new Map(messages.map((message) => [message.id, message])), [messages]);
  return (
    <>
      {messages.flatMap((message, index) => {
        const before = messages[index - 1];
        const newDay = before === undefined || dayOf(before.at) !== dayOf(message.at);
        const quoted = message.replyTo === undefined ? undefined : byId.get(message.replyTo);
        // A bot's message right below what it answers needs no quotation.
        const quote = quoted === undefined || (quoted === before && message.from === "bot") ? undefined : quoted;
        const row = (
          <MessageRow
            key={message.id}
            message={message}
            quoteId={quote?.id}
            quote={quote === undefined ? undefined : previewOf(quote.content)}
            pressed={pressedOf(message, pressed)}
          />
        );
        if (!newDay) return [row];
        return [
          <p key={`day-${message.id}`} class="day">
            {dayName(message.at, words.locale)}
          </p>,
          row,
        ];
      })}
    </>
  );
});

/** Which of a message's buttons wait: a text, so that it is equal while nothing changed. */
function pressedOf(message: WebMessage, pressed: ReadonlySet<string>): string {
  if (pressed.size === 0) return "";
  const nonces = message.content.buttons?.flat().map((button) => button.nonce) ?? [];
  return nonces.filter((nonce) => pressed.has(nonce)).join("\n");
}
