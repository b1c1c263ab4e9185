import type { ClientId, ThreadId, TurnId } from "../model/ids.ts";
import type { FileChange } from "../model/request.ts";
import type { CodexEvent, PlanStep, TokenCounts, TurnRecord } from "../model/turn.ts";
import { toFailure } from "./failure.ts";
import { toAction, toChanges, toPhase } from "./items.ts";
import {
  type ItemRead,
  item as itemSchema,
  notifications as read,
  type TokensRead,
  type TurnRead,
} from "./protocol/read.ts";

/** What later notifications and requests need of earlier ones. Empty again when a turn ends. */
export interface Memory {
  /** Changes of patches under way, by item id: an approval request of a patch carries none. */
  readonly changes: ReadonlyMap<string, readonly FileChange[]>;
  /** Reasoning text under way. */
  readonly thinking: { readonly key: string; readonly text: string };
}

export const emptyMemory: Memory = { changes: new Map(), thinking: { key: "", text: "" } };

/** A notification, translated. `known` false: its method or shape is new to us, log it and go on. */
export interface Translated {
  readonly events: readonly CodexEvent[];
  readonly memory: Memory;
  readonly known: boolean;
}

/** Context of a translation. */
export interface Reading {
  readonly memory: Memory;
  /** ms since the epoch; dates reset times. */
  readonly now: number;
}

type Rule = (params: unknown, reading: Reading) => { events: CodexEvent[]; memory?: Memory } | undefined;

const turnId = (id: string): TurnId => id as TurnId;

const rules: Readonly<Record<string, Rule>> = {
  "turn/started": (params) => {
    const p = read.turnStarted.safeParse(params).data;
    return p && { events: [{ kind: "turnStarted", turnId: turnId(p.turn.id) }], memory: emptyMemory };
  },
  "turn/completed": (params, { now }) => {
    const p = read.turnCompleted.safeParse(params).data;
    return p && { events: [ended(p.turn, now)], memory: emptyMemory };
  },
  "item/started": (params, { memory }) => {
    const p = read.item.safeParse(params).data;
    return p && { events: started(turnId(p.turnId), p.item), memory: remember(memory, p.item) };
  },
  "item/completed": (params) => {
    const p = read.item.safeParse(params).data;
    return p && { events: completed(turnId(p.turnId), p.item) };
  },
  "item/agentMessage/delta": (params) => {
    const p = read.delta.safeParse(params).data;
    return p && { events: [{ kind: "messageDelta", turnId: turnId(p.turnId), itemId: p.itemId, delta: p.delta }] };
  },
  "item/reasoning/summaryTextDelta": (params, { memory }) => {
    const p = read.summaryDelta.safeParse(params).data;
    return p && thinking(turnId(p.turnId), `${p.itemId}/${p.summaryIndex}`, p.delta, memory);
  },
  "turn/plan/updated": (params) => {
    const p = read.plan.safeParse(params).data;
    return p && { events: [{ kind: "plan", turnId: turnId(p.turnId), steps: p.plan.map(planStep) }] };
  },
  "turn/diff/updated": (params) => {
    const p = read.diff.safeParse(params).data;
    return p && { events: [{ kind: "diff", turnId: turnId(p.turnId), diff: p.diff }] };
  },
  "thread/tokenUsage/updated": (params) => {
    const p = read.usage.safeParse(params).data;
    if (p === undefined) return undefined;
    const { total, last, modelContextWindow } = p.tokenUsage;
    const contextWindow = typeof modelContextWindow === "number" ? { contextWindow: modelContextWindow } : {};
    const [thread, request] = [counts(total), counts(last)];
    const usage = {
      totalTokens: total.totalTokens,
      lastTotalTokens: last.totalTokens,
      ...contextWindow,
      ...(thread === undefined || request === undefined ? {} : { counts: { thread, last: request } }),
    };
    return { events: [{ kind: "usage", turnId: turnId(p.turnId), usage }] };
  },
  error: (params) => {
    const p = read.error.safeParse(params).data;
    // The last one is told again by turn/completed.
    return (
      p && { events: p.willRetry ? [{ kind: "retrying", turnId: turnId(p.turnId), message: p.error.message }] : [] }
    );
  },
  "serverRequest/resolved": (params) => {
    const p = read.resolved.safeParse(params).data;
    return p && { events: [{ kind: "requestResolved", threadId: p.threadId as ThreadId, rpcId: p.requestId }] };
  },
  warning: (params) => warn(read.warning.safeParse(params).data?.message),
  guardianWarning: (params) => warn(read.warning.safeParse(params).data?.message),
  configWarning: (params) => warn(read.configWarning.safeParse(params).data?.summary),
  "model/rerouted": (params) => {
    const p = read.rerouted.safeParse(params).data;
    return p && warn(`${p.toModel} answers instead of ${p.fromModel}`);
  },
  "mcpServer/startupStatus/updated": (params) => {
    const p = read.mcpStartup.safeParse(params).data;
    return (
      p && (p.status === "failed" ? warn(`MCP server ${p.name} failed to start: ${p.error ?? ""}`) : { events: [] })
    );
  },
};

