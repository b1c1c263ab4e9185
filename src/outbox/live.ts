import { elapsedMs, type Moment, momentOf } from "../lib/clock.ts";
import type { OutboundCall, Screen, SentMessage } from "../model/delivery.ts";
import type { ChatKey } from "../model/ids.ts";
import type { TurnView } from "../model/view.ts";
import type { Cost } from "./budget.ts";
import { type Desk, perform, persist } from "./desk.ts";
import type { LiveUrgency, PickResult } from "./scheduler.ts";

/** Refusals in a row after which a turn's frames end. */
const maxRefused = 3;

/** What the sender knows of a chat's running view; starts anew with each turn. */
export interface LiveState {
  /** Turn slot these facts belong to. */
  slot: string | undefined;
  /** A frame with text was tried: later ones keep their distance. */
  textTried: boolean;
  /** A frame with text is on the screen. */
  textShown: boolean;
  /** Nobody works on the turn just now. */
  silent: boolean;
  /** What the last frame was charged to. */
  cost: Cost;
  last: { readonly at: Moment; readonly exact: string; readonly baseline: string } | undefined;
  /** No frame of this slot can be shown any more. */
  dead: boolean;
  /** Frames the platform refused, in a row. */
  refused: number;
}

/** What became of a picked frame. `next`: the wish that follows; `ended`: no view runs. */
export interface LiveStep {
  readonly result: PickResult;
  readonly next: LiveUrgency | "nothing" | "ended";
}

interface Frame {
  readonly address: ChatKey;
  readonly view: TurnView;
  readonly screen: Screen;
}

/** A chat without a running view. */
export function freshLive(cost: Cost): LiveState {
  return {
    slot: undefined,
    textTried: false,
    textShown: false,
    silent: false,
    cost,
    last: undefined,
    dead: false,
    refused: 0,
  };
}

/** Takes in a view; forgets the previous turn's facts when it is another turn's. */
export function follow(state: LiveState, view: TurnView): void {
  if (state.slot !== view.slot) Object.assign(state, freshLive(state.cost), { slot: view.slot });
  state.silent = view.silentSince !== undefined;
}

/** True once the view shows any text of the model. */
export function hasText(view: TurnView): boolean {
  return view.messages.some((message) => message.text !== "");
}

/**
 * Sends the newest frame of a chat, read at this moment (latest wins; nothing once a final stands in the outbox, L6).
 * A frame that fails is dropped, never repeated. `extra` is told of each further call. Rejects only with `leaseLost` or abort.
 */
export async function sendFrame(
  desk: Desk,
  chat: ChatKey,
  state: LiveState,
  extra: (cost: Cost) => void,
): Promise<LiveStep> {
  const frame = await persist(desk, () => desk.store.live(chat));
  if (frame === undefined) return { result: "skipped", next: "ended" };
  follow(state, frame.view);
  if (state.dead) return { result: "skipped", next: "nothing" };
  const call = rendered(desk, frame, state, desk.clock.now());
  if (call === undefined) return { result: "skipped", next: "nothing" };
  const unchanged = whyNotSent(desk, frame, state, call);
  if (unchanged !== undefined) return { result: unchanged, next: "refresh" };
  if (hasText(frame.view)) state.textTried = true;
  state.cost = call.cost;
  return showFrame(desk, chat, state, frame, call, extra);
}

/** A view no adapter can render ends its turn's frames, not the sender. */
function rendered(desk: Desk, frame: Frame, state: LiveState, now: number): OutboundCall | undefined {
  try {
    return desk.channel.renderLive(frame.address, frame.view, frame.screen, now);
  } catch (error) {
    desk.log.error({ err: error, chat: frame.address, slot: frame.view.slot }, "live frame cannot be rendered");
    state.dead = true;
    return undefined;
  }
}

