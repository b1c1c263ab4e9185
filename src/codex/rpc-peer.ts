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
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: CodexError) => void;
  readonly timer: AbortController;
}

/** Speaks JSON-RPC over `stream` until it closes. Ids are ours, counted from 1. */
export function createRpcPeer(stream: MessageStream, handlers: RpcHandlers, options: RpcPeerOptions): RpcPeer {
  const { clock, log, timeoutMs = 30_000, maxInFlight = 64, overloadTries = 4, random = Math.random } = options;
  const pending = new Map<RpcId, Waiting>();
  const queue: (() => void)[] = [];
  let nextId = 1;
  let inFlight = 0;
  let gone: string | undefined;

  const settle = (id: RpcId): Waiting | undefined => {
    const waiting = pending.get(id);
    if (waiting === undefined) return undefined;
    pending.delete(id);
    waiting.timer.abort();
    inFlight -= 1;
    queue.shift()?.();
    return waiting;
  };

  const expire = async (id: RpcId, signal: AbortSignal): Promise<void> => {
    try {
      await clock.sleep(timeoutMs, signal);
    } catch {
      // Aborted: the request was settled.
      return;
    }
    const waiting = settle(id);
    waiting?.reject(new CodexError("timeout", `${waiting.method} was not answered in ${timeoutMs} ms`));
  };

  const write = (method: string, params: unknown, resolve: Waiting["resolve"], reject: Waiting["reject"]): void => {
    if (gone !== undefined) {
      reject(new CodexError("disconnected", gone));
      return;
    }
    const id = nextId++;
    const timer = new AbortController();
    inFlight += 1;
    pending.set(id, { method, resolve, reject, timer });
    void expire(id, timer.signal);
    stream
      .send(JSON.stringify({ id, method, params }))
      .catch((error: unknown) => settle(id)?.reject(disconnected(error)));
  };

  const once = (method: string, params: unknown): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const start = (): void => write(method, params, resolve, reject);
      if (inFlight < maxInFlight || gone !== undefined) start();
      else queue.push(start);
    });

  const request = async (method: string, params: unknown): Promise<unknown> => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await once(method, params);
      } catch (error) {
        if (!isOverloaded(error) || attempt >= overloadTries) throw error;
        await clock.sleep(100 * 2 ** (attempt - 1) * (0.5 + random()));
      }
    }
  };

  const receive = (text: string): void => {
    const m = parse(text);
    if (m === undefined) log.debug({ bytes: text.length }, "codex message is not understood");
    else if (m.method !== undefined && m.id !== undefined) handlers.request(m.id, m.method, m.params);
    else if (m.method !== undefined) handlers.notification(m.method, m.params);
    else if (m.id !== undefined) answered(m.id, m.result, m.error);
  };

  const answered = (id: RpcId, result: unknown, error: RpcFailure | undefined): void => {
    const waiting = settle(id);
    if (waiting === undefined) log.debug({ rpcId: id }, "codex answers an unknown request");
    else if (error === undefined) waiting.resolve(result);
    else waiting.reject(rejection(error));
  };

  const end = (reason: string): void => {
    if (gone !== undefined) return;
    gone = reason;
    for (const id of [...pending.keys()]) settle(id)?.reject(new CodexError("disconnected", reason));
    for (const start of queue.splice(0)) start();
    handlers.closed(reason);
  };

  stream.onMessage(receive);
  stream.onClose(end);
  return {
    request,
    notify: (method, params) => stream.send(JSON.stringify(params === undefined ? { method } : { method, params })),
    respond: (id, result) => stream.send(JSON.stringify({ id, result })),
    refuse: (id, code, why) => stream.send(JSON.stringify({ id, error: { code, message: why } })),
    close() {
      end("closed by us");
      stream.close();
    },
  };
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