/** Translates one notification. Pure. */
export function toTurnEvent(method: string, params: unknown, reading: Reading): Translated {
  const result = rules[method]?.(params, reading);
  if (result === undefined) return { events: [], memory: reading.memory, known: false };
  return { events: result.events, memory: result.memory ?? reading.memory, known: true };
}

/** A turn of `thread/turns/list {itemsView: "full"}`. */
export function toTurnRecord(turn: TurnRead, now: number): TurnRecord {
  const items = turn.items.flatMap((raw) => itemSchema.safeParse(raw).data ?? []);
  const failure = turn.error ? toFailure(turn.error, now) : undefined;
  return {
    turnId: turnId(turn.id),
    status: turn.status === "inProgress" ? "inProgress" : outcome(turn.status),
    clientIds: items.flatMap((i) => (i.type === "userMessage" && i.clientId ? [i.clientId as ClientId] : [])),
    messages: items
      .filter((i) => i.type === "agentMessage")
      .map((i) => ({ itemId: i.id, text: i.text ?? "", phase: toPhase(i.phase) })),
    actions: items.flatMap((i) => toAction(i, "completed") ?? []),
    ...(failure === undefined ? {} : { failure }),
    ...(typeof turn.startedAt === "number" ? { startedAt: turn.startedAt * 1000 } : {}),
    ...(typeof turn.completedAt === "number" ? { endedAt: turn.completedAt * 1000 } : {}),
  };
}

function ended(turn: TurnRead, now: number): CodexEvent {
  return {
    kind: "turnEnded",
    turnId: turnId(turn.id),
    outcome: outcome(turn.status),
    ...(turn.error ? { failure: toFailure(turn.error, now) } : {}),
    ...(typeof turn.durationMs === "number" ? { durationMs: turn.durationMs } : {}),
  };
}

function outcome(status: string): "completed" | "interrupted" | "failed" {
  return status === "completed" || status === "failed" ? status : "interrupted";
}

function started(turn: TurnId, item: ItemRead): CodexEvent[] {
  if (item.type === "agentMessage")
    return [{ kind: "messageStarted", turnId: turn, itemId: item.id, phase: toPhase(item.phase) }];
  const action = toAction(item, "started");
  return action === undefined ? [] : [{ kind: "action", turnId: turn, action }];
}

function completed(turn: TurnId, item: ItemRead): CodexEvent[] {
  switch (item.type) {
    case "userMessage":
      return [{ kind: "delivered", turnId: turn, clientId: item.clientId ? (item.clientId as ClientId) : undefined }];
    case "agentMessage":
      return [
        { kind: "messageCompleted", turnId: turn, itemId: item.id, text: item.text ?? "", phase: toPhase(item.phase) },
      ];
    case "reasoning": {
      const headline = headlineOf(item.summary?.at(-1) ?? "", true);
      return headline === undefined ? [] : [{ kind: "thinking", turnId: turn, text: headline }];
    }
    default: {
      const action = toAction(item, "completed");
      return action === undefined ? [] : [{ kind: "action", turnId: turn, action }];
    }
  }
}

function remember(memory: Memory, item: ItemRead): Memory {
  if (item.type !== "fileChange" || !item.changes) return memory;
  return { ...memory, changes: new Map([...memory.changes, [item.id, toChanges(item.changes)]]) };
}

function thinking(turn: TurnId, key: string, delta: string, memory: Memory): { events: CodexEvent[]; memory: Memory } {
  const before = memory.thinking.key === key ? memory.thinking.text : "";
  const text = before + delta;
  const headline = headlineOf(text, false);
  const events: CodexEvent[] =
    headline === undefined || headline === headlineOf(before, false)
      ? []
      : [{ kind: "thinking", turnId: turn, text: headline }];
  return { events, memory: { ...memory, thinking: { key, text } } };
}

/** First line of a reasoning summary without its stars; undefined while it is not whole. */
function headlineOf(text: string, whole: boolean): string | undefined {
  const bold = /^\s*\*\*([^*\n]+)\*\*/.exec(text)?.[1];
  if (bold !== undefined) return bold.trim();
  const [line, ...rest] = text.trimStart().split("\n");
  return line !== undefined && line !== "" && (whole || rest.length > 0) ? line.trim() : undefined;
}

/** Undefined where the kinds of tokens are not told apart. */
function counts(read: TokensRead): TokenCounts | undefined {
  const { totalTokens, inputTokens, outputTokens } = read;
  if (typeof inputTokens !== "number" || typeof outputTokens !== "number") return undefined;
  return {
    input: inputTokens,
    cachedInput: read.cachedInputTokens ?? 0,
    output: outputTokens,
    reasoning: read.reasoningOutputTokens ?? 0,
    total: totalTokens,
  };
}

function planStep({ step, status }: { step: string; status: string }): PlanStep {
  return { step, status: status === "completed" || status === "inProgress" ? status : "pending" };
}

// Told at every start on machines without bubblewrap; the bundled one is used and nothing is wrong.
const noise = /could not find bubblewrap|Under-development features enabled/;

function warn(message: string | undefined): { events: CodexEvent[] } | undefined {
  if (message === undefined) return undefined;
  return { events: noise.test(message) ? [] : [{ kind: "warning", message }] };
}
