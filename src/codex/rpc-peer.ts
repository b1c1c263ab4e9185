import { z } from "zod";
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/log.ts";
import { CodexError } from "./port.ts";
import type { MessageStream } from "./ws-stream.ts";

export type RpcId = number | string;

/** What app-server calls. Called in wire order. */
export interface RpcHandlers {
  notification(method: string, params: unknown): void;
  /** Answer with `respond` or `refuse`, any time. */
  request(id: RpcId, method: string, params: unknown): void;
  /** Once, after everything pending was rejected. */
  closed(reason: string): void;
}

/** A message as it goes over the wire. */
export interface RpcTraffic {
  readonly dir: "in" | "out";
  readonly kind: "request" | "answer" | "notification";
  /** Absent in our answers. */
  readonly method?: string;
  readonly id?: RpcId;
  /** Characters of its JSON. */
  readonly size: number;
  /** Answers: ms since the request was written. */
  readonly ms?: number;
  /** Code of an error answer. */
  readonly error?: number;
  /** `params` or `result`. */
  readonly body?: unknown;
}

/** Sees all messages, in wire order. */
export interface RpcObserver {
  /** Asked first: while false, nothing is prepared for it. */
  on(): boolean;
  saw(traffic: RpcTraffic): void;
}

export interface RpcPeerOptions {
  readonly clock: Clock;
  readonly log: Logger;
  /** From the moment a request is written. Default 30,000. */
  readonly timeoutMs?: number;
  /** Requests beyond this many wait. Default 64: app-server drops some when given hundreds at once. */
  readonly maxInFlight?: number;
  /** Tries of a request app-server rejects as overloaded (-32001). Default 4. */
  readonly overloadTries?: number;
  /** 0–1, for the jitter of those. */
  readonly random?: () => number;
  readonly observer?: RpcObserver | undefined;
}

/** JSON-RPC over whole messages, both ways. Everything rejects with CodexError. */
export interface RpcPeer {
  /** `timeout`, `disconnected`, `overloaded`, or `rejected` with `cause: RpcFailure`. */
  request(method: string, params: unknown): Promise<unknown>;
  notify(method: string, params?: unknown): Promise<void>;
  respond(id: RpcId, result: unknown): Promise<void>;
  refuse(id: RpcId, code: number, message: string): Promise<void>;
  /** Rejects everything pending with `disconnected`; idempotent. `closed` is still called. */
  close(): void;
}

const failure = z.looseObject({ code: z.number(), message: z.string(), data: z.unknown().optional() });
const message = z.looseObject({
  id: z.union([z.number(), z.string()]).optional(),
  method: z.string().optional(),
  params: z.unknown().optional(),
  result: z.unknown().optional(),
  error: failure.optional(),
});

/** A JSON-RPC error as app-server sent it. */
export type RpcFailure = z.infer<typeof failure>;

const overloadedCode = -32001;

interface Waiting {
  readonly method: string;
  /** When it was written, ms. */
  readonly at: number;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: CodexError) => void;
  readonly timer: AbortController;
}

/** Speaks JSON-RPC over `stream` until it closes. Ids are ours, counted from 1. */
export function createRpcPeer(stream: MessageStream, handlers: RpcHandlers, options: RpcPeerOptions): RpcPeer {
  return new Peer(stream, handlers, options);
}

/** open → closed, once. In flight: written and neither answered nor expired; requests beyond the cap wait in order. */
class Peer implements RpcPeer {
  readonly #stream: MessageStream;
  readonly #handlers: RpcHandlers;
  readonly #options: Required<RpcPeerOptions>;
  readonly #inFlight = new Map<RpcId, Waiting>();
  readonly #queue: (() => void)[] = [];
  #nextId = 1;
  #closedFor: string | undefined;

  constructor(stream: MessageStream, handlers: RpcHandlers, options: RpcPeerOptions) {
    this.#stream = stream;
    this.#handlers = handlers;
    const defaults = { timeoutMs: 30_000, maxInFlight: 64, overloadTries: 4, random: Math.random, observer: undefined };
    this.#options = { ...defaults, ...options };
    stream.onMessage((text) => this.#receive(text));
    stream.onClose((reason) => this.#end(reason));
  }

  async request(method: string, params: unknown): Promise<unknown> {
    const { clock, overloadTries, random } = this.#options;
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#once(method, params);
      } catch (error) {
        if (!isOverloaded(error) || attempt >= overloadTries) throw error;
        await clock.sleep(100 * 2 ** (attempt - 1) * (0.5 + random()));
      }
    }
  }

  notify(method: string, params?: unknown): Promise<void> {
    return this.#send({ method, params }, { kind: "notification", method, body: params });
  }

  respond(id: RpcId, result: unknown): Promise<void> {
    return this.#send({ id, result }, { kind: "answer", id, body: result });
  }

