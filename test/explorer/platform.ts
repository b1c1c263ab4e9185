import type { Attempt, Channel } from "../../src/channel/port.ts";
import type { CallResult, Capabilities, OutboundCall, OutboxBody, Screen } from "../../src/model/delivery.ts";
import type { ChatKey, MessageId } from "../../src/model/ids.ts";
import type { TurnView } from "../../src/model/view.ts";
import type { Fault, Gate, Held } from "./gate.ts";
import { type Sent, type TraceEvent, textOf } from "./trace.ts";

/** Account of every schedule. */
export const account = "fake~main";

/** How a node sends. */
export interface PlatformUser {
  readonly name: string;
  hear(what: () => void): void;
  /** Another node sends for the account by now. */
  stale(): boolean;
}

/** What a call asks for, as the screen will show it. */
type Shown = Pick<Sent, "as" | "slot" | "final" | "text" | "replyTo" | "buttons">;

/** The platform and what stands on its screens. */
export interface Platform {
  readonly screen: readonly Sent[];
  channel(user: PlatformUser): Channel;
}

/** `keyed`: it knows idempotency keys, as Feishu does; else it shows a repeated send twice, as Telegram does. */
export function createPlatform(gate: Gate, trace: (event: TraceEvent) => void, keyed: boolean): Platform {
  const screen: Sent[] = [];
  const keys = new Map<string, MessageId>();
  const show = (sent: Sent): MessageId => {
    const known = sent.key === undefined || !keyed ? undefined : keys.get(sent.key);
    if (known !== undefined) return known;
    screen.push(sent);
    trace(sent);
    const id = `p${screen.length}` as MessageId;
    if (sent.key !== undefined) keys.set(sent.key, id);
    return id;
  };
  return {
    screen,
    channel: (user) => ({
      account,
      capabilities: { ...capabilities, idempotentSends: keyed },
      health: () => ({ state: "ready" }),
      identify: async () => ({ name: "@fake" }),
      receive: async () => undefined,
      render: (op, { slots }) => rendered(op.body, slots),
      renderLive: (chat, view, { slots }) => renderedLive(chat, view, slots),
      isGroup,
      perform: (chat, call, signal, attempt) => perform({ gate, trace, user, show }, chat, call, signal, attempt),
      busy: async () => undefined,
      download: async () => undefined,
      publishCommands: async () => undefined,
    }),
  };
}

const capabilities: Capabilities = {
  channel: "fake",
  maxTextLength: 4096,
  maxParts: 8,
  maxUploadBytes: 1,
  maxDownloadBytes: 1,
  forceReply: true,
  idempotentSends: false,
  shared: true,
  rate: {
    accountPerSecond: 1000,
    chatPerSecond: 100,
    chatBurst: 100,
    groupPerMinute: 1000,
    liveSpacingMs: 50,
    liveSpacingGroupMs: 50,
  },
};

/** Groups begin with `-`. */
export function isGroup(chat: ChatKey): boolean {
  return chat.split("~")[2]?.startsWith("-") === true;
}

interface Stage {
  readonly gate: Gate;
  readonly trace: (event: TraceEvent) => void;
  readonly user: PlatformUser;
  readonly show: (sent: Sent) => MessageId;
}

