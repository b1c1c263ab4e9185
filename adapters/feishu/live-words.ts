import { live as liveWords } from "../../src/model/catalog/live.ts";
import { sanitize } from "../../src/model/text/sanitize.ts";
import { oneLine } from "../../src/model/text/truncate.ts";
import type { Action, PlanStep } from "../../src/model/turn.ts";
import type { TurnView } from "../../src/model/view.ts";
import { escapeCard } from "./format.ts";

/** Actions and plan steps a card shows at most, with their longest lines in UTF-16 units. */
const shownActions = 10;
const shownSteps = 6;
const labelLength = 80;
const stepLength = 48;

const actionMarks: Readonly<Record<Action["state"], string>> = { running: "▸", done: "✓", failed: "✗", declined: "✗" };
const stepMarks: Readonly<Record<PlanStep["status"], string>> = { completed: "✓", inProgress: "▸", pending: "○" };

/** Status line, with what runs at the moment. Card Markdown, as all of these. */
export function statusOf(view: TurnView, now: number): string {
  const words = liveWords[view.language];
  const phase = view.phase === "ended" ? "working" : view.phase;
  const head = `${view.retrying === undefined ? words[phase] : words.retrying} · ${words.elapsed(now - view.startedAt)}`;
  const running = view.actions.findLast((action) => action.state === "running");
  const thinking = view.phase === "working" ? (view.thinking ?? "") : "";
  const doing = running?.label ?? thinking;
  return escapeCard(doing.trim() === "" ? head : `${head}\n▸ ${oneLine(sanitize(doing), labelLength)}`);
}

/** Plan; empty for none. A long one is shown around the step in progress. */
export function planOf(view: TurnView): string {
  if (view.plan.length === 0) return "";
  const words = liveWords[view.language];
  const open = view.plan.findIndex((step) => step.status !== "completed");
  const first = Math.max(0, Math.min((open < 0 ? view.plan.length : open) - 2, view.plan.length - shownSteps));
  const steps = view.plan
    .slice(first, first + shownSteps)
    .map((step) => `${stepMarks[step.status]} ${oneLine(sanitize(step.step), stepLength)}`);
  const hidden = view.plan.length - steps.length;
  return escapeCard([words.plan, ...steps, ...(hidden > 0 ? [words.more(hidden)] : [])].join("\n"));
}

/** Work log; empty for none. */
export function logOf(view: TurnView): string {
  if (view.actions.length === 0) return "";
  const hidden = view.actions.length - shownActions;
  const lines = view.actions
    .slice(-shownActions)
    .map((action) => `${actionMarks[action.state]} ${oneLine(sanitize(action.label), labelLength)}`);
  return escapeCard([...(hidden > 0 ? [liveWords[view.language].more(hidden)] : []), ...lines].join("\n"));
}