/** Unchanged but for elapsed time: only sent when a repetition is due. Unchanged in everything: only to keep a draft alive. */
function whyNotSent(
  desk: Desk,
  frame: Frame,
  state: LiveState,
  call: OutboundCall,
): "skipped" | "unchanged" | undefined {
  if (state.last === undefined) return undefined;
  const group = desk.channel.isGroup(frame.address);
  const refreshDue =
    elapsedMs(desk.clock, state.last.at) >= (group ? desk.limits.refreshGroupMs : desk.limits.refreshMs);
  if (!refreshDue) {
    const asBefore = desk.channel.renderLive(frame.address, frame.view, frame.screen, state.last.at.wall);
    return asBefore !== undefined && exactly(asBefore) === state.last.baseline ? "skipped" : undefined;
  }
  const fades = desk.channel.capabilities.rate.liveKeepAliveMs !== undefined;
  return !fades && exactly(call) === state.last.exact ? "unchanged" : undefined;
}

async function showFrame(
  desk: Desk,
  chat: ChatKey,
  state: LiveState,
  frame: Frame,
  first: OutboundCall,
  extra: (cost: Cost) => void,
): Promise<LiveStep> {
  const now = momentOf(desk.clock);
  let onScreen = frame.screen;
  for (let call = first; ; ) {
    const result = await perform(desk, "live", { chat, address: frame.address }, call);
    switch (result.outcome) {
      case "done": {
        const screen = await shown(desk, chat, state, { ...frame, screen: onScreen }, call, now, result.message);
        if (result.again !== true) {
          state.refused = 0;
          return { result: "sent", next: "refresh" };
        }
        onScreen = screen;
        const next = rendered(desk, { ...frame, screen }, state, now.wall);
        if (next === undefined) return { result: "sent", next: "refresh" };
        call = next;
        extra(call.cost);
        continue;
      }
      case "refused":
        if (call.fallback === undefined) return refusedFrame(desk, chat, state, call, result.reason);
        call = call.fallback;
        extra(call.cost);
        continue;
      case "moved":
        await persist(desk, () => desk.store.move(chat, result.to));
        return { result: "sent", next: "changed" };
      case "rateLimited":
      case "unauthorized":
        return { result: "sent", next: "changed" };
      case "gone":
        state.dead = true;
        return { result: "sent", next: "nothing" };
      case "unknown":
        // It may stand there: a second status message would never be ended.
        state.dead = !call.idempotent;
        return dropped(desk, chat, state, result.reason);
      case "retry":
        return dropped(desk, chat, state, result.reason);
    }
  }
}

/** What is refused again and again is not tried for ever; the operator is told once per turn. */
function refusedFrame(desk: Desk, chat: ChatKey, state: LiveState, call: OutboundCall, reason: string): LiveStep {
  state.refused += 1;
  state.dead = state.refused >= maxRefused;
  if (state.dead) desk.log.warn({ chat, slot: state.slot, method: call.method, reason }, "live frames are refused");
  return dropped(desk, chat, state, reason);
}

function dropped(desk: Desk, chat: ChatKey, state: LiveState, reason: string): LiveStep {
  desk.log.debug({ chat, slot: state.slot, reason }, "live frame dropped");
  state.last = undefined;
  return { result: "sent", next: state.dead ? "nothing" : "refresh" };
}

async function shown(
  desk: Desk,
  chat: ChatKey,
  state: LiveState,
  frame: Frame,
  call: OutboundCall,
  now: Moment,
  message: SentMessage | undefined,
): Promise<Screen> {
  const { slot } = call;
  if (hasText(frame.view)) state.textShown = true;
  const screen =
    slot === undefined || message === undefined
      ? frame.screen
      : { ...frame.screen, slots: { ...frame.screen.slots, [slot]: message } };
  // What this view would look like next time at the same moment: an edit where this was a send.
  const again = desk.channel.renderLive(frame.address, frame.view, screen, now.wall) ?? call;
  state.last = { at: now, exact: exactly(again), baseline: exactly(again) };
  if (slot !== undefined && message !== undefined) {
    await persist(desk, () => desk.store.remember(desk.epoch, chat, slot, message));
  }
  return screen;
}

function exactly(call: OutboundCall): string {
  return JSON.stringify([call.method, call.request]);
}
