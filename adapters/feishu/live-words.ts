import { live as liveWords } from "../../src/model/catalog/live.ts";
import { actionLine, planLines, statusHead } from "../../src/model/present/live.ts";
import { sanitize } from "../../src/model/text/sanitize.ts";
import { oneLine } from "../../src/model/text/truncate.ts";
import type { TurnView } from "../../src/model/view.ts";
import { escapeCard } from "./format.ts";

/** Actions a card shows at most, and their longest line, UTF-16 units. */
const shownActions = 10;
const labelLength = 80;

/** Status line, with what runs at the moment. Card Markdown, as all of these. */
export function statusOf(view: TurnView, now: number): string {
  const head = statusHead(view, now);
  const running = view.actions.findLast((action) => action.state === "running");
  const thinking = view.phase === "working" ? (view.thinking ?? "") : "";
  const doing = running?.label ?? thinking;
  return escapeCard(doing.trim() === "" ? head : `${head}\n▸ ${oneLine(sanitize(doing), labelLength)}`);
}

/** Plan; empty for none. */
export function planOf(view: TurnView): string {
  return escapeCard(planLines(view).join("\n"));
}

/** Work log; empty for none. */
export function logOf(view: TurnView): string {
  if (view.actions.length === 0) return "";
  const hidden = view.actions.length - shownActions;
  const lines = view.actions.slice(-shownActions).map((action) => actionLine(action, labelLength));
  return escapeCard([...(hidden > 0 ? [liveWords[view.language].more(hidden)] : []), ...lines].join("\n"));
}
