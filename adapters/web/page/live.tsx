import type { VNode } from "preact";
import type { MessageId } from "../../../src/model/ids.ts";
import { heal } from "../../../src/model/text/heal.ts";
import type { Action, PlanStep } from "../../../src/model/turn.ts";
import type { LiveFrame } from "../protocol.ts";
import { useDispatch } from "./app-context.ts";
import { freshId } from "./controller.ts";
import { Icon } from "./icon.tsx";
import { chunksOf } from "./live-chunks.ts";
import { memo } from "./memo.ts";
import { Markdown } from "./pieces.tsx";
import { useNow } from "./times.ts";
import { useWords } from "./words.ts";

/** Lines of the work log that are always shown. */
const shownActions = 3;
const actionMarks: Readonly<Record<Action["state"], string>> = { running: "▸", done: "✓", failed: "✗", declined: "–" };
const stepMarks: Readonly<Record<PlanStep["status"], string>> = { completed: "✓", inProgress: "▸", pending: "○" };
/** Button presses outside of a message name none. */
const noMessage = "" as const satisfies MessageId | "";

/** The running turn: what was done, what is planned, the answer as it grows. */
export function LiveAnswer({ frame }: { readonly frame: LiveFrame }): VNode {
  const words = useWords();
  const chunks = chunksOf(frame.text);
  return (
    <section class="live" aria-label={words.liveAnswer} aria-busy="true">
      <WorkLog actions={frame.actions} />
      <Plan steps={frame.plan} />
      {chunks.map((text, index) => (
        <LiveChunk key={`chunk-${index}`} text={text} last={index === chunks.length - 1} />
      ))}
    </section>
  );
}

/** The part that still grows is made whole first. */
const LiveChunk = memo(function Chunk({ text, last }: { readonly text: string; readonly last: boolean }): VNode | null {
  const whole = last ? heal(text) : text;
  return whole === "" ? null : <Markdown text={whole} />;
});

function WorkLog({ actions }: { readonly actions: readonly Action[] }): VNode | null {
  const words = useWords();
  if (actions.length === 0) return null;
  const earlier = actions.slice(0, -shownActions);
  return (
    <div class="work-log">
      {earlier.length === 0 ? undefined : (
        <details>
          <summary>{words.earlierSteps(earlier.length)}</summary>
          {earlier.map((action) => (
            <ActionLine key={action.id} action={action} />
          ))}
        </details>
      )}
      {actions.slice(-shownActions).map((action) => (
        <ActionLine key={action.id} action={action} />
      ))}
    </div>
  );
}

function ActionLine({ action }: { readonly action: Action }): VNode {
  const words = useWords();
  return (
    <p class={`action ${action.state}`} title={action.label}>
      <span role="img" aria-label={words.actionStates[action.state]}>
        {actionMarks[action.state]}
      </span>
      <span class="action-label">{action.label}</span>
      {action.exitCode === undefined || action.exitCode === 0 ? undefined : (
        <span class="faint">exit {action.exitCode}</span>
      )}
    </p>
  );
}

function Plan({ steps }: { readonly steps: readonly PlanStep[] }): VNode | null {
  const words = useWords();
  if (steps.length === 0) return null;
  return (
    <div class="plan">
      <h2>{words.plan}</h2>
      <ul role="list">
        {steps.map((step, index) => (
          <li class={step.status} key={`${index}-${step.step}`}>
            <span role="img" aria-label={words.stepStates[step.status]}>
              {stepMarks[step.status]}
            </span>
            {step.step}
          </li>
        ))}
      </ul>
    </div>
  );
}

interface LiveBarProps {
  readonly frame: LiveFrame;
  readonly clockAhead: number;
  readonly pressed: ReadonlySet<string>;
}

/** What happens now, for how long, and [Stop]: always on the screen. */
export function LiveBar({ frame, clockAhead, pressed }: LiveBarProps): VNode {
  const words = useWords();
  const dispatch = useDispatch();
  const now = useNow() + clockAhead;
  const { stop } = frame;
  const phase = frame.phase === "ended" ? "working" : frame.phase;
  const does = frame.retrying === undefined ? words.live[phase] : words.live.retrying;
  const stopping = stop !== undefined && pressed.has(stop);
  return (
    <div class="live-bar">
      <span class="spinner" aria-hidden="true" />
      <span class="live-status">
        {frame.silentSince === undefined ? does : words.live.silent} ·{" "}
        {words.live.elapsed((frame.silentSince ?? now) - frame.startedAt)}
        {frame.thinking === undefined || frame.thinking === "" ? undefined : (
          <span class="faint"> {frame.thinking}</span>
        )}
      </span>
      {stop === undefined ? undefined : (
        <button
          type="button"
          class={stopping ? "danger pressed" : "danger"}
          disabled={stopping}
          aria-busy={stopping}
          onClick={() => dispatch({ type: "tap", id: freshId(), message: noMessage, nonce: stop })}
        >
          <Icon name="stop" />
          {words.live.stop}
        </button>
      )}
    </div>
  );
}
