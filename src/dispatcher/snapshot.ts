import type { ChatKey, RequestNumber } from "../model/ids.ts";
import { lastAction } from "../model/present/final.ts";
import { requestSummary } from "../model/present/request-summary.ts";
import type { ActorContext } from "./context.ts";
import type { RuntimePhase } from "./runtime-state.ts";

/** A chat's runtime as `hotline status` shows it. Times in ms since the epoch. */
export interface RuntimeSnapshot {
  readonly chat: ChatKey;
  readonly phase: RuntimePhase;
  /** Absent: the default project. */
  readonly project?: string;
  readonly turn?: {
    readonly startedAt: number;
    readonly doing?: string;
    /** Since when it shows no sign of progress, once that is `stallMinutes`. */
    readonly stalledSince?: number;
  };
  /** Process id of its Codex. */
  readonly pid?: number;
  readonly waiting: number;
  readonly requests: readonly {
    readonly number: RequestNumber;
    readonly chat: ChatKey;
    readonly summary: string;
    readonly askedAt: number;
  }[];
}

/** See {@link RuntimeSnapshot}. */
export function snapshotOf(a: ActorContext): RuntimeSnapshot {
  const { turn, process, view } = a;
  const doing = view === undefined ? undefined : lastAction(view);
  return {
    chat: a.chat,
    phase: a.phase,
    ...(a.binding.project === undefined ? {} : { project: a.binding.project }),
    ...(turn === undefined
      ? {}
      : { turn: { startedAt: turn.startedAt, ...(doing === undefined ? {} : { doing }), ...stalled(a) } }),
    ...(process === undefined ? {} : { pid: process.pid }),
    waiting: a.waiting.length,
    requests: [...a.requests.values()].map((r) => ({
      number: r.number,
      chat: a.chat,
      summary: requestSummary(r.request.body),
      askedAt: r.askedAt,
    })),
  };
}

/** A turn that waits for a person, or for Codex to be there, does not stall. */
function stalled(a: ActorContext): { readonly stalledSince?: number } {
  const { stallMs } = a.parts.settings;
  const quiet = stallMs > 0 && a.open.size === 0 && a.session !== undefined && a.now - a.lastProgressAt >= stallMs;
  return quiet ? { stalledSince: a.lastProgressAt } : {};
}
