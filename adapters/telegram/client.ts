import type { Agent } from "node:http";
import { Api, GrammyError, HttpError } from "grammy";
import { ApiFailure, type Failure } from "./errors.ts";

/** Where and how to reach the Bot API. */
export interface ClientOptions {
  readonly token: string;
  /** Without trailing slash, e.g. `https://api.telegram.org`. */
  readonly apiRoot: string;
  /** Carries every request, e.g. through a proxy; absent: grammY's keep-alive agent. */
  readonly agent?: Agent;
  /** Time limit of ordinary calls, seconds. */
  readonly callTimeoutSeconds: number;
  /** Time limit of `getUpdates`, seconds; must exceed the long poll. */
  readonly pollTimeoutSeconds: number;
  /** Time limit of calls that carry a file, seconds. */
  readonly uploadTimeoutSeconds: number;
}

/** Which time limit a call has. */
export type Pace = "call" | "poll" | "upload";

/** The Bot API by method name. Rejects with {@link ApiFailure} only. */
export interface TelegramClient {
  call(method: string, payload: object, signal: AbortSignal, pace?: Pace): Promise<unknown>;
}

type RawMethod = (...args: readonly unknown[]) => Promise<unknown>;

/** Errors of a connection that was never made. */
const neverSent = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "CERT_HAS_EXPIRED",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "ERR_TLS_CERT_ALTNAME_INVALID",
]);

/** Wraps grammY's raw client: no retries, no middleware, one failure type that cannot leak the token. */
export function createClient(options: ClientOptions): TelegramClient {
  const raw = (timeoutSeconds: number): Readonly<Record<string, RawMethod>> => {
    const api = new Api(options.token, {
      apiRoot: options.apiRoot,
      timeoutSeconds,
      sensitiveLogs: false,
      ...(options.agent === undefined ? {} : { baseFetchConfig: { agent: options.agent } }),
    });
    // The raw client is a proxy that serves any method name; its type lists only those of its release.
    return api.raw as unknown as Readonly<Record<string, RawMethod>>;
  };
  const paces: Readonly<Record<Pace, Readonly<Record<string, RawMethod>>>> = {
    call: raw(options.callTimeoutSeconds),
    poll: raw(options.pollTimeoutSeconds),
    upload: raw(options.uploadTimeoutSeconds),
  };
  return {
    async call(method, payload, signal, pace = "call") {
      const send = paces[pace][method];
      if (send === undefined) throw new ApiFailure(method, httpFailure("no such method in the client", true, false));
      try {
        return await send(...(argumentless.has(method) ? [signal] : [payload, signal]));
      } catch (error) {
        throw new ApiFailure(method, readFailure(error, signal));
      }
    },
  };
}

/** Methods grammY binds an empty payload to: the signal comes first. */
const argumentless = new Set(["getMe", "getWebhookInfo"]);

function httpFailure(reason: string, notSent: boolean, aborted: boolean): Failure {
  return { kind: "http", reason, notSent, aborted };
}

function readFailure(error: unknown, signal: AbortSignal): Failure {
  if (error instanceof GrammyError) {
    const { retry_after: retryAfter, migrate_to_chat_id: migrateTo } = error.parameters;
    return {
      kind: "api",
      code: error.error_code,
      description: error.description,
      ...(retryAfter === undefined ? {} : { retryAfter }),
      ...(migrateTo === undefined ? {} : { migrateTo }),
    };
  }
  if (signal.aborted) return httpFailure("aborted", false, true);
  const inner = error instanceof HttpError ? error.error : error;
  const code = field(inner, "code") ?? field(inner, "errno");
  if (code !== undefined) return httpFailure(code, neverSent.has(code), false);
  // Messages hold the URL and thereby the token: only grammY's own time-out is told by its words.
  if (inner instanceof Error && /timed out after/.test(inner.message)) return httpFailure("timed out", false, false);
  return httpFailure(field(inner, "type") ?? (inner instanceof Error ? inner.name : "no answer"), false, false);
}

function field(value: unknown, name: string): string | undefined {
  const found =
    typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined;
  return typeof found === "string" ? found : undefined;
}