  refuse(id: RpcId, code: number, why: string): Promise<void> {
    return this.#send({ id, error: { code, message: why } }, { kind: "answer", id, error: code });
  }

  close(): void {
    this.#end("closed by us");
    this.#stream.close();
  }

  #send(message: unknown, seen: Omit<RpcTraffic, "dir" | "size">): Promise<void> {
    const text = JSON.stringify(message);
    const { observer } = this.#options;
    if (observer?.on() === true) observer.saw({ dir: "out", size: text.length, ...seen });
    return this.#stream.send(text);
  }

  #once(method: string, params: unknown): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const start = (): void => this.#write(method, params, resolve, reject);
      const full = this.#inFlight.size >= this.#options.maxInFlight;
      if (full && this.#closedFor === undefined) this.#queue.push(start);
      else start();
    });
  }

  #write(method: string, params: unknown, resolve: Waiting["resolve"], reject: Waiting["reject"]): void {
    if (this.#closedFor !== undefined) {
      reject(new CodexError("disconnected", this.#closedFor));
      return;
    }
    const id = this.#nextId++;
    const timer = new AbortController();
    this.#inFlight.set(id, { method, at: this.#options.clock.now(), resolve, reject, timer });
    void this.#expire(id, timer.signal);
    this.#send({ id, method, params }, { kind: "request", id, method, body: params }).catch((error: unknown) =>
      this.#settle(id)?.reject(disconnected(error)),
    );
  }

  async #expire(id: RpcId, signal: AbortSignal): Promise<void> {
    const { clock, timeoutMs } = this.#options;
    try {
      await clock.sleep(timeoutMs, signal);
    } catch {
      // Aborted: the request was settled.
      return;
    }
    const waiting = this.#settle(id);
    waiting?.reject(new CodexError("timeout", `${waiting.method} was not answered in ${timeoutMs} ms`));
  }

  #settle(id: RpcId): Waiting | undefined {
    const waiting = this.#inFlight.get(id);
    if (waiting === undefined) return undefined;
    this.#inFlight.delete(id);
    waiting.timer.abort();
    this.#queue.shift()?.();
    return waiting;
  }

  #receive(text: string): void {
    const m = parse(text);
    const { observer } = this.#options;
    if (m !== undefined && observer?.on() === true) observer.saw(this.#seen(m, text.length));
    if (m === undefined) this.#options.log.debug({ bytes: text.length }, "codex message is not understood");
    else if (m.method !== undefined && m.id !== undefined) this.#handlers.request(m.id, m.method, m.params);
    else if (m.method !== undefined) this.#handlers.notification(m.method, m.params);
    else if (m.id !== undefined) this.#answered(m.id, m.result, m.error);
  }

  #seen({ id, method, params, result, error }: z.infer<typeof message>, size: number): RpcTraffic {
    const named = id === undefined ? {} : { id };
    if (method !== undefined)
      return { dir: "in", kind: id === undefined ? "notification" : "request", method, ...named, size, body: params };
    const waiting = id === undefined ? undefined : this.#inFlight.get(id);
    return {
      dir: "in",
      kind: "answer",
      ...named,
      ...(waiting === undefined ? {} : { method: waiting.method, ms: this.#options.clock.now() - waiting.at }),
      size,
      ...(error === undefined ? { body: result } : { error: error.code }),
    };
  }

  #answered(id: RpcId, result: unknown, error: RpcFailure | undefined): void {
    const waiting = this.#settle(id);
    if (waiting === undefined) this.#options.log.debug({ rpcId: id }, "codex answers an unknown request");
    else if (error === undefined) waiting.resolve(result);
    else waiting.reject(rejection(error));
  }

  #end(reason: string): void {
    if (this.#closedFor !== undefined) return;
    this.#closedFor = reason;
    for (const id of [...this.#inFlight.keys()]) this.#settle(id)?.reject(new CodexError("disconnected", reason));
    for (const start of this.#queue.splice(0)) start();
    this.#handlers.closed(reason);
  }
}

function parse(text: string): z.infer<typeof message> | undefined {
  try {
    return message.safeParse(JSON.parse(text)).data;
  } catch {
    // Not JSON: the caller logs it.
    return undefined;
  }
}

function rejection(error: RpcFailure): CodexError {
  const code = error.code === overloadedCode ? "overloaded" : "rejected";
  return new CodexError(code, error.message, { cause: error });
}

function isOverloaded(error: unknown): boolean {
  return error instanceof CodexError && error.code === "overloaded";
}

function disconnected(cause: unknown): CodexError {
  if (cause instanceof CodexError) return cause;
  return new CodexError("disconnected", cause instanceof Error ? cause.message : String(cause), { cause });
}
