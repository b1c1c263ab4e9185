import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/log.ts";
import type { ThreadId } from "../model/ids.ts";
import type { CodexEvent } from "../model/turn.ts";
import { readRequest } from "./requests.ts";
import type { RpcHandlers, RpcId, RpcPeer } from "./rpc-peer.ts";
import { emptyMemory, type Memory, toTurnEvent } from "./to-turn-event.ts";

export interface InboxDeps {
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * The receiving side of a session: what app-server sends becomes events of one thread, in wire order, for one
 * listener. app-server broadcasts some notifications of all threads; those of others are dropped. Requests of other
 * threads are not: a sub-agent of ours may ask, and would wait for ever.
 */
export class Inbox implements RpcHandlers {
  readonly #deps: InboxDeps;
  readonly #early: CodexEvent[] = [];
  #listener: ((event: CodexEvent) => void) | undefined;
  #memory: Memory = emptyMemory;
  #peer: Pick<RpcPeer, "respond" | "refuse"> | undefined;
  #left = false;
  /** The thread this session is about; set before its first event can come. */
  threadId: ThreadId | undefined;
  /** When a turn was last seen running or ending, of the clock's uptime, ms. */
  lastTurnAt: number | undefined;
  /** Called at every end of a turn. */
  onTurnEnded: () => void = () => {};

  constructor(deps: InboxDeps) {
    this.#deps = deps;
  }

  /** Where answers go. */
  bind(peer: Pick<RpcPeer, "respond" | "refuse">): void {
    this.#peer = peer;
  }

  /** Sets the listener; it gets what came before it first. */
  listen(listener: (event: CodexEvent) => void): void {
    this.#listener = listener;
    for (const event of this.#early.splice(0)) listener(event);
  }

  /** We leave on purpose: nothing more is told, not even `disconnected`. */
  leave(): void {
    this.#left = true;
  }

  emit(event: CodexEvent): void {
    if (this.#left) return;
    if (this.#listener === undefined) this.#early.push(event);
    else this.#listener(event);
  }

  notification(method: string, params: unknown): void {
    const { clock, log } = this.#deps;
    const of = threadOf(params);
    if (of !== undefined && of !== this.threadId && method !== "serverRequest/resolved") {
      log.debug({ method, threadId: of }, "codex event of another thread is dropped");
      return;
    }
    const { events, memory, known } = toTurnEvent(method, params, { memory: this.#memory, now: clock.now() });
    this.#memory = memory;
    if (!known) log.debug({ method }, "codex notification is not read");
    for (const event of events) this.#note(event);
  }

  request(id: RpcId, method: string, params: unknown): void {
    const { clock, log } = this.#deps;
    const reading = readRequest(id, method, params, { changes: this.#memory.changes, now: clock.now() });
    const lost = (error: unknown): void => log.debug({ method, error: String(error) }, "codex request is not answered");
    switch (reading.kind) {
      case "ask":
        this.emit({ kind: "request", request: reading.request });
        return;
      case "reply":
        this.#peer?.respond(id, reading.result).catch(lost);
        return;
      case "refuse":
        log.warn({ method }, "codex request is refused");
        this.#peer?.refuse(id, -32601, `${method} is not served here`).catch(lost);
        this.emit({ kind: "requestRefused", method });
    }
  }

  closed(reason: string): void {
    this.emit({ kind: "disconnected", reason });
    this.#left = true;
  }

  #note(event: CodexEvent): void {
    if (event.kind === "turnStarted" || event.kind === "turnEnded") this.lastTurnAt = this.#deps.clock.uptime();
    this.emit(event);
    if (event.kind === "turnEnded") this.onTurnEnded();
  }
}

function threadOf(params: unknown): string | undefined {
  if (typeof params !== "object" || params === null) return undefined;
  if ("threadId" in params && typeof params.threadId === "string") return params.threadId;
  if (!("thread" in params) || typeof params.thread !== "object" || params.thread === null) return undefined;
  return "id" in params.thread && typeof params.thread.id === "string" ? params.thread.id : undefined;
}
