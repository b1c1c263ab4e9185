import { renderMarkdown } from "./markdown.ts";

/**
 * Pure. The plain text of a Markdown text: what its reader sees, formatting aside. The measure of law L11: what a channel
 * shows, part marks and blanks at the cuts between parts aside, equals it.
 */
export function plainOf(markdown: string): string {
  return renderMarkdown(markdown).text;
}
