import type { ElementContent, Root, RootContent } from "hast";
import { common, createLowlight } from "lowlight";
import type { ComponentChildren, VNode } from "preact";
import { useMemo, useState } from "preact/hooks";
import { copyText } from "./copy.ts";
import { diffLines } from "./diff-lines.ts";
import { useWords } from "./words.ts";

const lowlight = createLowlight(common);
/** Longer code is shown plain, UTF-16 units. */
const highlightedLength = 50_000;
const copiedMs = 2000;

/** A code block: language, [Copy], the code in colours where its language is known. */
export function CodeBlock(props: { readonly code: string; readonly language?: string | undefined }): VNode {
  const { code, language } = props;
  const body = useMemo(() => (language === "diff" ? diffBody(code) : highlighted(code, language)), [code, language]);
  return (
    <div class="code">
      <div class="code-bar">
        {/* Not text of the answer: it says what the colours mean. */}
        <span class="code-language">{language}</span>
        <CopyButton text={code} />
      </div>
      <pre class={language === "diff" ? "diff" : undefined} tabIndex={0}>
        <code>{body}</code>
      </pre>
    </div>
  );
}

/** A diff on its own, without a bar. */
export function Diff(props: { readonly text: string }): VNode {
  const body = useMemo(() => diffBody(props.text), [props.text]);
  return (
    <pre class="diff" tabIndex={0}>
      <code>{body}</code>
    </pre>
  );
}

function CopyButton({ text }: { readonly text: string }): VNode {
  const words = useWords();
  const [said, setSaid] = useState<string>();
  const copy = async (): Promise<void> => {
    setSaid((await copyText(text)) ? words.copied : words.notCopied);
    window.setTimeout(() => setSaid(undefined), copiedMs);
  };
  return (
    <button type="button" class="quiet small" onClick={() => void copy()} aria-live="polite">
      {said ?? words.copy}
    </button>
  );
}

function diffBody(text: string): ComponentChildren {
  return diffLines(text).map((line) => <span class={`diff-${line.kind}`}>{line.text}</span>);
}

function highlighted(code: string, language: string | undefined): ComponentChildren {
  const name = language?.toLowerCase();
  if (name === undefined || code.length > highlightedLength || !lowlight.registered(name)) return code;
  return nodes(lowlight.highlight(name, code));
}

function nodes(parent: Root | ElementContent): ComponentChildren {
  if (!("children" in parent)) return undefined;
  return (parent.children as readonly RootContent[]).map((node) => {
    if (node.type === "text") return node.value;
    if (node.type !== "element") return undefined;
    const names = node.properties.className;
    return <span class={Array.isArray(names) ? names.join(" ") : undefined}>{nodes(node)}</span>;
  });
}
