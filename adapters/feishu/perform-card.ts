import type { Clock } from "../../src/lib/clock.ts";
import type { Logger } from "../../src/lib/log.ts";
import type { CallResult } from "../../src/model/delivery.ts";
import type { ChatKey, MessageId } from "../../src/model/ids.ts";
import type { FeishuCall, FeishuRequest, LiveExtra, Place, Wire } from "./requests.ts";
import { readCardId, uuidOf } from "./sent.ts";
import { feishuWords } from "./words.ts";

/** What the steps of a streaming card need. */
export interface CardDeps {
  readonly call: FeishuCall;
  codeOf(error: unknown): number | undefined;
  readonly clock: Clock;
  readonly log: Logger;
}

type Send = (
  chat: ChatKey,
  wire: Wire,
  place: Place,
  uuid: string | undefined,
  signal: AbortSignal,
) => Promise<CallResult>;
type Request<Kind extends FeishuRequest["kind"]> = Extract<FeishuRequest, { kind: Kind }>;
type CardRequest = Request<"createCard" | "sendCard" | "frame" | "closeCard">;

const sequenceStale = 300317;
const sequenceJump = 1000;
/** Streaming was closed by the platform: after ten minutes, after a long silence. */
const streamingOver = new Set([300309, 200850]);
/** Told about a call, not about the card: another card would meet it too. */
const passing = new Set([99991400, 230020, 11232, 99991672, 99991668, 99991663, 99991677, 99991661]);
/** Cards of one turn the platform may refuse before its frames end. */
const maxFailures = 2;

/** A card with the sequence of its next change. */
interface Pen {
  readonly card: string;
  readonly openedAt: number;
  sequence: number;
}

/** Performs one step of a streaming card; the answer's `extra` holds what the next step needs. Rejects with what the platform refuses. */
export function createCardSteps(
  deps: CardDeps,
  send: Send,
): (chat: ChatKey, request: CardRequest, signal: AbortSignal) => Promise<CallResult> {
  return (chat, request, signal) => {
    switch (request.kind) {
      case "createCard":
        return create(deps, request, signal);
      case "sendCard":
        return show(chat, request, send, signal);
      case "frame":
        return frame(deps, request, signal);
      case "closeCard":
        return close(deps, request, signal);
    }
  };
}

async function create(deps: CardDeps, request: Request<"createCard">, signal: AbortSignal): Promise<CallResult> {
  const body = { type: "card_json", data: JSON.stringify(request.card) };
  const card = readCardId(await deps.call({ method: "POST", path: "/open-apis/cardkit/v1/cards", body }, signal));
  if (card === undefined) return { outcome: "refused", reason: "no card id in the answer" };
  return { ...done("", { ...request.extra, card, openedAt: deps.clock.now() }), again: true };
}

/** An entity can be sent once: its id makes the `uuid`, so that a repetition finds the first message. */
async function show(chat: ChatKey, request: Request<"sendCard">, send: Send, signal: AbortSignal): Promise<CallResult> {
  const { extra } = request;
  const content = JSON.stringify({ type: "card", data: { card_id: extra.card } });
  const result = await send(
    chat,
    { type: "interactive", content },
    request.place,
    uuidOf(`card-${extra.card}`),
    signal,
  );
  if (result.outcome !== "done" || result.message === undefined) return result;
  return { ...done(result.message.messageId, { ...extra, sent: true }), again: true };
}

async function frame(deps: CardDeps, request: Request<"frame">, signal: AbortSignal): Promise<CallResult> {
  const { before, extra } = request;
  const pen = penOf(before);
  let drawn = before;
  try {
    if (request.actions.length > 0) {
      await change(deps, pen, "POST", "/batch_update", { actions: JSON.stringify(request.actions) }, signal);
      drawn = request.text === undefined ? extra : withAnswerOf(extra, before);
    }
    if (request.text !== undefined) {
      const { element, content } = request.text;
      await change(deps, pen, "PUT", `/elements/${element}/content`, { content }, signal);
    }
  } catch (error) {
    return overtaken(deps, request, error, { ...drawn, sequence: pen.sequence }, drawn !== before, signal);
  }
  return done(request.messageId, { ...extra, sequence: pen.sequence });
}

