import type { VNode } from "preact";
import type { Attachment } from "./attachments.ts";
import { bytesText } from "./bytes-text.ts";
import { Icon } from "./icon.tsx";
import { useWords } from "./words.ts";

interface AttachmentListProps {
  readonly items: readonly Attachment[];
  readonly remove: (id: string) => void;
}

/** Files that go with the message being written. */
export function AttachmentList({ items, remove }: AttachmentListProps): VNode | null {
  const words = useWords();
  if (items.length === 0) return null;
  return (
    <ul class="attachments" role="list" aria-label={words.attachments}>
      {items.map((item) => (
        <li key={item.id} class={item.state}>
          {item.picture === undefined ? <Icon name="file" /> : <img src={item.picture} alt="" />}
          <span class="file-name">{item.name}</span>
          {item.state === "failed" ? (
            <span class="problem" role="alert">
              {item.problem}
            </span>
          ) : (
            <span class="faint">{bytesText(item.bytes)}</span>
          )}
          {item.state === "uploading" ? <progress value={item.progress} aria-label={words.uploading} /> : undefined}
          <button type="button" class="icon" aria-label={words.remove(item.name)} onClick={() => remove(item.id)}>
            <Icon name="close" />
          </button>
        </li>
      ))}
    </ul>
  );
}
