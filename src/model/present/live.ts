import { live as liveWords } from "../catalog/live.ts";
import { sanitize } from "../text/sanitize.ts";
import { oneLine } from "../text/truncate.ts";
import type { Action, PlanStep } from "../turn.ts";
import type { TurnView } from "../view.ts";

const actionMarks: Readonly<Record<Action["state"], string>> = { running: "▸", done: "✓", failed: "✗", declined: "✗" };
const stepMarks: Readonly<Record<PlanStep["status"], string>> = { completed: "✓", inProgress: "▸", pending: "○" };
/** Plan steps shown at most, and the longest of them, UTF-16 units. */
const shownSteps = 6;
const stepLength = 48;

/** What a turn is about, and for how long: `Working · 12 s`. Of one whose machine is silent, the time stands still. */
export function statusHead(view: TurnView, now: number): string {
  const words = liveWords[view.language];
  const phase = view.phase === "ended" ? "working" : view.phase;
  if (view.silentSince !== undefined) return `${words.silent} · ${words.elapsed(view.silentSince - view.startedAt)}`;
  return `${view.retrying === undefined ? words[phase] : words.retrying} · ${words.elapsed(now - view.startedAt)}`;
}

/** One line of the work log, at most `length` UTF-16 units without its mark. */
export function actionLine(action: Action, length: number): string {
  return `${actionMarks[action.state]} ${oneLine(sanitize(action.label), length)}`;
}

/** Title and steps of the plan; empty without one. A long plan is shown around the step in progress. */
export function planLines(view: TurnView): readonly string[] {
  if (view.plan.length === 0) return [];
  const words = liveWords[view.language];
  const open = view.plan.findIndex((step) => step.status !== "completed");
  const first = Math.max(0, Math.min((open < 0 ? view.plan.length : open) - 2, view.plan.length - shownSteps));
  const steps = view.plan
    .slice(first, first + shownSteps)
    .map((step) => `${stepMarks[step.status]} ${oneLine(sanitize(step.step), stepLength)}`);
  const hidden = view.plan.length - steps.length;
  return [words.plan, ...steps, ...(hidden > 0 ? [words.more(hidden)] : [])];
}
