import { live as liveWords } from "../../src/model/catalog/live.ts";
import type { Screen } from "../../src/model/delivery.ts";
import type { ChatKey } from "../../src/model/ids.ts";
import { sanitize } from "../../src/model/text/sanitize.ts";
import { graphemeBoundary } from "../../src/model/text/truncate.ts";
import { answerText, type TurnView } from "../../src/model/view.ts";
import { buttonElement, card, cardBytes, type Element, foldElement, jsonBytes, markdownElement } from "./card.ts";
import { digestOf, readLiveExtra } from "./live-extra.ts";
import { type LiveText, liveText } from "./live-text.ts";
import { logOf, planOf, statusOf } from "./live-words.ts";
import { placeOf } from "./outbound.ts";
import type { CardAction, FeishuOutbound, LiveExtra } from "./requests.ts";
import { feishuWords } from "./words.ts";

/** Age at which a card is followed by another, ms: the platform ends streaming after ten minutes. */
const rotateMs = 7.5 * 60_000;
/** Bytes of a card kept for everything but the answer. */
const reservedBytes = 7168;

/**
 * Pure. The next step of a turn's streaming card: make it, send it, change it, or end it because it is old or full and
 * another goes on where it stopped. Undefined: nothing to show or to change. `now`: ms since the epoch.
 */
export function renderFrame(chat: ChatKey, view: TurnView, screen: Screen, now: number): FeishuOutbound | undefined {
  if (view.phase === "ended") return undefined;
  const sent = screen.slots[view.slot];
  const extra = readLiveExtra(sent?.extra);
  if (sent === undefined || extra === undefined || extra.closed === true) return create(view, extra, now);
  if (!extra.sent) {
    const request = { kind: "sendCard", extra, place: placeOf(chat, screen) } as const;
    return { method: "cardkit.send", request, slot: view.slot, idempotent: true, cost: "message" };
  }
  const answer = answerStep(view, extra);
  if (now - extra.openedAt >= rotateMs || answer.full) return rotate(view, sent.messageId, extra);
  return frame(view, sent.messageId, extra, answer, now);
}

function create(view: TurnView, before: LiveExtra | undefined, now: number): FeishuOutbound {
  const status = statusOf(view, now);
  const stop = stopElement(view);
  const elements = [markdownElement(status, "status"), ...(stop === undefined ? [] : [stop])];
  const from = before === undefined ? 0 : before.from + before.shown;
  const extra: LiveExtra = {
    card: "",
    sequence: 0,
    openedAt: now,
    sent: false,
    language: view.language,
    element: 1,
    from,
    shown: 0,
    digest: before?.digest ?? digestOf(""),
    fence: before === undefined ? "" : fenceAt(liveText(sourceOf(view)), from),
    drawn: { status: digestOf(status), ...(stop === undefined ? {} : { stop: "1" }) },
    failures: before?.failures ?? 0,
  };
  const request = { kind: "createCard", card: card(elements, liveWords[view.language].working, true), extra } as const;
  return { method: "cardkit.create", request, slot: view.slot, idempotent: true, cost: "none" };
}

function rotate(view: TurnView, messageId: string, extra: LiveExtra): FeishuOutbound {
  const summary = feishuWords[view.language].goesOn;
  const request = { kind: "closeCard", messageId, summary, extra, rotate: true } as const;
  return { method: "cardkit.close", request, slot: view.slot, idempotent: true, cost: "edit" };
}

function frame(
  view: TurnView,
  messageId: string,
  extra: LiveExtra,
  answer: AnswerStep,
  now: number,
): FeishuOutbound | undefined {
  const drawn: Record<string, string> = { ...extra.drawn };
  const actions: CardAction[] = [];
  const draw = (id: string, content: string, made: Element, after: string): void => {
    const digest = digestOf(content);
    if (content === "" || drawn[id] === digest) return;
    actions.push(drawn[id] === undefined ? add([made], "insert_after", after) : change(id, content));
    drawn[id] = digest;
  };
  const plan = planOf(view);
  const log = logOf(view);
  draw("status", statusOf(view, now), markdownElement(statusOf(view, now), "status"), "status");
  draw("plan", plan, markdownElement(plan, "plan"), "status");
  const title = feishuWords[view.language].log;
  draw(
    "log",
    log,
    foldElement(title, [markdownElement(log, "log")], "log_panel"),
    drawn.plan === undefined ? "status" : "plan",
  );
  if (view.phase === "stopping" && drawn.stop !== undefined) {
    delete drawn.stop;
    actions.push(remove("stop"));
  }
  actions.push(...answer.actions(drawn.stop !== undefined));
  if (actions.length === 0 && answer.text === undefined) return undefined;
  const request = {
    kind: "frame",
    messageId,
    actions,
    ...(answer.text === undefined ? {} : { text: answer.text }),
    before: extra,
    extra: { ...extra, ...answer.extra, drawn },
  } as const;
  return { method: "cardkit.frame", request, slot: view.slot, idempotent: true, cost: "edit" };
}

