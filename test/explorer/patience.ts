/** Attempts to rejoin that may fail before a living Codex is given up: `rejoins` in src/dispatcher/recovery.ts. */
const rejoins = 5;

/**
 * Whether a service may end a process whose turn runs. It may in two cases only:
 * - it tried to rejoin five times in a row and each time the connection broke (recovery.ts: "a connection that breaks is
 *   no reason to end a Codex that works (L8)", up to `rejoins`);
 * - the process, connected, left a request without an answer until its time was over: `turn/start` (not-started.ts:
 *   "nobody knows, so this Codex ends and the recovery looks what it has"), or one with which it was rejoined (recovery.ts
 *   tries again only what was `disconnected`; who says nothing for 30 s hangs).
 */
export interface Patience {
  /** `who` begins an attempt to rejoin. */
  tried(who: string): void;
  /** `who` heard an answer to `what`. */
  answered(who: string, what: string): void;
  /** `who` waited for the answer to `what` until the time was over. */
  unanswered(who: string, what: string): void;
  isOver(who: string): boolean;
}

/** Requests whose silence gives a Codex up. */
const decisive = ["open", "start", "turns"];

/** Nobody tried anything yet. */
export function createPatience(): Patience {
  const tries = new Map<string, number>();
  const silent = new Set<string>();
  return {
    tried: (who) => void tries.set(who, (tries.get(who) ?? 0) + 1),
    answered(who, what) {
      // Opening the thread is the beginning of a rejoining, not its end.
      if (what === "open") return;
      tries.delete(who);
      silent.delete(who);
    },
    unanswered(who, what) {
      if (decisive.includes(what)) silent.add(who);
    },
    isOver: (who) => silent.has(who) || (tries.get(who) ?? 0) >= rejoins,
  };
}
