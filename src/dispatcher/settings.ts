import type { ChatKey } from "../model/ids.ts";
import type { Language } from "../model/view.ts";

/** Settings of the service that a chat's runtime needs; durations in ms, 0 switches a limit off. */
export interface ActorSettings {
  readonly whileBusy: "steer" | "queue" | "interrupt";
  readonly recovery: "ask" | "continue";
  readonly language: Language;
  readonly timeZone?: string;
  readonly idleMs: number;
  readonly stallMs: number;
  readonly maxTurnMs: number;
  readonly remindMs: readonly number[];
  /** Bytes the chat's platform lets a bot download, for words. */
  readonly maxDownloadBytes: (chat: ChatKey) => number;
  /** The demo model answers. */
  readonly demo: boolean;
}
