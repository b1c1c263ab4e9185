import { answerText, type TurnView } from "../../src/model/view.ts";
import type { LiveFrame } from "./protocol.ts";

/** A frame with its whole text. */
export type WholeFrame = Omit<LiveFrame, "keep">;

/** Pure. What a page shows of a running turn; undefined once it has ended. */
export function frameOf(view: TurnView): WholeFrame | undefined {
  if (view.phase === "ended") return undefined;
  return {
    slot: view.slot,
    phase: view.phase,
    ...(view.retrying === undefined ? {} : { retrying: view.retrying }),
    startedAt: view.startedAt,
    ...(view.silentSince === undefined ? {} : { silentSince: view.silentSince }),
    plan: view.plan,
    actions: view.actions,
    ...(view.thinking === undefined ? {} : { thinking: view.thinking }),
    text: answerText(view, true),
    ...(view.stopNonce === undefined ? {} : { stop: view.stopNonce }),
  };
}

/** Pure. The frame as it goes to a page that has `shown`: only what is new of the text. */
export function onWire(frame: WholeFrame, shown: WholeFrame | undefined): LiveFrame {
  const before = shown?.slot === frame.slot ? shown.text : "";
  const keep = commonLength(before, frame.text);
  return { ...frame, text: frame.text.slice(keep), keep };
}

function commonLength(left: string, right: string): number {
  if (right.startsWith(left)) return left.length;
  const most = Math.min(left.length, right.length);
  let length = 0;
  while (length < most && left.charCodeAt(length) === right.charCodeAt(length)) length += 1;
  return length;
}
