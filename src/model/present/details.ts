import { shortDuration } from "../../lib/duration.ts";
import type { Content, Piece } from "../delivery.ts";
import type { Action } from "../turn.ts";
import type { TurnView } from "../view.ts";

const marks = { running: "▸", done: "✓", failed: "✗", declined: "–" } as const;
/** Output kept per action on the screen. */
const outputLimit = 600;

/** The work log of a turn: each action with how it went, output folded below the failed ones. */
export function detailsContent(view: TurnView): Content {
  const pieces: Piece[] = [];
  for (const action of view.actions) {
    pieces.push({ as: "text", text: actionLine(action) });
    if (action.state === "failed" && action.output !== undefined && action.output !== "")
      pieces.push({ as: "fold", text: action.output.slice(-outputLimit) });
  }
  for (const message of view.messages)
    if (message.phase === "commentary") pieces.push({ as: "markdown", text: message.text });
  return { pieces };
}

/** `✓ npm test · exit 0, 1.2 s`. */
function actionLine(action: Action): string {
  const facts = [
    action.exitCode === undefined || action.exitCode === 0 ? undefined : `exit ${action.exitCode}`,
    action.durationMs === undefined ? undefined : shortDuration(action.durationMs),
  ].filter((f) => f !== undefined);
  return `${marks[action.state]} ${action.label}${facts.length === 0 ? "" : ` · ${facts.join(", ")}`}`;
}