/** What a frame that failed half-way means: another card, a later try, or the failure itself. */
async function overtaken(
  deps: CardDeps,
  request: Request<"frame">,
  error: unknown,
  extra: LiveExtra,
  half: boolean,
  signal: AbortSignal,
): Promise<CallResult> {
  const code = deps.codeOf(error);
  const over = code !== undefined && streamingOver.has(code);
  if (code === undefined || passing.has(code)) {
    if (half && !signal.aborted) return done(request.messageId, extra);
    throw error;
  }
  if (!over && extra.failures >= maxFailures) throw error;
  deps.log.info({ code, card: extra.card }, "streaming card is replaced");
  const pen = penOf(extra);
  try {
    await end(deps, pen, extra, feishuWords[extra.language].goesOn, signal);
  } catch (second) {
    // Told about the call, not the card: the frame comes again, and with it this end.
    if (signal.aborted || passing.has(deps.codeOf(second) ?? 0)) throw second;
    deps.log.debug({ err: second, card: extra.card }, "replaced card stays as it is");
  }
  const failures = over ? extra.failures : extra.failures + 1;
  return { ...done(request.messageId, { ...extra, sequence: pen.sequence, failures, closed: true }), again: true };
}

/** The answer's part of the later state was not drawn. */
function withAnswerOf(extra: LiveExtra, before: LiveExtra): LiveExtra {
  const { from, shown, digest, fence, element } = before;
  return { ...extra, from, shown, digest, fence, element };
}

async function close(deps: CardDeps, request: Request<"closeCard">, signal: AbortSignal): Promise<CallResult> {
  const { extra } = request;
  const pen = penOf(extra);
  if (request.card === undefined) {
    await tolerant(deps, () => end(deps, pen, extra, request.summary, signal));
  } else {
    await tolerant(deps, () => settings(deps, pen, request.summary, signal));
    const card = { type: "card_json", data: JSON.stringify(request.card) };
    try {
      await change(deps, pen, "PUT", "", { card }, signal);
    } catch (error) {
      const code = deps.codeOf(error);
      if (code === undefined || passing.has(code)) throw error;
      deps.log.info({ code, card: extra.card }, "card is closed as it stands");
      await end(deps, pen, extra, request.summary, signal);
    }
  }
  const result = done(request.messageId, { ...extra, sequence: pen.sequence, closed: true });
  return request.rotate === true ? { ...result, again: true } : result;
}

/** A card the platform closed already is closed. */
async function tolerant(deps: CardDeps, act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (!streamingOver.has(deps.codeOf(error) ?? 0)) throw error;
    deps.log.debug({ err: error }, "streaming is over already");
  }
}

/** The card says that it ended, loses its button, and streams no more. Streaming is ended first: that matters most. */
async function end(deps: CardDeps, pen: Pen, extra: LiveExtra, status: string, signal: AbortSignal): Promise<void> {
  await tolerant(deps, () => settings(deps, pen, status, signal));
  const said = {
    action: "partial_update_element",
    params: { element_id: "status", partial_element: { content: status } },
  };
  const stop = { action: "delete_elements", params: { element_ids: ["stop"] } };
  const actions = extra.drawn.stop === undefined ? [said] : [said, stop];
  await change(deps, pen, "POST", "/batch_update", { actions: JSON.stringify(actions) }, signal);
}

async function settings(deps: CardDeps, pen: Pen, summary: string, signal: AbortSignal): Promise<void> {
  const config = { streaming_mode: false, summary: { content: summary } };
  await change(deps, pen, "PATCH", "/settings", { settings: JSON.stringify({ config }) }, signal);
}

/** One change of a card. A sequence the platform knows already jumps ahead, once. */
async function change(
  deps: CardDeps,
  pen: Pen,
  method: "POST" | "PUT" | "PATCH",
  path: string,
  body: object,
  signal: AbortSignal,
): Promise<void> {
  const write = async (sequence: number): Promise<void> => {
    pen.sequence = sequence;
    const uuid = uuidOf(`${pen.card} ${path} ${sequence} ${JSON.stringify(body)}`);
    await deps.call(
      { method, path: `/open-apis/cardkit/v1/cards/${pen.card}${path}`, body: { ...body, sequence, uuid } },
      signal,
    );
  };
  // Grows with time as well: greater than any before, even if the last ones were never written down.
  const next = Math.max(pen.sequence, Math.floor((deps.clock.now() - pen.openedAt) / 100)) + 1;
  try {
    await write(next);
  } catch (error) {
    if (deps.codeOf(error) !== sequenceStale) throw error;
    await write(next + sequenceJump);
  }
}

function penOf(extra: LiveExtra): Pen {
  return { card: extra.card, openedAt: extra.openedAt, sequence: extra.sequence };
}

function done(messageId: string, extra: LiveExtra): Extract<CallResult, { outcome: "done" }> {
  return { outcome: "done", message: { messageId: messageId as MessageId, extra: JSON.stringify(extra) } };
}
