/** A button of a card as a person sees it. */
export interface CardButton {
  readonly label: string;
  /** What its tap sends back. */
  readonly value: Readonly<Record<string, unknown>>;
}

type Node = Readonly<Record<string, unknown>>;

/** Elements of a card, depth first. */
export function* elementsOf(value: unknown): Generator<Node> {
  if (Array.isArray(value)) for (const one of value) yield* elementsOf(one);
  if (typeof value !== "object" || value === null || Array.isArray(value)) return;
  const node = value as Node;
  if (typeof node.tag === "string") yield node;
  for (const key of ["body", "header", "title", "elements", "columns"]) yield* elementsOf(node[key]);
}

/** What can be read on a card, one line per element; entities and the platform's own tags resolved. */
export function cardText(card: unknown): string {
  const lines: string[] = [];
  for (const node of elementsOf(card)) {
    if ((node.tag === "markdown" || node.tag === "plain_text") && typeof node.content === "string")
      lines.push(readable(node.content));
  }
  return lines.join("\n");
}

/** Card Markdown without the platform's colour and size tags, with character references resolved. */
export function readable(markdown: string): string {
  return markdown
    .replace(/<\/?(?:font|text_tag|number_tag)(?:\s[^>]*)?>/g, "")
    .replace(/<br\s*\/?>/g, "\n")
    .replace(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)))
    .replace(/&lt;/g, "<")
    .replace(/&gt;/g, ">")
    .replace(/&amp;/g, "&");
}

/** Buttons of a card, in order. */
export function cardButtons(card: unknown): readonly CardButton[] {
  return [...elementsOf(card)].flatMap((node) => {
    if (node.tag !== "button" || node.disabled === true) return [];
    const { text, behaviors } = node as {
      readonly text?: { readonly content?: string };
      readonly behaviors?: readonly Node[];
    };
    const callback = behaviors?.find((one) => one.type === "callback");
    return [{ label: text?.content ?? "", value: (callback?.value ?? {}) as Readonly<Record<string, unknown>> }];
  });
}
