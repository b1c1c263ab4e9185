import { live as liveWords } from "../../src/model/catalog/live.ts";
import type { Screen } from "../../src/model/delivery.ts";
import { draftId } from "../../src/model/draft-id.ts";
import type { TurnView } from "../../src/model/view.ts";
import { capabilities } from "./capabilities.ts";
import { replyMarkup } from "./content.ts";
import { liveFrame } from "./live.ts";
import { textFields } from "./outbound.ts";
import type { TelegramCall } from "./requests.ts";
import type { Formatted } from "./styled-text.ts";

/**
 * Pure. The request for a live frame: a draft where the chat takes drafts and no status message stands yet, else one
 * status message, sent silently once and then edited. `now`: ms since the epoch.
 */
export function renderFrame(view: TurnView, screen: Screen, now: number, drafts: boolean): TelegramCall | undefined {
  const frame = liveFrame(view, now, capabilities.maxTextLength);
  if (frame === undefined) return undefined;
  const sent = screen.slots[view.slot];
  const payload = { ...textFields(frame), ...stopButton(view) };
  const send: TelegramCall = {
    method: "sendMessage",
    request: { payload: { ...payload, disable_notification: true } },
    slot: view.slot,
    idempotent: false,
    cost: "message",
  };
  if (sent === undefined) return drafts ? draft(view, frame, send) : send;
  return {
    method: "editMessageText",
    request: { payload: { message_id: Number(sent.messageId), ...payload } },
    idempotent: true,
    cost: "edit",
    fallback: send,
  };
}

/** Where drafts are refused, the status message takes over at once. */
function draft(view: TurnView, frame: Formatted, fallback: TelegramCall): TelegramCall {
  const { link_preview_options: _none, ...text } = textFields(frame);
  return {
    method: "sendMessageDraft",
    request: { payload: { draft_id: draftId(view.slot), can_stop: true, ...text } },
    idempotent: true,
    cost: "none",
    fallback,
  };
}

function stopButton(view: TurnView): object {
  if (view.stopNonce === undefined || view.phase === "stopping") return {};
  const buttons = [[{ label: liveWords[view.language].stop, nonce: view.stopNonce, style: "danger" as const }]];
  return replyMarkup({ pieces: [], buttons });
}
