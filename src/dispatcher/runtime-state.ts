import { BridgeError } from "../model/errors.ts";

/**
 * Life of a chat's runtime.
 *
 *     parked ─wake▶ claiming ─▶ starting ─▶ ready ⇄ running ─▶ ready ─idle▶ parking ─▶ parked
 *                                  │  ▲
 *                                  ▼  │ backoff
 *                                failing            (any) ─lease lost▶ abandoned
 *
 * - `claiming`: the lease is taken and the record read; nothing was said to Codex yet.
 * - `starting`: a process is looked for or spawned, and the thread opened. Also re-entered when it dies.
 * - `ready`: no turn. A process may be alive or not; it is started when a message needs it.
 * - `running`: a turn is asked for or runs (streaming, waiting for an approval, or for input: see its view).
 * - `failing`: Codex did not start; tried again after a backoff.
 * - `parking`: nothing to do for long enough; the process is ended and the lease given back. Right after `claiming`: the
 *   chat is another worker's, who goes on with a process that serves a turn.
 * - `abandoned`: another node owns the chat. Our socket is closed, Codex is left alone.
 */
export type RuntimePhase =
  | "parked"
  | "claiming"
  | "starting"
  | "ready"
  | "running"
  | "failing"
  | "parking"
  | "abandoned";

const transitions: Readonly<Record<RuntimePhase, readonly RuntimePhase[]>> = {
  parked: ["claiming"],
  claiming: ["starting", "ready", "parking", "abandoned"],
  starting: ["ready", "running", "failing", "abandoned"],
  ready: ["starting", "running", "parking", "abandoned"],
  running: ["ready", "starting", "abandoned"],
  failing: ["starting", "ready", "abandoned"],
  parking: ["parked", "ready", "abandoned"],
  abandoned: [],
};

/** Every phase, for tests. */
export const runtimePhases = Object.keys(transitions) as readonly RuntimePhase[];

/** Whether the table allows `from` → `to`. */
export function canMove(from: RuntimePhase, to: RuntimePhase): boolean {
  return transitions[from].includes(to);
}

/** `to`, or BridgeError `invalidTransition`. Staying is always allowed, except in `abandoned`. */
export function move(from: RuntimePhase, to: RuntimePhase): RuntimePhase {
  if (from === to && from !== "abandoned") return to;
  if (!canMove(from, to)) throw new BridgeError("invalidTransition", `${from} → ${to}`);
  return to;
}

/** Why no new turn may begin: turns are waited for before a stop (chats are told), or the service is stopping. */
export type Holding = "drain" | "stop";
