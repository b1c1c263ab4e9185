import type { ChatKey } from "../../model/ids.ts";
import type { TraceLine } from "../../model/trace.ts";
import type { TurnLogEntry } from "../../model/turn-log.ts";

/** What an operator may read of a running service besides its status. Every stream rejects once Redis is gone. */
export interface Inspection {
  /** Records of turns that ended since then (ms since the epoch), chat after chat, oldest first; `chat`: only of these. */
  turns(since: number, chat?: (chat: ChatKey) => boolean): AsyncIterable<TurnLogEntry>;
  /** Who decided what: the newest first. */
  audit(limit: number): AsyncIterable<AuditEntry>;
  /** Watches a chat for `ms`; ends with that time, by {@link traceOff}, or with the signal. Others that watch it go on. */
  trace(chat: ChatKey, ms: number, signal: AbortSignal): AsyncIterable<TraceItem>;
  /** False: it was not watched. */
  traceOff(chat: ChatKey): Promise<boolean>;
}

/** Who decided what, where; `at` in ms since the epoch. */
export interface AuditEntry {
  readonly at: number;
  readonly who: string;
  readonly what: string;
  readonly chat: string;
  readonly result: string;
}

/** First `until` (ms since the epoch), with the name the chat goes by now and whether anything ever came from it; then lines as they come; `dropped`: so many before the next one are missing. */
export type TraceItem =
  | { readonly until: number; readonly chat: ChatKey; readonly known: boolean }
  | { readonly line: TraceLine }
  | { readonly dropped: number };
