import { actionLine, planLines, statusHead } from "../../src/model/present/live.ts";
import { heal } from "../../src/model/text/heal.ts";
import { sanitize } from "../../src/model/text/sanitize.ts";
import { graphemeBoundary, oneLine } from "../../src/model/text/truncate.ts";
import { answerText, type TurnView } from "../../src/model/view.ts";
import { toEntities } from "./format.ts";
import { type Formatted, joined, plain, tailFormatted } from "./styled-text.ts";

/** Actions a frame shows at most. */
const shownActions = 5;
/** Longest line of the log, UTF-16 units. */
const labelLength = 120;
/** Markdown source parsed per frame at most, so that a long answer does not cost more with every frame. */
const sourceLength = 8192;

/** Pure. A live frame of at most `limit` UTF-16 units; undefined once the turn is over. `now`: ms since the epoch. */
export function liveFrame(view: TurnView, now: number, limit: number): Formatted | undefined {
  if (view.phase === "ended") return undefined;
  const head = plain(
    [statusHead(view, now), ...activity(view), planLines(view).join("  ")].filter((line) => line !== "").join("\n"),
  );
  const source = answerText(view, true) || lastCommentary(view);
  if (source.trim() === "") return head;
  const separator = "\n\n";
  const answer = toEntities(heal(tailOfSource(source, sourceLength)));
  const cutAlready = source.length > sourceLength ? joined([plain("…\n"), answer], "") : answer;
  return joined([head, tailFormatted(cutAlready, limit - head.text.length - separator.length)], separator);
}

function activity(view: TurnView): readonly string[] {
  const lines = view.actions.slice(-shownActions).map((action) => actionLine(action, labelLength));
  const busy = view.actions.some((action) => action.state === "running");
  const thinks = view.thinking !== undefined && view.thinking !== "" && view.phase === "working" && !busy;
  return thinks ? [...lines, `▸ ${oneLine(sanitize(view.thinking ?? ""), labelLength)}`] : lines;
}

function lastCommentary(view: TurnView): string {
  return view.messages.findLast((message) => message.phase === "commentary" && message.text !== "")?.text ?? "";
}

/** The end of a Markdown text from a line on; a code fence that was open there is opened again. */
function tailOfSource(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const rough = text.length - limit;
  const newline = text.indexOf("\n", rough);
  const far = newline < 0 || newline > rough + 1024;
  const at = far ? graphemeBoundary(text, rough) : newline + 1;
  const fences = text.slice(0, at).match(/^\s{0,3}(?:```|~~~).*$/gmu) ?? [];
  const open = fences.length % 2 === 1 ? `${fences.at(-1)?.trim() ?? "```"}\n` : "";
  return open + text.slice(at);
}
