import type { VNode } from "preact";
import type { MessageId } from "../../../src/model/ids.ts";
import type { WebMessage } from "../protocol.ts";
import { ButtonRows } from "./buttons.tsx";
import { Files } from "./files.tsx";
import { MarkWord } from "./mark.tsx";
import { memo } from "./memo.ts";
import { Pieces } from "./pieces.tsx";
import { clock } from "./times.ts";
import { useWords } from "./words.ts";

interface MessageRowProps {
  readonly message: WebMessage;
  /** Message it answers, if it is on the page and not right above. */
  readonly quoteId: MessageId | undefined;
  readonly quote: string | undefined;
  /** Nonces of its buttons that wait for an answer, a line each. */
  readonly pressed: string;
}

/** One message. */
export const MessageRow = memo(function Row({ message, quoteId, quote, pressed }: MessageRowProps): VNode {
  const words = useWords();
  const { content, files, from } = message;
  const who = from === "bot" ? words.bot : words.you;
  return (
    <article
      class={`message ${from}`}
      id={`m${message.id}`}
      tabIndex={-1}
      aria-label={`${who}, ${clock(message.at, words.locale)}`}
    >
      {quote === undefined || quoteId === undefined ? undefined : <Quote id={quoteId} text={quote} />}
      <Pieces pieces={content.pieces} />
      {files === undefined ? undefined : <Files files={files} />}
      {content.buttons === undefined ? undefined : (
        <ButtonRows rows={content.buttons} message={message.id} pressed={pressed} />
      )}
      <p class="meta">
        {content.footer === undefined ? undefined : <span class="footer">{content.footer}</span>}
        <MarkWord mark={message.mark} />
        <time dateTime={new Date(message.at).toISOString()}>{clock(message.at, words.locale)}</time>
      </p>
    </article>
  );
});

function Quote({ id, text }: { readonly id: MessageId; readonly text: string }): VNode {
  const words = useWords();
  const show = (): void => {
    const target = document.getElementById(`m${id}`);
    target?.scrollIntoView({ block: "center" });
    target?.focus({ preventScroll: true });
  };
  return (
    <button type="button" class="quote" title={words.showQuoted} onClick={show}>
      {text === "" ? words.showQuoted : text}
    </button>
  );
}