/** What becomes of the answer with a frame. */
interface AnswerStep {
  /** There is more, and this card has no room for it. */
  readonly full: boolean;
  readonly extra: Partial<LiveExtra>;
  readonly text?: { readonly element: string; readonly content: string };
  /** Changes of elements; `stop`: the button stands, and stays last. */
  actions(stop: boolean): readonly CardAction[];
}

/** The answer element grows; where the text is no continuation of what is shown, another element takes its place. */
function answerStep(view: TurnView, extra: LiveExtra): AnswerStep {
  const shown = liveText(sourceOf(view));
  const place = extra.from + extra.shown;
  const goesOn = digestOf(shown.text.slice(0, place)) === extra.digest;
  const base = goesOn ? extra : { ...extra, from: 0, shown: 0, fence: "", element: extra.element + 1 };
  const end = endOf(shown, base);
  const removed = !goesOn && extra.shown > 0 ? [remove(`answer_${extra.element}`)] : [];
  const grown = end - base.from;
  const waits = shown.text.length > end && end === base.from + base.shown;
  if (grown === base.shown && removed.length === 0 && goesOn) return { full: waits, extra: {}, actions: () => [] };
  const element = `answer_${base.element}`;
  const content = opened(base.fence, shown.text.slice(base.from, end));
  const { from, fence, element: number } = base;
  const next = { from, fence, element: number, shown: grown, digest: digestOf(shown.text.slice(0, end)) };
  if (base.shown > 0) return { full: false, extra: next, text: { element, content }, actions: () => [] };
  const made = markdownElement(content, element);
  const added = (stop: boolean): readonly CardAction[] =>
    grown === 0 ? [] : [stop ? add([made], "insert_before", "stop") : add([made], "append")];
  return { full: false, extra: next, actions: (stop) => [...removed, ...added(stop)] };
}

/** How far the card has room: to the end of a line if the rest does not fit. */
function endOf({ text, ends }: LiveText, extra: LiveExtra): number {
  const room = cardBytes - reservedBytes;
  const fits = (end: number): boolean => jsonBytes(opened(extra.fence, text.slice(extra.from, end))) <= room;
  if (text.length - extra.from <= room && fits(text.length)) return text.length;
  let low = extra.from + extra.shown;
  let high = Math.min(text.length, extra.from + room);
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (fits(middle)) low = middle;
    else high = middle - 1;
  }
  const line = ends.findLast((end) => end.at <= low)?.at ?? 0;
  if (line > extra.from) return Math.max(line, extra.from + extra.shown);
  return Math.max(graphemeBoundary(text, low), extra.from + extra.shown);
}

function fenceAt({ ends }: LiveText, place: number): string {
  return ends.findLast((end) => end.at <= place)?.fence ?? "";
}

function opened(fence: string, text: string): string {
  return fence === "" ? text : `${fence}\n${text}`;
}

function sourceOf(view: TurnView): string {
  const commentary = view.messages.findLast((message) => message.phase === "commentary" && message.text !== "");
  return sanitize(answerText(view, true) || (commentary?.text ?? ""));
}

function stopElement(view: TurnView): Element | undefined {
  if (view.stopNonce === undefined || view.phase === "stopping") return undefined;
  return buttonElement({ label: liveWords[view.language].stop, nonce: view.stopNonce, style: "danger" }, "stop");
}

function add(
  elements: readonly Element[],
  type: "insert_after" | "insert_before" | "append",
  target?: string,
): CardAction {
  const place = target === undefined ? {} : { target_element_id: target };
  return { action: "add_elements", params: { type, ...place, elements } };
}

function change(id: string, content: string): CardAction {
  return { action: "partial_update_element", params: { element_id: id, partial_element: { content } } };
}

function remove(id: string): CardAction {
  return { action: "delete_elements", params: { element_ids: [id] } };
}
