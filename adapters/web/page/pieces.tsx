import type { VNode } from "preact";
import { useMemo } from "preact/hooks";
import type { Piece } from "../../../src/model/delivery.ts";
import { sanitize } from "../../../src/model/text/sanitize.ts";
import { CodeBlock, Diff } from "./code.tsx";
import { isDiff } from "./diff-lines.ts";
import { type DrawCode, renderMarkdown } from "./markdown.tsx";
import { useWords } from "./words.ts";

/** What a message says. */
export function Pieces({ pieces }: { readonly pieces: readonly Piece[] }): VNode {
  return (
    <>
      {pieces.map((piece, index) => (
        <PieceBlock key={`${index}-${piece.as}`} piece={piece} />
      ))}
    </>
  );
}

function PieceBlock({ piece }: { readonly piece: Piece }): VNode {
  switch (piece.as) {
    case "markdown":
      return <Markdown text={piece.text} />;
    case "text":
      return <p class="as-is">{sanitize(piece.text)}</p>;
    case "bold":
      return (
        <p class="as-is">
          <strong>{sanitize(piece.text)}</strong>
        </p>
      );
    case "code":
      return <CodeBlock code={sanitize(piece.text)} language={piece.language} />;
    case "fold":
      return <Fold text={sanitize(piece.text)} />;
  }
}

const drawCode: DrawCode = (code, language) => <CodeBlock code={code} language={language} />;

/** A model's Markdown. */
export function Markdown({ text }: { readonly text: string }): VNode {
  return useMemo(() => renderMarkdown(text, drawCode), [text]);
}

function Fold({ text }: { readonly text: string }): VNode {
  const words = useWords();
  const diff = isDiff(text);
  const lines = text.replace(/\n$/u, "").split("\n").length;
  return (
    <details class="fold">
      <summary>{diff ? words.diffLines(lines) : words.lines(lines)}</summary>
      {diff ? <Diff text={text} /> : <pre tabIndex={0}>{text}</pre>}
    </details>
  );
}
