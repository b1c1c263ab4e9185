import type { VNode } from "preact";
import type { Mark } from "../../../src/model/delivery.ts";
import { useWords } from "./words.ts";

const icons = { taken: "✓", steered: "↪", waiting: "…", dropped: "✕" } as const;

/** What became of a person's message, in a word. */
export function MarkWord({ mark }: { readonly mark: Mark | undefined }): VNode | null {
  const words = useWords();
  if (mark === undefined || mark === "none") return null;
  return (
    <span class={`mark ${mark}`} title={words.markTitles[mark]}>
      <span aria-hidden="true">{icons[mark]} </span>
      {words.marks[mark]}
    </span>
  );
}
