import type { Definition } from "mdast";

/** What the rendering of one text needs to know besides its nodes. */
export interface MarkdownSource {
  /** The sanitised Markdown: offsets of nodes point into it. */
  readonly source: string;
  /** First definition of each link label, by normalised identifier. */
  readonly definitions: ReadonlyMap<string, Definition>;
  /** Identifiers some link or image refers to. */
  readonly referred: ReadonlySet<string>;
}

/** The same, and how code is written. */
export interface MarkdownContext extends MarkdownSource {
  readonly codeTab: string;
}
