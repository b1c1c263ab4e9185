import type { Content, Mark, OutboundCall, OutboxBody, Screen } from "../../src/model/delivery.ts";
import type { MessageId } from "../../src/model/ids.ts";
import type { WholeFrame } from "./live.ts";

/** A request to our own platform. */
export type WebRequest =
  | {
      readonly kind: "message";
      readonly content: Content;
      readonly replyTo?: MessageId;
      readonly endsLive?: string;
      readonly ring?: false;
    }
  | { readonly kind: "edit"; readonly id: MessageId; readonly content: Content }
  | { readonly kind: "mark"; readonly id: MessageId; readonly mark: Mark }
  | {
      readonly kind: "file";
      readonly path: string;
      readonly name: string;
      readonly caption?: string;
      readonly replyTo?: MessageId;
    }
  | { readonly kind: "frame"; readonly slot: string; readonly frame?: WholeFrame };

/** A call of ours. */
export type WebCall = OutboundCall & { readonly request: WebRequest };

/** Pure. The requests that put a durable operation on the screen. */
export function renderBody(body: OutboxBody, screen: Screen): readonly WebCall[] {
  switch (body.op) {
    case "message":
      return [message(body)];
    case "edit":
      return edit(body, screen);
    case "mark":
      return [call("mark", { kind: "mark", id: body.messageId, mark: body.mark }, "none")];
    case "file": {
      const { op: _op, ...file } = body;
      return [{ ...call("file", { kind: "file", ...file }, "message"), idempotent: false }];
    }
    case "endLive":
      return [call("frame", { kind: "frame", slot: body.slot }, "none")];
  }
}

/** Pure. The request that shows a live frame. */
export function renderFrame(frame: WholeFrame): WebCall {
  return call("frame", { kind: "frame", slot: frame.slot, frame }, "none");
}

function message(body: Extract<OutboxBody, { op: "message" }>): WebCall {
  const request: WebRequest = {
    kind: "message",
    content: body.content,
    ...(body.replyTo === undefined ? {} : { replyTo: body.replyTo }),
    ...(body.endsLive === undefined ? {} : { endsLive: body.endsLive }),
    ...(body.ring === false ? { ring: false } : {}),
  };
  const slot = body.slot === undefined ? {} : { slot: body.slot };
  return { ...call("message", request, "message"), ...slot, idempotent: false };
}

function edit(body: Extract<OutboxBody, { op: "edit" }>, screen: Screen): readonly WebCall[] {
  const sent = screen.slots[body.slot];
  const anew = body.orSend ? [message({ op: "message", content: body.content, slot: body.slot })] : [];
  if (sent === undefined) return anew;
  const [fallback] = anew;
  const change = call("edit", { kind: "edit", id: sent.messageId, content: body.content }, "edit");
  return [fallback === undefined ? change : { ...change, fallback }];
}

function call(method: string, request: WebRequest, cost: OutboundCall["cost"]): WebCall {
  return { method, request, idempotent: true, cost };
}