function perform(
  { gate, trace, user, show }: Stage,
  chat: ChatKey,
  call: OutboundCall,
  signal: AbortSignal,
  attempt: Attempt | undefined,
): Promise<CallResult> {
  const shown = call.request as Shown;
  const key = attempt?.key;
  const stale = user.stale();
  trace({ kind: "asked", of: "platform", what: shown.as, stale });
  return new Promise((resolve) => {
    let given = false;
    const giveUp = (): void => {
      given = true;
      resolve({ outcome: "unknown", reason: "aborted" });
    };
    signal.addEventListener("abort", giveUp, { once: true });
    const settle = (result: CallResult): void => {
      signal.removeEventListener("abort", giveUp);
      user.hear(() => resolve(result));
    };
    const held: Held = {
      name: gate.name(user.name, `${shown.as}@${chat}`),
      lane: gate.name(user.name, "wire"),
      owner: user.name,
      // A card that was refused could be answered by nobody.
      faults: shown.final ? ["lose", "drop", "busy", "refuse"] : ["lose", "drop", "busy"],
      orphan: () => key !== undefined && trace({ kind: "unsure", chat, key }),
      run(fault) {
        gate.remove(held);
        const happens = fault === undefined || fault === "lose";
        const messageId = happens
          ? show({ kind: "sent", chat, key, ...shown, stale: given || user.stale() })
          : undefined;
        if (fault !== undefined && key !== undefined && fault !== "busy")
          trace({ kind: fault === "refuse" ? "refused" : "unsure", chat, key });
        settle(resultOf(fault, messageId));
      },
    };
    gate.add(held);
  });
}

function resultOf(fault: Fault | undefined, messageId: MessageId | undefined): CallResult {
  if (messageId !== undefined && fault === undefined) return { outcome: "done", message: { messageId } };
  if (fault === "refuse") return { outcome: "refused", reason: "bad request" };
  if (fault === "busy") return { outcome: "rateLimited", scope: "chat", retryAfterMs: 700 };
  return { outcome: "unknown", reason: "no answer" };
}

function rendered(body: OutboxBody, slots: Screen["slots"]): readonly OutboundCall[] {
  switch (body.op) {
    case "message": {
      const final = body.endsLive !== undefined;
      const slot = final ? body.endsLive : body.slot;
      const as = body.slot?.startsWith("req-") === true ? "card" : "message";
      const shown: Shown = {
        as,
        slot,
        // A note that a turn could not start is none: its message is kept and may be tried again.
        final: final && body.slot === undefined,
        text: textOf(body.content),
        replyTo: body.replyTo,
        buttons: body.content.buttons?.flat() ?? [],
      };
      const first = message(shown, body.slot);
      // A final in two parts: progress inside of an operation counts as well.
      return final ? [first, message({ ...shown, text: "(2)", final: false, buttons: [], slot: undefined })] : [first];
    }
    case "edit": {
      const shown = {
        as: "edit",
        slot: body.slot,
        final: false,
        text: textOf(body.content),
        replyTo: undefined,
      } as const;
      const buttons = body.content.buttons?.flat() ?? [];
      const send = message({ ...shown, buttons }, body.slot);
      if (slots[body.slot] === undefined) return body.orSend ? [send] : [];
      const edit = { method: "edit", request: { ...shown, buttons }, idempotent: true, cost: "edit" } as const;
      return [body.orSend ? { ...edit, fallback: send } : edit];
    }
    case "mark": {
      const request: Shown = { ...nothing, as: "mark", text: body.mark, replyTo: body.messageId };
      return [{ method: "mark", request, idempotent: true, cost: "none" }];
    }
    case "file":
    case "endLive":
      return [];
  }
}

const nothing = { slot: undefined, final: false, text: "", replyTo: undefined, buttons: [] } as const;

function message(request: Shown, slot?: string): OutboundCall {
  return { method: "send", request, idempotent: false, cost: "message", ...(slot === undefined ? {} : { slot }) };
}

function renderedLive(chat: ChatKey, view: TurnView, slots: Screen["slots"]): OutboundCall {
  const stop = view.stopNonce === undefined ? [] : [{ label: "Stop", nonce: view.stopNonce }];
  const text = view.messages.map((m) => m.text).join(" ");
  const request: Shown = { ...nothing, as: "frame", slot: view.slot, text: `${view.phase} ${text}`, buttons: stop };
  if (!isGroup(chat)) return { method: "draft", request, idempotent: true, cost: "none" };
  const slot = `status-${view.slot}`;
  if (slots[slot] === undefined) return { method: "status", request, idempotent: false, cost: "message", slot };
  return { method: "editStatus", request, idempotent: true, cost: "edit" };
}
